"""A school whose toilets begin to leak one night: every figure of its water is arithmetic."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.day_alerts import judge_days
from domain.calendar import NATIONAL, whole_year
from domain.local_day import day_start
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.become import Role
from store.people.person import add_person, grant
from store.places.calendar import put_year
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.estate import SHANGHAI, estate, say, store_messages
from tests.password import PASSWORD_HASH

ZONE: ZoneInfo = SHANGHAI
FIRST, LEAKS, END = date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 11)
NIGHTS, LEAKING = (END - FIRST).days, (END - LEAKS).days
PLACE = "school-building"
DRIP, LEAK = 0.1, 0.4
"""What always runs behind the main meter, and what the toilets lose since `LEAKS`. [m3/h]"""
BY_DAY = {"w-main": 2.0, "w-kitchen": 1.0, "w-toilets": 0.5}
"""Flow from 05:00 on without the leak; the main meter's own drip is inside. [m3/h]"""
DAY_H = 19
MAIN_M3 = NIGHTS * (DAY_H * BY_DAY["w-main"] + 5 * DRIP) + LEAKING * 24 * LEAK
UNMETERED_M3 = NIGHTS * (DAY_H * 0.5 + 5 * DRIP)
"""2.0 - 1.0 - 0.5 m3/h by day, the drip at night; the leak is metered by the toilets' meter."""
PEOPLE = {
    "head": ("institution_administrator", "school"),
    "teacher": ("operator", "school"),
    "doctor": ("operator", "hospital"),
    "watcher": ("security_administrator", "bureau"),
}


def flow(code: str, day: date, hour: int) -> float:
    """Flow of a meter in an hour of a local day. [m3/h]."""
    usual = BY_DAY[code] if hour >= 5 else DRIP if code == "w-main" else 0.0
    return usual + (LEAK if day >= LEAKS and code != "w-kitchen" else 0.0)


def plant(conn: Connection) -> None:
    """Enter the school's water, let its registers be heard, and do what the worker does."""
    described = estate(meters=0)
    meters = tuple(
        Meter(code, PLACE, Medium.WATER, role, above, zh, code)
        for code, role, above, zh in (
            ("w-main", MeterRole.MAIN, None, "给水总表"),
            ("w-kitchen", MeterRole.SUB, "w-main", "食堂水表"),
            ("w-toilets", MeterRole.SUB, "w-main", "卫生间水表"),
        )
    )
    devices = tuple(
        Device(
            f"{code}-device", PLACE, DeviceKind.WATER_METER, code, code, meter=code,
            accept_back=timedelta(days=1000),
        )
        for code in BY_DAY
    )  # fmt: skip
    write_registry(conn, Registry(described.organisations, meters, devices))
    for login, (role, organisation) in PEOPLE.items():
        add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
        grant(conn, login=login, role=role, organisation=organisation)
    put_year(conn, NATIONAL, whole_year(2026, [], "notice"), provisional=False, source="notice")
    for code in BY_DAY:
        _hear(conn, code)
    now = day_start(END, ZONE) + timedelta(hours=2)
    with connected(conn.info.dsn, Role.WORK) as worker:
        while update_consumption(worker, now=now):
            pass
        judge_days(worker, now=now)


def _hear(conn: Connection, code: str) -> None:
    register, messages = 100.0, []
    start = day_start(FIRST, ZONE)
    for number in range(NIGHTS * 24 + 1):
        at = start + timedelta(hours=number)
        told = f'{{"ts": "{at.isoformat()}", "values": {{"volume_m3": {register:.3f}}}}}'
        messages.append(say(f"{code}-device", told.encode()))
        register += flow(code, FIRST + timedelta(days=number // 24), number % 24)
    store_messages(conn, messages)


@contextmanager
def planted_template(server: str, template: str) -> Iterator[str]:
    """A database with the school in it, to be copied by each test; yields its name."""
    with new_database(server, template) as url:
        with connected(url) as conn:
            plant(conn)
        with as_template(server, url) as name:
            yield name
