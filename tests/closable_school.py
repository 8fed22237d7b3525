"""A school of which May and June can be closed: everything checked, every figure arithmetic."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.calendar import NATIONAL, whole_year
from domain.factor_file import shipped_sets
from domain.local_day import day_start
from domain.reading import Message
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.become import Role
from store.institution.factor import load_sets
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.people.person import add_person, grant
from store.places.calendar import put_year
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.estate import NOW, SHANGHAI, estate, say, store_messages
from tests.password import PASSWORD_HASH

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
START = day_start(MAY, SHANGHAI)
HOUR = timedelta(hours=1)
HOURS = (31 + 30) * 24
PLACE = "school-building"
PER_HOUR = {"main": 40.123, "light": 16.0, "hvac": 23.5, "water": 0.5}
"""What each meter counts in an hour. [kWh, water: m3]"""
PRICE = {"main": Decimal("0.6543"), "water": Decimal("8.15")}
JUNE_KWH, JUNE_M3 = Decimal("28888.56"), Decimal(360)
JUNE_CNY = Decimal("18901.78") + Decimal("2934.00")
"""720 h x 40.123 kW x 0.6543 CNY/kWh = 18,901.784.. and 360 m3 x 8.15 CNY/m3."""
UNMETERED_KWH = Decimal("448.56")
"""720 h x (40.123 - 16.0 - 23.5) kW."""
COAL, GRID = Decimal("0.1229"), Decimal("0.6796")
_TREE = {
    "main": (MeterRole.GATEWAY, None, "", Medium.ELECTRICITY),
    "light": (MeterRole.BRANCH, "main", "lighting_sockets", Medium.ELECTRICITY),
    "hvac": (MeterRole.BRANCH, "main", "hvac", Medium.ELECTRICITY),
    "water": (MeterRole.MAIN, None, "", Medium.WATER),
}
_REGISTER = {Medium.ELECTRICITY: "active_energy_import_kwh", Medium.WATER: "volume_m3"}
_KIND = {Medium.ELECTRICITY: DeviceKind.ELECTRICITY_METER, Medium.WATER: DeviceKind.WATER_METER}
_FACTS = {
    "place_region (organisation_id, region": ("bureau", "'120000'"),
    "headcount (organisation_id, persons": ("school", "100"),
}
PEOPLE = {
    "head": ("校长", "institution_administrator", "school"),
    "bursar": ("会计", "institution_administrator", "school"),
    "teacher": ("教师", "operator", "school"),
    "doctor": ("医生", "institution_administrator", "hospital"),
}


@contextmanager
def planted_template(server: str, template: str) -> Iterator[str]:
    """A database with the school in it, to be copied by each test; yields its name."""
    with new_database(server, template) as url:
        with connected(url) as conn:
            plant(conn)
        with as_template(server, url) as name:
            yield name


def plant(conn: Connection) -> None:
    """Enter the school with two months of registers, and all that a closing asks for."""
    described = estate(meters=0)
    meters = tuple(
        Meter(code, PLACE, medium, role, parent, code, code, item)
        for code, (role, parent, item, medium) in _TREE.items()
    )
    devices = tuple(
        Device(
            f"{code}-device", PLACE, _KIND[medium], code, code, meter=code,
            accept_back=timedelta(days=1000),
        )
        for code, (_, _, _, medium) in _TREE.items()
    )  # fmt: skip
    write_registry(conn, Registry(described.organisations, meters, devices))
    for login, (name, role, organisation) in PEOPLE.items():
        add_person(conn, login=login, name=name, password_hash=PASSWORD_HASH)
        grant(conn, login=login, role=role, organisation=organisation)
    put_year(conn, NATIONAL, whole_year(2026, [], "notice"), provisional=False, source="notice")
    for target, (place, value) in _FACTS.items():
        conn.execute(
            f"INSERT INTO {target}, during) SELECT organisation_id, {value}, '(,)' "
            "FROM organisation WHERE code = %s",
            [place],
        )
    add_checked_factors(conn)
    for code, price in PRICE.items():
        put_on_tariff(conn, code, price)
    for code in _TREE:
        count(conn, code)
    compute(conn)


def add_checked_factors(conn: Connection) -> None:
    """A second version of the statistics' set, of which somebody has checked every factor."""
    shipped = shipped_sets()[0]
    signed = {"checked": True, "checked_by": "checker", "checked_on": date(2026, 1, 5)}
    factors = tuple(replace(factor, **signed) for factor in shipped.factors)  # type: ignore[arg-type]  # by name
    load_sets(conn, [replace(shipped, version=2, factors=factors)])


def put_on_tariff(
    conn: Connection, code: str, price: Decimal, *, checked: bool = True, first: date | None = None
) -> None:
    """Put a meter on a tariff of its own, with one price."""
    signed = 'checked_by = "checker"\nchecked_on = 2026-01-05\ndocument = "notice 7"'
    text = f"""
schema = "tariff/1"
code = "{code}-tariff"
medium = "{_TREE[code][3].value}"
name_zh = "{code}"
name_en = "{code}"
[[version]]
first_day = 2026-01-01
source = "notice 7"
checked = {str(checked).lower()}
{signed if checked else ""}
[[version.component]]
name = "energy"
price = {price}
"""
    tariff_id = add_tariff(conn, text, place=code)
    assert tariff_id is not None
    row = MeterTariffRow(tariff_id, "", first, None, None, None, None)
    put_meter(conn, meter_id(conn, code), row)


def count(
    conn: Connection, code: str, hours: Iterable[float] = range(HOURS + 1), *, more: float = 0.0
) -> None:
    """Let a meter's register be heard at these hours since the beginning of May."""
    register = _REGISTER[_TREE[code][3]]
    store_messages(
        conn,
        [
            heard(code, START + hour * HOUR, {register: 1000.0 + PER_HOUR[code] * hour + more})
            for hour in hours
        ],
    )


def heard(code: str, at: datetime, values: Mapping[str, float]) -> Message:
    """One message of a meter's device."""
    told = ", ".join(f'"{name}": {value!r}' for name, value in values.items())
    return say(f"{code}-device", f'{{"ts": "{at.isoformat()}", "values": {{{told}}}}}'.encode())


def compute(conn: Connection, now: datetime = NOW) -> None:
    """Do what the worker does."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        while update_consumption(worker, now=now):
            pass


def meter_id(conn: Connection, code: str) -> int:
    """Id of a meter."""
    row = conn.execute("SELECT meter_id FROM meter WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def school_id(conn: Connection) -> int:
    """Id of the school."""
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'school'").fetchone()
    assert row is not None
    return int(row[0])
