"""A school with an energy contract; its June follows from its registers by plain arithmetic."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.statements import update_statements
from domain.calendar import NATIONAL, whole_year
from domain.local_day import day_start
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.become import Role
from store.contracts.drawn_statement import LONGEST
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.people.person import add_person, grant
from store.places.calendar import put_year
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.db.contracts.desk import Desk
from tests.estate import NOW, SHANGHAI, estate, say, store_messages
from tests.password import PASSWORD_HASH

HOUR = timedelta(hours=1)
FIRST_DAY, END_DAY = date(2026, 6, 1), date(2026, 7, 1)
FIRST, END = day_start(FIRST_DAY, SHANGHAI), day_start(END_DAY, SHANGHAI)
HOURS = 30 * 24
PER_HOUR = {"main": 24.0, "charger": 1.5, "water": 0.5}
"""What each meter counts in an hour. [kWh, water: m3]"""
BY_PERIOD = Decimal(240) * (Decimal(24) - Decimal("1.5"))
"""kWh inside the boundary of June in each of three periods of eight hours a day."""
PRICES = {"peak": Decimal("0.90"), "flat": Decimal("0.60"), "valley": Decimal("0.30")}
WATER_PRICE = Decimal("8.15")
FEE = Decimal("11029.50") + Decimal("3097.00")
"""18,000 kWh x 0.645 x 0.95 and 400 m3 x 8.15 x 0.95."""
BILLED = Decimal("9720.00") + Decimal("2934.00")
"""5,400 kWh x (0.90 + 0.60 + 0.30) and 360 m3 x 8.15."""
CONTRACT = """
schema = "settlement/1"
[contract]
code = "school-2026"
version = 1
kind = "trusteeship"
name_zh = "学校能源费用托管"
name_en = "Trusteeship of a school"
client = "School"
provider = "Example Energy Service Co."
signed_on = 2026-04-01
first_day = {first_day}
end_day = 2027-05-01
utilities_paid_by = "client"
signing = "approvals"
coefficient = 0.95
substitution = {{ method = "mean_of_days", most_days = 3 }}
meters = [
    {{ code = "main-e", line = "electricity", ledger = "main" }},
    {{ code = "charger", line = "electricity", excluded = true }},
    {{ code = "water", line = "water" }},
]

[[contract.lines]]
code = "electricity"
kind = "energy"
name_zh = "电"
name_en = "Electricity"
unit = "kWh"

[contract.lines.baseline]
tariff = "school-tou/2026-01-01"
quantity = [18000, 18000, 18000, 18000, 18000, 18000, 18000, 18000, 18000, 18000, 18000, 18000]
shares = [{{ peak = 0.40, flat = 0.35, valley = 0.25 }}]
prices = [{{ peak = 0.90, flat = 0.60, valley = 0.30 }}]

[[contract.lines]]
code = "water"
kind = "energy"
name_zh = "水"
name_en = "Water"
unit = "m3"

[contract.lines.baseline]
quantity = [400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400]
prices = [{{ flat = 8.15 }}]

[[contract.kpis]]
code = "temperature"
name_zh = "室温达标率"
name_en = "Hours within the agreed temperature"
target = 0.95
per_point = 0.005
"""
KPI = {
    "kpi": "temperature",
    "source": "room sensors",
    "compliant": 97,
    "valid": 100,
    "expected": 100,
    "signed_by": ["A. Example", "B. Example"],
}
_HEAD = """
schema = "tariff/1"
code = "{code}"
medium = "{medium}"
name_zh = "{code}"
name_en = "{code}"
[[version]]
first_day = 2026-01-01
source = "notice 7"
checked = {checked}
{signed}
"""
_SIGNED = 'checked_by = "checker"\nchecked_on = 2026-01-05\ndocument = "notice 7"'
_TOU = """
[[version.window]]
period = "valley"
hours = ["00:00-08:00"]
[[version.window]]
period = "peak"
hours = ["08:00-16:00"]
[[version.component]]
name = "energy"
floats = true
prices = { peak = 0.90, flat = 0.60, valley = 0.30 }
"""
_FLAT = """
[[version.component]]
name = "water"
price = 8.15
"""
_METERS = {
    "main": (Medium.ELECTRICITY, MeterRole.GATEWAY, None, DeviceKind.ELECTRICITY_METER),
    "charger": (Medium.ELECTRICITY, MeterRole.BRANCH, "main", DeviceKind.ELECTRICITY_METER),
    "water": (Medium.WATER, MeterRole.MAIN, None, DeviceKind.WATER_METER),
}
_REGISTER = {"water": "volume_m3"}
_PEOPLE = ("manager", "accountant", "engineer", "director")
"""Administrators of the school, then the provider's people."""


@contextmanager
def planted_template(
    server: str, template: str, also: Callable[[Connection], None] | None = None
) -> Iterator[str]:
    """A database with the school in it, to be copied by each test; yields its name."""
    with new_database(server, template) as url:
        with connected(url) as conn:
            plant(conn)
            if also is not None:
                also(conn)
        with as_template(server, url) as name:
            yield name


def plant(conn: Connection, *, checked: bool = True) -> None:
    """Enter the school with its registers up to twelve hours before the end of June."""
    described = estate(meters=0)
    place = "school-building"
    meters = tuple(
        Meter(code, place, medium, role, parent, code, code)
        for code, (medium, role, parent, _) in _METERS.items()
    )
    devices = tuple(
        Device(
            f"{code}-device", place, kind, code, code, meter=code, accept_back=timedelta(days=1000)
        )
        for code, (_, _, _, kind) in _METERS.items()
    )
    write_registry(conn, Registry(described.organisations, meters, devices))
    add_people(conn)
    put_year(conn, NATIONAL, whole_year(2026, [], "notice"), provisional=False, source="notice")
    put_on_tariff(conn, "main", "school-tou", _TOU, checked=checked)
    put_on_tariff(conn, "water", "school-water", _FLAT, checked=checked, medium="water")
    for code in _METERS:
        count(conn, code, range(-24, HOURS - 12 if code == "main" else HOURS + 1))
    compute(conn)


def add_people(conn: Connection) -> None:
    """Who acts for the school and, once named, for the provider."""
    for login in _PEOPLE:
        add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
    for login in _PEOPLE[:2]:
        grant(conn, login=login, role="institution_administrator", organisation="school")


def put_on_tariff(
    conn: Connection,
    meter: str,
    code: str,
    terms: str,
    *,
    checked: bool,
    medium: str = "electricity",
) -> None:
    """Put a meter on a tariff of its own."""
    signed = _SIGNED if checked else ""
    head = _HEAD.format(code=code, medium=medium, checked=str(checked).lower(), signed=signed)
    tariff_id = add_tariff(conn, head + terms, place=code)
    assert tariff_id is not None
    row = MeterTariffRow(tariff_id, "", None, None, None, None, None)
    put_meter(conn, meter_id(conn, meter), row)


def count(conn: Connection, code: str, hours: Iterable[int], *, more: float = 0.0) -> None:
    """Let a register be heard through the intake at these hours since the beginning of June."""
    register = _REGISTER.get(code, "active_energy_import_kwh")
    messages = []
    for hour in hours:
        values = {register: 1000.0 + PER_HOUR[code] * hour + more}
        told = {"ts": (FIRST + hour * HOUR).isoformat(), "values": values}
        messages.append(say(f"{code}-device", json.dumps(told).encode()))
    store_messages(conn, messages)


def compute(conn: Connection, now: datetime = NOW) -> None:
    """Do what the worker does with readings."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        while update_consumption(worker, now=now):
            pass


def follow(conn: Connection, *, later: timedelta = LONGEST) -> int:
    """Do what the worker does with statements, when all has been quiet."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        return update_statements(worker, now=datetime.now(UTC) + later + HOUR)


def meter_id(conn: Connection, code: str) -> int:
    """Id of a meter."""
    row = conn.execute("SELECT meter_id FROM meter WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def terms(first_day: date = date(2026, 5, 1), **changed: str) -> str:
    """The contract as a file, with pieces of its text replaced."""
    text = CONTRACT.format(first_day=first_day)
    for seen, wanted in changed.items():
        assert seen in text
        text = text.replace(seen, wanted)
    return text


def drawn(desk: Desk, contract: int, *, month: str = "2026-06", **entered: object) -> Any:
    """Draw a month as the manager of the school; its statement."""
    entered = {"kpis": [KPI], **entered}
    made = desk.post("manager", f"contracts/{contract}/drawings", month=month, entered=entered)
    return desk.get("manager", f"statements/{made['id']}")
