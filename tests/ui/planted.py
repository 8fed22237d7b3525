"""A small institution with known consumption, put through the collector's own path."""

import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.local_day import day_start, local_day
from domain.reading import Message
from domain.registry import (
    Device,
    DeviceKind,
    Medium,
    Meter,
    MeterRole,
    Organisation,
    OrganisationKind,
    Registry,
)
from ingest.acquaintance import Acquaintance
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.router import Router
from store.become import Role
from store.people.person import add_person, grant
from store.places import registry
from store.telemetry import reading
from tests.conftest import connected
from tests.password import PASSWORD_HASH

ZONE = ZoneInfo("Asia/Shanghai")
LOGIN, READER = "operator", "reader"
DAYS = 20
"""Length of the history before today."""
HEAVY_DAY_AGO = 9
"""How many days ago the building used much more than on any other day."""
USUAL_KW, HEAVY_KW = 40.0, 90.0
SHARES = {"lighting": 0.5, "hvac": 0.3}
"""Parts of the main meter's use that the submeters count; the rest is unmetered."""
WATER_M3H = 2.0

_ELECTRICITY = DeviceKind.ELECTRICITY_METER


def district() -> Registry:
    """One bureau, one institution, one building with meters and one without."""
    place = Organisation
    history = timedelta(days=DAYS + 60)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)

    def device(code: str, kind: DeviceKind) -> Device:
        return Device(code, "hall", kind, f"{code}表", code, code, long_ago, history)

    def meter(code: str, medium: Medium, role: MeterRole, parent: str | None, zh: str) -> Meter:
        item = "lighting_sockets" if code == "lighting" else code if parent else ""
        return Meter(code, "hall", medium, role, parent, zh, code.capitalize(), item)

    return Registry(
        organisations=(
            place("bureau", None, OrganisationKind.BUREAU, "市机关事务管理局", "Bureau", ZONE.key),
            place("centre", "bureau", OrganisationKind.INSTITUTION, "政务服务中心", "Centre"),
            place("hall", "centre", OrganisationKind.BUILDING, "主楼", "Main hall", None, 5200.0),
            place("annex", "centre", OrganisationKind.BUILDING, "附楼", "Annex", None, 800.0),
        ),
        meters=(
            meter("main", Medium.ELECTRICITY, MeterRole.MAIN, None, "进线总表"),
            meter("lighting", Medium.ELECTRICITY, MeterRole.BRANCH, "main", "照明"),
            meter("hvac", Medium.ELECTRICITY, MeterRole.BRANCH, "main", "空调"),
            meter("water", Medium.WATER, MeterRole.MAIN, None, "给水总表"),
        ),
        devices=(
            *(device(code, _ELECTRICITY) for code in ("main", *SHARES)),
            device("water", DeviceKind.WATER_METER),
        ),
    )


def heavy_day(today: date) -> date:
    """The local day with the planted peak."""
    return today - timedelta(days=HEAVY_DAY_AGO)


def history(now: datetime) -> list[Message]:
    """Hourly registers of every device up to the last whole hour, as messages of the devices."""
    today = local_day(now, ZONE)
    at = day_start(today - timedelta(days=DAYS), ZONE)
    hours: list[datetime] = []
    while at <= now:
        hours.append(at)
        at += timedelta(hours=1)
    energy, samples = 0.0, []
    for hour in hours:
        samples.append((hour, energy))
        energy += HEAVY_KW if local_day(hour, ZONE) == heavy_day(today) else USUAL_KW
    parts = {"main": 1.0, **SHARES}
    messages = [
        message(
            code, now, [(hour, {"active_energy_import_kwh": kwh * part}) for hour, kwh in samples]
        )
        for code, part in parts.items()
    ]
    volume = [(hour, {"volume_m3": n * WATER_M3H}) for n, hour in enumerate(hours)]
    return [*messages, message("water", now, volume)]


def power(code: str, now: datetime, active_power_kw: float) -> Message:
    """What a meter says about this moment."""
    return message(code, now, [(now, {"active_power_kw": active_power_kw})])


def register(code: str, ts: datetime, kwh: float) -> Message:
    """What an electricity meter says of its register at an instant; it arrives a day later."""
    return message(code, ts + timedelta(days=1), [(ts, {"active_energy_import_kwh": kwh})])


def unreadable(now: datetime) -> Message:
    """A message that is no JSON."""
    return Message(0, 0, "cw/v1/main/up", b'{"ts": 1, "values"', retained=False, received_at=now)


def message(code: str, now: datetime, samples: list[tuple[datetime, dict[str, float]]]) -> Message:
    """What a device says of some instants."""
    items = [{"ts": ts.isoformat(), "values": values} for ts, values in samples]
    payload = json.dumps({"samples": items}).encode()
    return Message(0, 0, f"cw/v1/{code}/up", payload, retained=False, received_at=now)


def hang(url: str, code: str, kind: DeviceKind, medium: Medium) -> None:
    """Hang one more main meter into the building, with its device."""
    known = district()
    like = known.devices[0]
    meter = Meter(code, "hall", medium, MeterRole.MAIN, None, code, code.capitalize())
    device = replace(like, code=code, kind=kind, name_zh=code, name_en=code, meter=code)
    with connected(url, Role.ADMIN) as conn:
        registry.write(conn, Registry(known.organisations, (meter,), (device,)))


def plant(url: str, now: datetime) -> None:
    """Make the district, its people and its history."""
    with connected(url, Role.ADMIN) as conn:
        registry.write(conn, district())
        for login, role in ((LOGIN, "system_administrator"), (READER, "operator")):
            add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
            grant(conn, login=login, role=role, organisation="bureau")
    receive(url, [*history(now), power("main", now, 41.5), unreadable(now)], now)


def receive(url: str, messages: list[Message], now: datetime) -> None:
    """Do with messages what the collector and the worker do."""
    with connected(url, Role.COLLECT) as conn:
        acquaintance = Acquaintance(Router(codecs()), ZONE)
        intake = Intake()
        batch, _ = intake.sort(*acquaintance.read(conn, messages), acquaintance.world)
        batch.arrival.newest = intake.newest.take(time.monotonic())
        reading.prepare(conn)
        reading.write(conn, batch, collector="collector-0", now=now)
    with connected(url, Role.WORK) as conn:
        _until_done(conn, now)


def _until_done(conn: Connection, now: datetime) -> None:
    while update_consumption(conn, now=now):
        pass
