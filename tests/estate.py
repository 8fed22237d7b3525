"""A small estate for tests: two institutions under one bureau, with meters whose truth is known."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

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
from ingest.codecs.decoded import Codec
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.router import Router
from store.telemetry.reading import prepare, write

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 15, 4, tzinfo=UTC)
"""The clock of tests that need one: noon in Shanghai."""


def estate(zone: str = "Asia/Shanghai", meters: int = 1, accept_days: int = 40_000) -> Registry:
    """Bureau > school and hospital > one site, one building each, with electricity meters.

    Codes: ``school-building``, ``school-meter-0``, ``school-device-0`` and so on.
    """
    organisations = [
        Organisation("bureau", None, OrganisationKind.BUREAU, "机关事务管理局", "Bureau", zone)
    ]
    points, devices = [], []
    for name in ("school", "hospital"):
        organisations += [
            Organisation(name, "bureau", OrganisationKind.INSTITUTION, name, name),
            Organisation(f"{name}-site", name, OrganisationKind.SITE, name, name),
            Organisation(
                f"{name}-building", f"{name}-site", OrganisationKind.BUILDING, name, name,
                floor_area_m2=5000.0,
            ),
        ]  # fmt: skip
        for number in range(meters):
            meter, place = f"{name}-meter-{number}", f"{name}-building"
            points.append(
                Meter(meter, place, Medium.ELECTRICITY, MeterRole.MAIN, None, meter, meter)
            )
            devices.append(
                Device(
                    f"{name}-device-{number}", place, DeviceKind.ELECTRICITY_METER, meter, meter,
                    meter=meter, accept_back=timedelta(days=accept_days),
                )
            )  # fmt: skip
    return Registry(tuple(organisations), tuple(points), tuple(devices))


def say(device: str, payload: bytes, *, received_at: datetime = NOW) -> Message:
    """A message as the collector would have it from the broker."""
    return Message(
        mid=1,
        connection=1,
        topic=f"cw/v1/{device}/up",
        payload=payload,
        retained=False,
        received_at=received_at,
    )


def store_messages(
    conn: Connection, messages: Sequence[Message], also: Sequence[Codec] = ()
) -> dict[str, int]:
    """Write messages as one batch; returns the counts of their samples.

    Parameters
    ----------
    also : sequence of Codec
        Codecs beside our own, such as profiles.
    """
    prepare(conn)
    acquaintance = Acquaintance(Router([*codecs(), *also]), SHANGHAI)
    batch, _ = Intake().sort(*acquaintance.read(conn, messages), acquaintance.world)
    return dict(write(conn, batch, collector="test", now=NOW))


def registers(
    device: str, start: datetime, values: Iterable[float], *, step: timedelta
) -> list[Message]:
    """One message per register value, evenly spaced."""
    return [
        say(
            device,
            f'{{"ts": "{(start + i * step).isoformat()}", '
            f'"values": {{"active_energy_import_kwh": {value!r}}}}}'.encode(),
        )
        for i, value in enumerate(values)
    ]
