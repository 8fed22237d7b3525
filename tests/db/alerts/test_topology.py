"""A gateway that dies is one alert, whatever hangs behind it."""

from datetime import timedelta

import pytest
from psycopg import Connection

from domain.registry import Device, DeviceKind, Registry
from store.places.registry import write as write_registry
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


def tree(house: House, *, via_two_gateways: bool = False) -> None:
    """Below the first meter of the school hang two others; the water meter has a battery."""
    write_registry(house.conn, estate(meters=4))
    house.conn.execute(
        "UPDATE meter_position p SET role = 'sub', parent_id = a.meter_id FROM meter m, meter a"
        " WHERE p.meter_id = m.meter_id AND a.code = 'school-meter-0'"
        " AND m.code IN ('school-meter-1', 'school-meter-2')"
    )
    water = Device("well", "school-building", DeviceKind.WATER_METER, "水表", "well")
    gateways = tuple(
        Device(f"gateway-{number}", "school-building", DeviceKind.GATEWAY, "网关", "gateway")
        for number in range(2)
    )
    write_registry(house.conn, Registry((), (), (water, *gateways)))
    if via_two_gateways:
        house.conn.execute(
            "UPDATE device d SET via_id = g.device_id FROM device g WHERE (d.code, g.code) IN"
            " (VALUES ('school-device-0', 'gateway-0'), ('school-device-1', 'gateway-0'),"
            "  ('school-device-2', 'gateway-1'), ('school-device-3', 'gateway-1'))"
        )


SCHOOL = BEHIND[:4]
STANDS = "SELECT rule, inhibited, parent_id FROM alert WHERE state = 'open' ORDER BY rule"
INTERRUPTED = (
    "SELECT a.rule FROM alert_interruption i JOIN alert a USING (alert_id) ORDER BY interruption_id"
)


def test_a_main_meter_explains_those_below_it(house: House) -> None:
    tree(house)
    house.say(POWER, *SCHOOL, *LIVES)
    house.look()
    live_on(house, [*LIVES, "school-device-3"], 20)  # one more of the place has power
    main = house.one("SELECT alert_id FROM alert WHERE rule = 'main_silent'")
    assert house.rows(STANDS) == [
        {"rule": "main_silent", "inhibited": False, "parent_id": None},
        *[{"rule": "silent", "inhibited": True, "parent_id": main}] * 3,
    ]
    assert house.rows(INTERRUPTED) == [{"rule": "main_silent"}]
    live_on(house, [*LIVES, *SCHOOL[1:]], 1)  # the subs speak: their main is silent by itself
    assert house.rows(STANDS) == [{"rule": "silent", "inhibited": False, "parent_id": None}]


def test_a_power_cut_is_one_alert_over_mains_gateways_and_meters(house: House) -> None:
    tree(house, via_two_gateways=True)
    house.say(POWER, *SCHOOL, *LIVES)
    house.say('"volume_m3": 3.0', "well")
    house.look()
    for _ in range(20):  # the water meter has a battery of its own, and goes on
        house.say('"volume_m3": 3.0', "well")
        live_on(house, LIVES, 1)
    (place,) = house.rows("SELECT * FROM alert WHERE rule = 'place_silent'")
    code = "SELECT code FROM organisation WHERE organisation_id = %s"
    assert house.one(code, place["organisation_id"]) == "school-building"
    below = {"inhibited": True, "parent_id": place["alert_id"]}
    assert house.rows(STANDS) == [
        *[{"rule": "gateway_silent", **below}] * 2,
        {"rule": "main_silent", **below},
        {"rule": "place_silent", "inhibited": False, "parent_id": None},
        *[{"rule": "silent", **below}] * 4,
    ]
    assert house.rows(INTERRUPTED) == [{"rule": "place_silent"}]

    live_on(house, [*LIVES, *SCHOOL[:2]], 1)  # power is back, but one gateway stays dead
    gateway = house.one(
        "SELECT alert_id FROM alert WHERE rule = 'gateway_silent' AND state = 'open'"
    )
    assert house.rows(STANDS) == [
        {"rule": "gateway_silent", "inhibited": False, "parent_id": None},
        *[{"rule": "silent", "inhibited": True, "parent_id": gateway}] * 2,
    ]
    assert house.rows(INTERRUPTED) == [{"rule": "place_silent"}, {"rule": "gateway_silent"}]


SAG = '"voltage_a_v": 190.0, "voltage_b_v": 230.0, "voltage_c_v": 230.0'
FINE = '"voltage_a_v": 230.0, "voltage_b_v": 230.0, "voltage_c_v": 230.0'
LOW = "SELECT device_id, state, inhibited FROM alert WHERE rule = 'voltage_low' ORDER BY alert_id"


def test_low_voltage_at_the_main_meter_explains_that_of_the_meters_below(house: House) -> None:
    tree(house)

    def say(values: str, *devices: str) -> None:
        house.pass_by(MINUTE)
        house.say(values, *devices)
        house.say(FINE, *(each for each in SCHOOL if each not in devices))
        house.look()

    say(FINE)
    for _ in range(2):  # the meters below are a moment ahead
        say(SAG, *SCHOOL[1:3])
    for _ in range(4):
        say(SAG, *SCHOOL)
    main = house.one("SELECT device_id FROM device WHERE code = 'school-device-0'")
    beside = house.one("SELECT device_id FROM device WHERE code = 'school-device-3'")
    told = {row["device_id"]: row["inhibited"] for row in house.rows(LOW)}
    assert {each for each, inhibited in told.items() if not inhibited} == {main, beside}
    assert sum(told.values()) == 2
    assert house.one("SELECT count(*) FROM alert_interruption") == 2

    for _ in range(12):  # one of those below goes on by itself
        say(SAG, SCHOOL[1])
    (left,) = (row for row in house.rows(LOW) if row["state"] == "open")
    assert left["inhibited"] is False
    assert house.one("SELECT count(*) FROM alert_interruption") == 3
