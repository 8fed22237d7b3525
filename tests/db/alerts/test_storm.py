"""A storm comes in many batches: one interruption that takes in all of it, and nothing lost."""

from datetime import timedelta

import pytest
from psycopg import Connection

from analytics.alerts.budget import LONGEST, LULL, STORM
from analytics.jobs.watch import Evaluator
from domain.registry import Device, DeviceKind, Registry
from store.places.registry import write as write_registry
from tests.db.alerts.conftest import MINUTE, House
from tests.estate import estate

pytestmark = pytest.mark.db

METERS, BATCH = 240, 48
CAMPAIGN, CAMPAIGN_BATCH = 10_000, 2_500
SCHOOL = [f"school-device-{number}" for number in range(METERS)]
LOW, GOOD = '"voltage_a_v": 190.0', '"voltage_a_v": 230.0'
DIGESTS = (
    "SELECT kind, alerts + (SELECT coalesce(sum(p.alerts), 0)::integer FROM alert_digest_part p"
    " WHERE p.interruption_id = i.interruption_id) AS alerts"
    " FROM alert_interruption i ORDER BY interruption_id"
)


@pytest.fixture
def many(conn: Connection) -> None:
    """A school with more meters than anybody looks at one by one."""
    registry = estate(meters=METERS)
    write_registry(conn, type(registry)((), registry.meters, registry.devices))


def fall(house: House, devices: list[str]) -> None:
    """The voltage of some meters falls; the evaluator sees it batch by batch."""
    batches = [devices[first : first + BATCH] for first in range(0, len(devices), BATCH)]
    for _ in range(3):
        house.pass_by(MINUTE)
        for batch in batches:
            house.say(LOW, *batch)
            ids = house.rows("SELECT device_id FROM device WHERE code = ANY (%s)", batch)
            named = {int(str(each["device_id"])) for each in ids}
            house.evaluator.look(named, many=False, now=house.now)


@pytest.mark.usefixtures("many")
def test_a_storm_of_many_batches_is_one_digest_and_one_hours_later_another(house: House) -> None:
    first, second = SCHOOL[: METERS // 2], SCHOOL[METERS // 2 :]
    fall(house, first)
    assert house.rows(DIGESTS) == [{"kind": "digest", "alerts": len(first)}]
    assert house.one("SELECT count(*) FROM notice") == 1
    counted = "SELECT count(*), count(DISTINCT device_id), count(digest_id) FROM alert"
    (counts,) = house.rows(counted + " WHERE state = 'open' AND rule = 'voltage_low'")
    assert set(counts.values()) == {len(first)}
    opened = "SELECT count(*) FROM alert_event WHERE act = 'open'"
    assert house.one(opened) == len(first)

    house.pass_by(LULL / 2)  # what follows soon is still the same storm, be it a single one
    fall(house, ["hospital-device-0", second[0]])
    assert house.rows(DIGESTS) == [
        {"kind": "digest", "alerts": len(first) + 1},
        {"kind": "alert", "alerts": 1},  # the hospital is no part of it: its desk is its own
    ]
    house.pass_by(LONGEST + timedelta(hours=2))
    house.say(GOOD, *SCHOOL, *(f"hospital-device-{number}" for number in range(METERS)))
    fall(house, second[1:])
    assert house.rows(DIGESTS + " OFFSET 2") == [{"kind": "digest", "alerts": len(second) - 1}]
    assert house.one("SELECT count(DISTINCT digest_id) FROM alert") == 2


@pytest.mark.fault
@pytest.mark.timeout(1800)
def test_ten_thousand_in_a_minute_lose_none_and_are_one_digest_though_evaluators_die(
    house: House,
) -> None:
    registry = estate(meters=CAMPAIGN)
    write_registry(house.conn, type(registry)((), registry.meters, registry.devices))
    devices = [f"school-device-{number}" for number in range(CAMPAIGN)]
    for second in (0, 20, 40):
        for first in range(0, CAMPAIGN, CAMPAIGN_BATCH):
            batch = devices[first : first + CAMPAIGN_BATCH]
            house.say(LOW, *batch, at=house.now + timedelta(seconds=second))
            house.evaluator = Evaluator(house.work)  # the one before was killed
            house.evaluator.look(set(), many=True, now=house.now + timedelta(seconds=second))
    counted = "SELECT count(*), count(DISTINCT device_id), count(digest_id) FROM alert"
    (counts,) = house.rows(counted + " WHERE state = 'open' AND rule = 'voltage_low'")
    assert set(counts.values()) == {CAMPAIGN}
    assert house.one("SELECT count(*) FROM alert_event WHERE act = 'open'") == CAMPAIGN
    assert house.rows(DIGESTS) == [{"kind": "digest", "alerts": CAMPAIGN}]
    assert house.one("SELECT count(*) FROM notice") == 1


def test_a_flood_of_urgent_ones_interrupts_though_a_digest_stands_that_woke_nobody(
    house: House,
) -> None:
    cars = [f"car-{number}" for number in range(STORM + 1)]
    write_registry(
        house.conn,
        Registry(
            (),
            (),
            tuple(Device(car, "school-building", DeviceKind.VEHICLE, car, car) for car in cars),
        ),
    )
    write_registry(house.conn, Registry((), estate(meters=12).meters, estate(meters=12).devices))
    fall(house, SCHOOL[:12])
    assert house.rows(DIGESTS) == [{"kind": "digest", "alerts": 12}]
    house.pass_by(MINUTE)
    house.say('"alarm_level": 3', *cars)
    house.look()
    assert house.rows(DIGESTS) == [
        {"kind": "digest", "alerts": 12},
        {"kind": "digest", "alerts": STORM + 1},
    ]
    assert house.one("SELECT array_agg(urgent ORDER BY notice_id) FROM notice") == [False, True]
