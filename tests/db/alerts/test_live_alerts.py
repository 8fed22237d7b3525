"""Newest values become alerts that open late, end late, and interrupt within the budget."""

from datetime import timedelta

import pytest

from analytics.jobs.alert_surroundings import AlertSurroundings
from analytics.jobs.watch import Evaluator
from domain.registry import Device, DeviceKind, Registry
from store.alerts.alert_day import verdicts
from store.places.registry import write as write_registry
from tests.db.alerts.conftest import MINUTE, House
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db

LOW, GOOD = '"voltage_a_v": 190.0', '"voltage_a_v": 230.0'
DEVICE = "school-device-0"


def bring_down(house: House, *devices: str) -> None:
    for _ in range(3):
        house.say(LOW, *devices)
        house.look()
        house.pass_by(MINUTE)


def test_three_low_values_open_one_alert_that_interrupts_once_and_ends_by_itself(
    house: House,
) -> None:
    house.say(LOW, DEVICE)
    house.look()
    assert house.rows("SELECT state, opened_at FROM alert") == [
        {"state": "pending", "opened_at": None}
    ]
    house.pass_by(MINUTE)
    bring_down(house, DEVICE)
    (alert,) = house.rows("SELECT * FROM alert")
    assert (alert["rule"], alert["state"], alert["priority"]) == ("voltage_low", "open", "high")
    assert (alert["actual"], alert["expected"], alert["unit"]) == (190.0, 198.0, "V")
    assert house.one("SELECT count(*) FROM alert_interruption") == 1
    for _ in range(12):
        house.say(GOOD, DEVICE)
        house.look()
        house.pass_by(MINUTE)
    acts = "SELECT array_agg(act ORDER BY alert_event_id) FROM alert_event"
    assert house.one("SELECT state FROM alert") == "resolved"
    assert house.one(acts) == ["pend", "open", "resolve"]


def test_it_comes_back_under_the_same_id_and_a_week_later_under_another(house: House) -> None:
    bring_down(house, DEVICE)
    for _ in range(12):
        house.say(GOOD, DEVICE)
        house.look()
        house.pass_by(MINUTE)
    bring_down(house, DEVICE)
    assert house.rows("SELECT state, reopened FROM alert") == [{"state": "open", "reopened": 1}]
    house.work.execute("UPDATE alert SET state = 'resolved', resolved_at = last_at")
    house.pass_by(timedelta(days=7))
    bring_down(house, DEVICE)
    assert house.one("SELECT count(*) FROM alert") == 2


def test_the_same_batch_judged_again_changes_nothing(house: House) -> None:
    bring_down(house, DEVICE)
    before = house.rows("SELECT * FROM alert_event"), house.rows("SELECT * FROM alert")
    for _ in range(3):
        house.look()
    assert (house.rows("SELECT * FROM alert_event"), house.rows("SELECT * FROM alert")) == before


def test_a_rule_on_trial_tells_nobody_and_a_silent_one_judges_nothing(house: House) -> None:
    house.conn.execute(
        "INSERT INTO alert_rule_mode (rule, mode, reason, person_id)"
        " SELECT 'voltage_low', 'shadow', 'on trial', person_id FROM person WHERE login = 'admin'"
    )
    bring_down(house, DEVICE)
    assert house.rows("SELECT state, shadow FROM alert") == [{"state": "open", "shadow": True}]
    assert house.one("SELECT count(*) FROM alert_interruption") == 0
    assert house.one("SELECT count(*) FROM outbox WHERE alert_id IS NOT NULL") == 0


def test_within_a_window_of_maintenance_nothing_opens_and_what_was_held_back_is_listed(
    house: House, sign_in: SignIn
) -> None:
    house.conn.execute(
        "INSERT INTO alert_window (organisation_id, kind, during, reason, person_id)"
        " SELECT organisation_id, 'maintenance', tstzrange(%s, %s), 'transformer', person_id"
        " FROM organisation, person WHERE code = 'school' AND login = 'school'",
        [house.now - MINUTE, house.now + 60 * MINUTE],
    )
    bring_down(house, DEVICE, "hospital-device-0")
    house.say(LOW, "school-device-1")  # once is no alert, and nothing that was held back
    house.look()
    assert house.one("SELECT count(*) FROM alert") == 1
    shown = house.rows("SELECT * FROM alert_finding ORDER BY finding_id")
    house.look()
    Evaluator(house.work).catch_up(now=house.now)  # judged again, nothing grows
    assert house.rows("SELECT * FROM alert_finding ORDER BY finding_id") == shown
    (held,) = sign_in("school").get(f"{V1}/suppressed-findings").json()["items"]
    assert (held["rule"], held["device_code"], held["reason"]) == (
        "voltage_low", DEVICE, "transformer",
    )  # fmt: skip
    assert (held["actual"], held["expected"], held["kind"]) == (190.0, 198.0, "maintenance")
    assert sign_in("hospital").get(f"{V1}/suppressed-findings").json()["items"] == []
    house.pass_by(timedelta(hours=2))
    bring_down(house, DEVICE)
    assert house.one("SELECT count(*) FROM alert WHERE rule = 'voltage_low'") == 2


def test_a_gateway_that_is_silent_in_a_window_is_listed_once_and_told_when_it_is_over(
    house: House, sign_in: SignIn
) -> None:
    gateway = Device("gateway", "school-building", DeviceKind.GATEWAY, "网关", "gateway")
    write_registry(house.conn, Registry((), (), (gateway,)))
    house.conn.execute(
        "UPDATE device SET via_id = (SELECT device_id FROM device WHERE code = 'gateway')"
        " WHERE code LIKE 'school-device-%'"
    )
    behind = [f"school-device-{number}" for number in range(3)]
    house.say(GOOD, *behind, "hospital-device-0")
    house.look()
    house.conn.execute(
        "INSERT INTO alert_window (organisation_id, kind, during, reason, person_id)"
        " SELECT organisation_id, 'maintenance', tstzrange(%s, %s), 'new switch', person_id"
        " FROM organisation, person WHERE code = 'school' AND login = 'school'",
        [house.now, house.now + 30 * MINUTE],
    )
    for _ in range(29):
        house.pass_by(MINUTE)
        house.say(GOOD, "hospital-device-0")
        house.look()
    assert house.one("SELECT count(*) FROM alert") == 0
    held = sign_in("school").get(f"{V1}/suppressed-findings").json()["items"]
    assert [(each["rule"], each["device_code"], each["reason"]) for each in held] == [
        ("gateway_silent", "gateway", "new switch")
    ]
    for _ in range(5):
        house.pass_by(MINUTE)
        house.say(GOOD, "hospital-device-0")
        house.look()
    assert house.rows("SELECT a.rule FROM alert_interruption i JOIN alert a USING (alert_id)") == [
        {"rule": "gateway_silent"}
    ]


def test_what_stands_at_a_device_that_falls_silent_says_so_and_its_hold_begins_anew(
    house: House,
) -> None:
    bring_down(house, DEVICE)
    house.say(GOOD, DEVICE)  # one minute in order, and then nothing
    last = house.now
    house.look()
    for _ in range(20):
        house.pass_by(MINUTE)
        house.say(GOOD, "hospital-device-0")
        house.look()
    seen = "SELECT state, blind_since, clear_since FROM alert WHERE rule = 'voltage_low'"
    (blind,) = house.rows(seen)
    assert blind["state"] == "open"
    assert abs(blind["blind_since"] - last) < MINUTE  # type: ignore[operator]  # an instant
    house.say(GOOD, DEVICE)
    house.look()
    assert house.rows(seen) == [{"state": "open", "blind_since": None, "clear_since": house.now}]
    acts = (
        "SELECT array_agg(act ORDER BY alert_event_id) FROM alert_event JOIN alert USING (alert_id)"
    )
    assert house.one(acts + " WHERE rule = 'voltage_low'") == ["pend", "open", "blind", "sight"]


def test_a_threshold_of_one_meter_is_its_own(house: House) -> None:
    house.conn.execute(
        "INSERT INTO alert_threshold (meter_id, rule, threshold, value, reason, person_id)"
        " SELECT meter_id, 'phases', 'low_v', 180, 'end of a long line', person_id"
        " FROM meter, person WHERE code = 'school-meter-0' AND login = 'school'"
    )
    bring_down(house, DEVICE, "school-device-1")
    assert house.one("SELECT array_agg(d.code) FROM alert JOIN device d USING (device_id)") == [
        "school-device-1"
    ]


def test_beyond_the_budget_alerts_wait_for_the_morning(house: House) -> None:
    house.conn.execute(
        "INSERT INTO alert_budget (desk_id, per_shift, per_day, reason, person_id)"
        " SELECT organisation_id, 1, 20, 'few people', person_id FROM organisation, person"
        " WHERE code = 'school' AND login = 'admin'"
    )
    bring_down(house, *(f"school-device-{number}" for number in range(3)))
    assert house.one("SELECT count(*) FROM alert WHERE state = 'open'") == 3
    assert house.one("SELECT count(*) FROM alert WHERE held") == 2
    assert house.one("SELECT count(*) FROM alert_interruption") == 1


def test_what_was_snoozed_comes_back_when_its_time_is_over(house: House) -> None:
    bring_down(house, DEVICE)
    house.work.execute(
        "UPDATE alert SET state = 'snoozed', snoozed_until = %s", [house.now + MINUTE]
    )
    house.pass_by(2 * MINUTE)
    house.look()
    assert house.one("SELECT state FROM alert") == "open"
    assert house.one("SELECT act FROM alert_event ORDER BY alert_event_id DESC LIMIT 1") == "wake"
    assert house.one("SELECT count(*) FROM alert_interruption") == 2  # its ladder begins anew


@pytest.mark.parametrize(
    ("values", "priority"), [('"alarm_level": 4', "urgent"), ('"alarm_flags": 2048', "low")]
)
def test_level_4_is_urgent_and_a_flag_without_a_level_is_an_alert(
    house: House, values: str, priority: str
) -> None:
    car = Device(VEHICLE, "school-building", DeviceKind.VEHICLE, "公务车", "car")
    write_registry(house.conn, Registry((), (), (car,)))
    house.say(values, VEHICLE)
    house.look()
    assert house.rows("SELECT rule, priority FROM alert") == [
        {"rule": "vehicle_alarm", "priority": priority}
    ]


def test_each_flag_of_a_vehicle_is_an_alert_of_its_own_that_ends_by_itself(house: House) -> None:
    """Of the edition of 2025: the battery at level 3, the charge at level 1, later an interlock."""
    car = Device(VEHICLE, "school-building", DeviceKind.VEHICLE, "公务车", "car")
    write_registry(house.conn, Registry((), (), (car,)))
    said = (
        '"alarm_level": 3, "alarm_flags": 18, "alarm_flag_levels": "0103 0401"',
        '"alarm_level": 3, "alarm_flags": 65554, "alarm_flag_levels": "0103 0401 1003"',
        '"alarm_level": 1, "alarm_flags": 16, "alarm_flag_levels": "0401"',
        '"alarm_level": 1, "alarm_flags": 16, "alarm_flag_levels": "0401"',
    )
    for values in said:
        house.say(values, VEHICLE)
        house.look()
        house.pass_by(MINUTE)
    assert house.rows("SELECT code, priority, state FROM alert ORDER BY code") == [
        {"code": "battery_hot", "priority": "urgent", "state": "resolved"},
        {"code": "interlock", "priority": "urgent", "state": "resolved"},
        {"code": "soc_low", "priority": "low", "state": "open"},
    ]
    assert house.rows(f"SELECT a.code FROM ({TOLD_CODES}) a ORDER BY 1") == [
        {"code": "battery_hot"},
        {"code": "interlock"},
    ]


def test_a_flag_that_comes_late_among_others_becomes_its_own_alert(house: House) -> None:
    car = Device(VEHICLE, "school-building", DeviceKind.VEHICLE, "公务车", "car")
    write_registry(house.conn, Registry((), (), (car,)))
    for _ in range(3):
        house.say('"alarm_level": 1, "alarm_flags": 16', VEHICLE)
        house.look()
        house.pass_by(MINUTE)
    late = '"alarm_level": 3, "alarm_flags": 18, "alarm_flag_levels": "0103 0401"'
    house.say(late, VEHICLE, at=house.now - 1.5 * MINUTE)
    house.look()
    house.pass_by(MINUTE)
    house.say('"alarm_level": 1, "alarm_flags": 16', VEHICLE)
    house.look()
    assert house.rows("SELECT code, priority, state FROM alert ORDER BY code") == [
        {"code": "battery_hot", "priority": "urgent", "state": "resolved"},
        {"code": "soc_low", "priority": "low", "state": "open"},
    ]


LEVEL_1, LEVEL_3 = '"alarm_level": 1', '"alarm_level": 3'
VEHICLE = "school-vehicle"
TOLD_CODES = "SELECT a.code FROM alert_interruption i JOIN alert a USING (alert_id)"
TOLD = "SELECT a.rule, i.over_budget FROM alert_interruption i JOIN alert a USING (alert_id)"


@pytest.mark.parametrize("state", ["open", "acknowledged", "assigned", "snoozed"])
def test_what_becomes_urgent_interrupts_as_one_that_opens_so(house: House, state: str) -> None:
    rise = [{"rule": "vehicle_alarm", "over_budget": True}]
    car = Device(VEHICLE, "school-building", DeviceKind.VEHICLE, "公务车", "car")
    write_registry(house.conn, Registry((), (), (car,)))
    house.say(LEVEL_1, VEHICLE)
    house.look()
    assert house.rows("SELECT state, priority FROM alert") == [{"state": "open", "priority": "low"}]
    assert house.rows(TOLD) == []
    later = house.now + timedelta(days=1) if state == "snoozed" else None
    house.conn.execute(
        "UPDATE alert SET state = %s, snoozed_until = %s, assigned_to ="
        " (SELECT person_id FROM person WHERE login = 'school' AND %s = 'assigned')",
        [state, later, state],
    )
    house.pass_by(MINUTE)
    house.say(LEVEL_3, VEHICLE)
    for _ in range(2):  # looked at again, it is not told again
        house.look()
        assert house.rows(TOLD) == rise
    assert house.rows("SELECT state, priority, snoozed_until FROM alert") == [
        {
            "state": "assigned" if state == "assigned" else "open",
            "priority": "urgent",
            "snoozed_until": None,
        }
    ]
    assert house.one("SELECT urgent FROM notice") is True


def test_what_was_urgent_and_comes_late_interrupts_too(house: House) -> None:
    car = Device(VEHICLE, "school-building", DeviceKind.VEHICLE, "公务车", "car")
    write_registry(house.conn, Registry((), (), (car,)))
    for _ in range(3):
        house.say(LEVEL_1, VEHICLE)
        house.look()
        house.pass_by(MINUTE)
    house.say(LEVEL_3, VEHICLE, at=house.now - 1.5 * MINUTE)
    for _ in range(2):
        house.look()
        house.pass_by(MINUTE)
        assert house.rows("SELECT state, priority FROM alert") == [
            {"state": "open", "priority": "urgent"}
        ]
        assert house.rows(TOLD) == [{"rule": "vehicle_alarm", "over_budget": True}]


UNEVEN = '"voltage_a_v": 230.0, "voltage_b_v": 230.0, "voltage_c_v": 215.5'


def test_a_false_alarm_raises_the_limit_of_that_device_alone_and_once(
    house: House, sign_in: SignIn
) -> None:
    def sway(*devices: str) -> None:
        for _ in range(20):
            house.say(UNEVEN, *devices)
            house.look()
            house.pass_by(MINUTE)

    sway(DEVICE)
    (alert,) = house.rows("SELECT alert_id, rule, meter_id FROM alert")
    assert alert["rule"] == "voltage_unbalance"
    client = sign_in("school")
    for verdict in ("true", "false", "false"):  # the newest counts, and counts once
        said = {"verdict": verdict, "cause": ""}
        client.post(f"{V1}/alerts/{alert['alert_id']}/verdicts", json=said)
    (of_meter,) = verdicts(house.work, int(str(alert["meter_id"])))
    assert (of_meter[0], of_meter[2]) == ("voltage_unbalance", "false")
    house.conn.execute("UPDATE alert SET state = 'resolved', resolved_at = judged_to")
    house.pass_by(timedelta(days=2))
    sway(DEVICE, "school-device-1")
    standing = "SELECT d.code FROM alert JOIN device d USING (device_id) WHERE state = 'open'"
    assert house.rows(standing) == [{"code": "school-device-1"}]
    factors = AlertSurroundings.read(house.work, since=house.now).factors
    assert [each["voltage_unbalance"] for each in factors.values()] == [pytest.approx(1.25)]


def test_what_comes_and_goes_interrupts_until_it_flaps_and_then_waits_with_its_count(
    house: House,
) -> None:
    for _ in range(6):
        bring_down(house, DEVICE)
        house.say(GOOD, DEVICE)
        house.pass_by(11 * MINUTE)
        house.say(GOOD, DEVICE)
        house.look()
        house.pass_by(MINUTE)
    (alert,) = house.rows("SELECT reopened, flapping, held FROM alert")
    assert alert == {"reopened": 5, "flapping": True, "held": True}
    assert house.one("SELECT count(*) FROM alert_interruption") == 3
