"""A gateway that dies is one alert, whatever hangs behind it."""

from datetime import timedelta

import pytest
from psycopg import Connection

from domain.registry import Device, DeviceKind
from store.registry import write as write_registry
from tests.db.alerts.conftest import MINUTE, House
from tests.estate import estate

pytestmark = pytest.mark.db

METERS = 60
BEHIND = [f"school-device-{number}" for number in range(METERS)]
LIVES = [f"hospital-device-{number}" for number in range(3)]
POWER = '"active_power_kw": 3.0'


@pytest.fixture
def many(conn: Connection) -> None:
    """Sixty meters behind a gateway that has no voice of its own."""
    registry = estate(meters=METERS)
    gateway = Device("gateway", "school-building", DeviceKind.GATEWAY, "网关", "gateway")
    write_registry(conn, type(registry)((), registry.meters, (*registry.devices, gateway)))
    conn.execute(
        "UPDATE device SET via_id = (SELECT device_id FROM device WHERE code = 'gateway')"
        " WHERE code LIKE 'school-device-%'"
    )


def live_on(house: House, devices: list[str], minutes: int) -> None:
    """The given devices say something every minute, and the evaluator looks."""
    for _ in range(minutes):
        house.pass_by(MINUTE)
        house.say(POWER, *devices)
        house.look()


@pytest.mark.usefixtures("many")
def test_a_gateway_with_sixty_meters_is_one_alert_sixty_children_and_one_interruption(
    house: House,
) -> None:
    house.say(POWER, *BEHIND, *LIVES)
    house.look()
    live_on(house, LIVES, 20)
    (parent,) = house.rows("SELECT * FROM alert WHERE rule = 'gateway_silent'")
    assert (parent["state"], parent["priority"]) == ("open", "high")
    children = house.rows("SELECT * FROM alert WHERE rule = 'silent'")
    assert len(children) == METERS
    assert {(each["parent_id"], each["inhibited"]) for each in children} == {
        (parent["alert_id"], True)
    }
    assert house.rows("SELECT alert_id, kind, alerts FROM alert_interruption") == [
        {"alert_id": parent["alert_id"], "kind": "alert", "alerts": 1}
    ]

    live_on(house, [*LIVES, *BEHIND[:-1]], 2)
    assert house.rows("SELECT DISTINCT state FROM alert WHERE rule = 'gateway_silent'") == [
        {"state": "resolved"}
    ]
    left = house.rows("SELECT inhibited FROM alert WHERE rule = 'silent' AND state <> 'resolved'")
    assert left == [{"inhibited": False}]  # the one that is silent by itself is told now
    assert (
        house.one("SELECT count(*) FROM alert WHERE NOT inhibited AND parent_id IS NOT NULL") == 0
    )


def test_where_nobody_is_heard_the_fault_is_ours(house: House) -> None:
    house.say(POWER, *LIVES, *BEHIND[:3])
    house.pass_by(timedelta(hours=3))
    house.look()
    assert house.one("SELECT count(*) FROM alert") == 0


def test_a_meter_that_reads_by_the_hour_is_given_hours(house: House) -> None:
    for _ in range(6):
        house.say(POWER, "school-device-0")
        house.pass_by(timedelta(hours=1))
    live_on(house, LIVES, 30)
    assert house.one("SELECT count(*) FROM alert") == 0
    house.pass_by(timedelta(hours=3))
    live_on(house, LIVES, 4)
    assert house.one("SELECT count(*) FROM alert WHERE state = 'open'") == 1
