"""The alert desk over the API: what a person sees, what they may do, and what the stream tells."""

from datetime import UTC, datetime

import pytest

from store.alerts.alert import alert_locked, tell
from tests.db.alerts.conftest import MINUTE, House
from tests.db.alerts.test_live_alerts import DEVICE, bring_down
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db


def test_an_operator_sees_their_own_alert_acknowledges_and_resolves_it(
    house: House, sign_in: SignIn
) -> None:
    bring_down(house, DEVICE, "hospital-device-0")
    client = sign_in("school")
    (alert,) = client.get(f"{V1}/alerts").json()["items"]
    assert (alert["rule"], alert["state"], alert["device_code"]) == ("voltage_low", "open", DEVICE)
    one = f"{V1}/alerts/{alert['id']}"
    assert client.post(f"{one}/acts", json={"act": "acknowledge"}).json()["state"] == "acknowledged"
    again = client.post(f"{one}/acts", json={"act": "acknowledge"})
    assert (again.status_code, again.json()["code"]) == (409, "alert_act_not_now")
    mine = client.post(f"{one}/acts", json={"act": "assign", "reason": "I go and look"}).json()
    assert (mine["state"], mine["assignee"]) == ("assigned", "school")
    client.post(f"{one}/verdicts", json={"verdict": "true", "cause": "loose terminal"})
    done = client.post(f"{one}/acts", json={"act": "resolve", "reason": "tightened"}).json()
    assert (done["state"], done["verdict"]) == ("resolved", "true")
    assert [each["act"] for each in done["history"]] == [
        "pend", "open", "acknowledge", "assign", "verdict", "resolve",
    ]  # fmt: skip
    assert {each["person"] for each in done["history"][2:]} == {"school"}
    assert client.get(f"{V1}/alerts").json()["items"] == []
    (rule,) = (r for r in client.get(f"{V1}/rules").json()["items"] if r["rule"] == "voltage_low")
    assert (rule["told"], rule["precision"], rule["mode"]) == (1, 1.0, "live")


def test_nobody_sees_or_moves_the_alert_of_another_house(house: House, sign_in: SignIn) -> None:
    bring_down(house, "hospital-device-0")
    (alert,) = house.rows("SELECT alert_id FROM alert")
    client = sign_in("school")
    one = f"{V1}/alerts/{alert['alert_id']}"
    assert client.get(one).status_code == 404
    assert client.post(f"{one}/acts", json={"act": "acknowledge"}).status_code == 404
    assert client.get(f"{V1}/alerts/desk").json()["high"] == 0


def test_one_who_may_only_look_may_not_act(house: House, sign_in: SignIn) -> None:
    bring_down(house, DEVICE)
    house.conn.execute("UPDATE scope SET role = 'auditor' WHERE role = 'operator'")
    client = sign_in("school")
    (alert,) = client.get(f"{V1}/alerts").json()["items"]
    one = f"{V1}/alerts/{alert['id']}"
    assert client.get(one).json()["may_act"] is False
    refused = client.post(f"{one}/acts", json={"act": "acknowledge"})
    assert (refused.status_code, refused.json()["code"]) == (403, "alert_not_yours")


def test_the_desk_says_how_it_stands(house: House, sign_in: SignIn) -> None:
    bring_down(house, DEVICE)
    desk = sign_in("school").get(f"{V1}/alerts/desk").json()
    assert (desk["high"], desk["flood"]) == (1, False)


def test_rules_are_set_by_administrators_and_windows_by_operators(
    house: House, sign_in: SignIn
) -> None:
    client = sign_in("school")
    mode = {"mode": "shadow", "reason": "new here"}
    assert client.post(f"{V1}/rules/soc_low/mode", json=mode).status_code == 403
    span = {"first": house.now.isoformat(), "last": (house.now + MINUTE).isoformat()}
    window = {"kind": "maintenance", "reason": "transformer", **span}
    entered = client.post(f"{V1}/alert-windows", json=window | {"organisation": "school-building"})
    assert entered.status_code == 204
    client = sign_in("admin")
    assert client.post(f"{V1}/rules/soc_low/mode", json=mode).status_code == 204
    assert client.post(f"{V1}/rules/nonsense/mode", json=mode).json()["code"] == "no_alert_rule"
    modes = {each["rule"]: each["mode"] for each in client.get(f"{V1}/rules").json()["items"]}
    assert modes["soc_low"] == "shadow"


def test_news_of_an_alert_is_in_the_outbox_in_the_same_transaction(house: House) -> None:
    bring_down(house, DEVICE)
    alert_id = house.one("SELECT alert_id FROM alert")
    assert isinstance(alert_id, int)
    told = "SELECT count(*) FROM outbox WHERE topic = 'alert' AND alert_id = %s"
    assert house.one(told, alert_id) == 1

    def tell_and_fail() -> None:
        with house.work.transaction():
            assert alert_locked(house.work, alert_id) is not None
            tell(house.work, [alert_id])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell_and_fail()
    assert house.one(told, alert_id) == 1


def test_alerts_about_meters_and_a_time_are_those_whose_span_touches_it(
    house: House, sign_in: SignIn
) -> None:
    bring_down(house, DEVICE)
    meter = house.one("SELECT meter_id FROM meter WHERE code = 'school-meter-0'")
    house.conn.execute(
        "UPDATE alert SET device_id = NULL, meter_id = %s, began_at = '2026-03-02T00:00Z',"
        " last_at = '2026-03-04T00:00Z'",
        [meter],
    )
    client = sign_in("school")

    def found(meter: object, first: str, last: str) -> int:
        span = {"which": "all", "meter": meter, "from": f"{first}T00:00Z", "to": f"{last}T00:00Z"}
        return len(client.get(f"{V1}/alerts", params=span).json()["items"])

    assert found(meter, "2026-03-03", "2026-03-04") == 1
    assert found(meter, "2026-03-04", "2026-03-05") == 1  # it lasted up to then
    assert found(meter, "2026-03-05", "2026-03-06") == 0
    assert found(meter, "2026-02-01", "2026-03-02") == 0
    assert found(0, "2026-03-03", "2026-03-04") == 0


def test_the_desk_says_what_is_heard_and_how_much_falls_to_each_person(
    house: House, sign_in: SignIn
) -> None:
    house.now = datetime.now(UTC)
    house.say('"voltage_a_v": 230.0', "school-device-0", "school-device-1")
    house.conn.execute("UPDATE device_latest SET received_at = now() - interval '2 days'"
                       " WHERE device_id = (SELECT min(device_id) FROM device_latest)")  # fmt: skip
    house.conn.execute(
        "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at, opened_at)"
        " SELECT 'rule_' || n, organisation_id, organisation_id, 'low', 'open', now(), now()"
        " FROM organisation, generate_series(1, 48) n WHERE code = 'school'"
    )
    school = sign_in("school")
    told = school.get(f"{V1}/alerts/desk").json()
    assert (told["watched"], told["heard"], told["opened_per_operator_hour"]) == (3, 1, 2.0)
    house.conn.execute(
        "INSERT INTO duty_shift (desk_id, on_duty, rank, during, person_id)"
        " SELECT organisation_id, person_id, 1, tstzrange(now(), now() + interval '8 hours'),"
        " person_id FROM organisation, person"
        " WHERE code = 'school' AND login IN ('school', 'admin')"
    )
    assert school.get(f"{V1}/alerts/desk").json()["opened_per_operator_hour"] == 1.0
