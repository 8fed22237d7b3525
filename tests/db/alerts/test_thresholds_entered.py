"""Thresholds and budgets are entered over the API by those who may, and count at once."""

from datetime import timedelta

import pytest

from analytics.jobs.watch import Evaluator
from tests.db.alerts.conftest import House
from tests.db.alerts.test_live_alerts import DEVICE, bring_down
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db

LOW_V = {"rule": "phases", "threshold": "low_v", "reason": "end of a long line"}


def test_an_operator_lowers_a_threshold_of_their_own_meter_and_gives_it_back(
    house: House, sign_in: SignIn
) -> None:
    client = sign_in("school")
    one = LOW_V | {"meter": "school-meter-0", "value": 180.0}
    assert client.post(f"{V1}/alert-thresholds", json=one).status_code == 204
    items = client.get(f"{V1}/alert-thresholds?meter=school-meter-0").json()["items"]
    (low,) = (each for each in items if each["threshold"] == "low_v")
    assert (low["shipped"], low["counts"], low["of_meter"]["person"]) == (198.0, 180.0, "school")
    bring_down(house, DEVICE, "school-device-1")
    told = "SELECT array_agg(d.code) FROM alert JOIN device d USING (device_id)"
    assert house.one(told) == ["school-device-1"]

    client.post(f"{V1}/alert-thresholds", json=one | {"value": None})
    house.pass_by(timedelta(minutes=1))
    house.evaluator = Evaluator(house.work)
    bring_down(house, DEVICE)
    assert house.one("SELECT count(*) FROM alert") == 2


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"meter": "school-meter-0", "threshold": "nothing"}, 422, "no_such_threshold"),
        ({"meter": "school-meter-0", "rule": "nothing"}, 422, "no_such_threshold"),
        ({}, 422, "threshold_of_what"),
        ({"meter": "hospital-meter-0"}, 404, "no_meter"),
        ({"meter_class": "electricity"}, 403, "alert_not_yours"),
    ],
)
def test_what_does_not_exist_or_is_not_theirs_is_refused(
    house: House, sign_in: SignIn, change: dict[str, str], status: int, code: str
) -> None:
    client = sign_in("school")
    answer = client.post(f"{V1}/alert-thresholds", json=LOW_V | {"value": 180.0} | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert house.one("SELECT count(*) FROM alert_threshold") == 0


def test_a_threshold_of_a_class_is_the_administrators_and_holds_for_all_its_meters(
    house: House, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    of_class = LOW_V | {"meter_class": "electricity", "value": 185.0}
    assert client.post(f"{V1}/alert-thresholds", json=of_class).status_code == 204
    bring_down(house, DEVICE)
    assert house.one("SELECT count(*) FROM alert") == 0
    items = client.get(f"{V1}/alert-thresholds").json()["items"]
    (low,) = (each for each in items if each["threshold"] == "low_v")
    assert (low["of_class"]["value"], low["of_meter"], low["counts"]) == (185.0, None, 185.0)


def test_thresholds_of_a_pile_are_those_of_its_class_whatever_judges_it(
    house: House, sign_in: SignIn
) -> None:
    house.conn.execute("UPDATE meter SET item = 'ev_charging' WHERE code = 'school-meter-0'")
    of_class = LOW_V | {"meter_class": "charging", "value": 185.0}
    client = sign_in("admin")
    assert client.post(f"{V1}/alert-thresholds", json=of_class).status_code == 204
    items = client.get(f"{V1}/alert-thresholds?meter=school-meter-0").json()["items"]
    shown = {(each["rule"], each["threshold"]): each["counts"] for each in items}
    assert (shown["phases", "low_v"], shown["stuck", "hours"]) == (185.0, 96.0)
    house.evaluator = Evaluator(house.work)
    bring_down(house, DEVICE, "school-device-1")
    told = "SELECT array_agg(d.code) FROM alert JOIN device d USING (device_id)"
    assert house.one(told) == ["school-device-1"]


def test_a_budget_is_entered_and_holds_back_what_is_beyond_it(
    house: House, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    one = {"organisation": "school", "per_shift": 1, "per_day": 3, "reason": "few people"}
    assert client.post(f"{V1}/alert-budgets", json=one).status_code == 204
    shown = {each["desk_code"]: each for each in client.get(f"{V1}/alert-budgets").json()["items"]}
    assert (shown["school"]["per_shift"], shown["school"]["shipped"]) == (1, False)
    assert (shown["hospital"]["per_shift"], shown["hospital"]["shipped"]) == (5, True)
    bring_down(house, *(f"school-device-{number}" for number in range(3)))
    assert house.one("SELECT count(*) FROM alert WHERE held") == 2
    refused = sign_in("school").post(f"{V1}/alert-budgets", json=one)
    assert refused.status_code == 403
