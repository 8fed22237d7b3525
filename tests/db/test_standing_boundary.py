"""A boundary meter rightly stands still while a plant behind it feeds in, and only then."""

import json
from collections.abc import Callable

import pytest
from psycopg import Connection

from domain.registry import FED_IN, Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.places.registry import write as write_registry
from tests.estate import estate, say, store_messages
from tests.metered_building import FIRST, HOUR, PLACE, compute

pytestmark = pytest.mark.db

DAYS = 13
USUAL_KW, FED_IN_KW = 10.0, 4.0
SUNNY, STUCK = range(6 * 24 + 12, 6 * 24 + 15), range(9 * 24 + 2, 9 * 24 + 5)
"""Hours in which nothing is bought: the plant feeds in, and nobody knows why."""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school's main meter, and below it the meter of what is fed in through it."""
    known = estate()
    export = Meter(
        "export", PLACE, Medium.ELECTRICITY, MeterRole.FED_IN, "school-meter-0", "上网", "fed in",
        quantity=FED_IN,
    )  # fmt: skip
    device = Device(
        "export-device", PLACE, DeviceKind.ELECTRICITY_METER, "上网", "fed in", meter="export",
        since=known.devices[0].since, accept_back=known.devices[0].accept_back,
    )  # fmt: skip
    described = Registry(known.organisations, (*known.meters, export), (*known.devices, device))
    write_registry(superuser, described)
    return superuser


def tell(conn: Connection, device: str, quantity: str, rate: Callable[[int], float]) -> None:
    """Hourly registers of a device that counts at that rate in each hour."""
    register, samples = 500.0, []
    for hour in range(DAYS * 24 + 1):
        samples.append({"ts": (FIRST + hour * HOUR).isoformat(), "values": {quantity: register}})
        register += rate(hour)
    store_messages(conn, [say(device, json.dumps({"samples": samples}).encode())])
    compute(conn)


def frozen(conn: Connection) -> list[int]:
    """Hours of the main meter that are thought frozen, so that nobody knows their use."""
    rows = conn.execute(
        "SELECT h.start_at, h.end_at FROM consumption_hole h JOIN meter m USING (meter_id)"
        " WHERE m.code = 'school-meter-0' AND h.superseded_at IS NULL AND h.flags & 32 <> 0"
    ).fetchall()
    return sorted(
        (first - FIRST) // HOUR + n for first, last in rows for n in range((last - first) // HOUR)
    )


def test_a_stand_is_known_as_soon_as_it_is_known_that_the_plant_fed_in(conn: Connection) -> None:
    still = {*SUNNY, *STUCK}
    tell(
        conn, "school-device-0", "active_energy_import_kwh",
        lambda hour: 0.0 if hour in still else USUAL_KW,
    )  # fmt: skip
    assert frozen(conn) == sorted(still)
    tell(conn, "export-device", FED_IN, lambda hour: FED_IN_KW if hour in SUNNY else 0.0)
    assert frozen(conn) == [*STUCK]
    used = conn.execute(
        "SELECT sum(c.value), count(*) FROM consumption c JOIN meter m USING (meter_id)"
        " WHERE m.code = 'school-meter-0' AND c.superseded_at IS NULL AND c.flags = 0"
        " AND c.start_at >= %s AND c.end_at <= %s",
        [FIRST + SUNNY.start * HOUR, FIRST + SUNNY.stop * HOUR],
    ).fetchone()
    assert used is not None
    assert (float(used[0]), used[1] > 0) == (0.0, True)
