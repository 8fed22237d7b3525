"""A building with a meter tree and hourly registers whose truth is known."""

from datetime import UTC, date, datetime, timedelta

from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.virtual import update_virtual_meters
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, estate, registers, store_messages

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""Midnight in Shanghai, 1 July."""
FIRST_DAY = date(2026, 7, 1)
DAYS = 4
PLACE = "school-building"
KW = {"main": 40.0, "light": 16.0, "hvac": 14.0, "hvac-1": 9.0, "check": 40.5}
"""Constant power of each meter, so that every figure is arithmetic. [kW]"""
_TREE = {
    "main": (MeterRole.MAIN, None, ""),
    "light": (MeterRole.BRANCH, "main", "lighting_sockets"),
    "hvac": (MeterRole.BRANCH, "main", "hvac"),
    "hvac-1": (MeterRole.SUB, "hvac", "air_terminals"),
    "check": (MeterRole.CHECK, "main", ""),
}


def plant(conn: Connection) -> None:
    """Enter the meters beside the estate's own, with hourly registers of four days."""
    described = estate(meters=0)
    meters = tuple(
        Meter(code, PLACE, Medium.ELECTRICITY, role, parent, code, code, item)
        for code, (role, parent, item) in _TREE.items()
    )
    water = Meter("water", PLACE, Medium.WATER, MeterRole.MAIN, None, "water", "water")
    devices = tuple(
        Device(
            f"{code}-device", PLACE, DeviceKind.ELECTRICITY_METER, code, code, meter=code,
            accept_back=timedelta(days=1000),
        )
        for code in _TREE
    )  # fmt: skip
    write_registry(conn, Registry(described.organisations, (*meters, water), devices))


def count(conn: Connection, code: str, hours: range = range(DAYS * 24 + 1)) -> None:
    """Let a meter's register be heard at these hours."""
    values = [1000.0 + KW[code] * hour for hour in hours]
    start = FIRST + hours.start * HOUR
    store_messages(conn, registers(f"{code}-device", start, values, step=HOUR))


def compute(conn: Connection, now: datetime = NOW) -> None:
    """Do what the worker does."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)
        update_virtual_meters(worker, now=now)


def meter_id(conn: Connection, code: str) -> int:
    """Id of a meter."""
    row = conn.execute("SELECT meter_id FROM meter WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def place_id(conn: Connection, code: str = PLACE) -> int:
    """Id of an organisation."""
    row = conn.execute(
        "SELECT organisation_id FROM organisation WHERE code = %s", [code]
    ).fetchone()
    assert row is not None
    return int(row[0])
