"""A rule that was seldom right waits for the morning, and may earn its right again."""

from datetime import timedelta

import pytest

from analytics.jobs.outcomes import measure_outcomes
from domain.local_day import day_start
from tests.db.alerts.conftest import MINUTE, House
from tests.db.alerts.test_alert_ledger import order
from tests.db.alerts.test_day_alerts import TODAY, ZONE, burning, run
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db
__all__ = ["burning"]

LOW = '"voltage_a_v": 190.0'
OLD = (
    "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at, opened_at,"
    " resolved_at, verdict, judged_to)"
    " SELECT 'voltage_low', b.organisation_id, s.organisation_id, 'high', 'resolved', at, at, at,"
    " %s, at FROM organisation b, organisation s, (SELECT %s::timestamptz AS at) t,"
    " generate_series(1, %s) WHERE b.code = 'school-building' AND s.code = 'school'"
)


def fall(house: House, device: str) -> None:
    for _ in range(4):
        house.say(LOW, device)
        house.look()
        house.pass_by(MINUTE)


def test_a_rule_that_was_seldom_right_is_held_back_at_that_desk_until_it_is_right_again(
    house: House, sign_in: SignIn
) -> None:
    house.conn.execute(OLD, ["false", house.now - timedelta(days=1), 5])
    fall(house, "school-device-0")
    fall(house, "hospital-device-0")  # another desk
    interrupted = "SELECT d.code FROM alert_interruption JOIN alert USING (alert_id) JOIN device d"
    by_code = [{"code": "hospital-device-0"}]
    assert house.rows(interrupted + " USING (device_id)") == by_code
    held = (
        "SELECT held FROM alert WHERE state = 'open' AND desk_id ="
        " (SELECT organisation_id FROM organisation WHERE code = 'school')"
    )
    assert house.one(held) is True
    rules = sign_in("school").get(f"{V1}/rules").json()["items"]
    (told,) = (each["without_right"] for each in rules if each["rule"] == "voltage_low")
    assert [(each["why"], each["right"], each["wrong"]) for each in told] == [
        ("seldom_right", 0, 5)
    ]
    assert not any(each["without_right"] for each in rules if each["rule"] != "voltage_low")

    house.conn.execute(OLD, ["true", house.now - timedelta(days=1), 5])
    fall(house, "school-device-1")
    assert house.one("SELECT count(*) FROM alert_interruption") == 2


def test_what_an_order_stopped_counts_as_a_verdict_does(burning: House, sign_in: SignIn) -> None:
    run(burning.work)
    order(burning, "issued", "accepted", "done", "closed")
    now = day_start(TODAY, ZONE) + timedelta(days=20)
    assert measure_outcomes(burning.work, now=now) == 1
    assert burning.one("SELECT reason FROM alert_outcome") in {
        "no_weather",
        "too_few_days",
        "no_use",
    }
    assert measure_outcomes(burning.work, now=now + timedelta(days=1)) == 0
    assert measure_outcomes(burning.work, now=now + timedelta(days=8)) == 1
    burning.conn.execute(OLD, ["false", burning.now - timedelta(days=1), 4])
    burning.conn.execute("UPDATE alert SET rule = 'unlike_usual', opened_at = now()")
    burning.conn.execute("UPDATE alert_outcome SET stopped = 1, low = -9, high = -1, reason = NULL")
    school = sign_in("school")

    def lost() -> list[str]:
        rules = school.get(f"{V1}/rules").json()["items"]
        return [each["rule"] for each in rules if each["without_right"]]

    assert lost() == ["unlike_usual"]
    burning.conn.execute("UPDATE alert_outcome SET low = 1, high = 9, stopped = 5")
    assert lost() == ["unlike_usual"]  # one of five
    burning.conn.execute("UPDATE alert SET verdict = NULL WHERE alert_id > (SELECT min(alert_id)"
                         " FROM alert)")  # fmt: skip
    assert lost() == []


def test_a_rule_on_trial_says_how_often_it_would_have_alerted(
    house: House, sign_in: SignIn
) -> None:
    house.conn.execute(
        "INSERT INTO alert_rule_mode (rule, mode, reason, person_id)"
        " SELECT 'voltage_low', 'shadow', 'on trial', person_id FROM person WHERE login = 'admin'"
    )
    fall(house, "school-device-0")
    rules = sign_in("school").get(f"{V1}/rules").json()["items"]
    assert [each["would_have"] for each in rules if each["rule"] == "voltage_low"] == [1]
