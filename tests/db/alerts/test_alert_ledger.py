"""The ledger says of each order what was promised, and what stopped or why nobody can say."""

from datetime import timedelta

import pytest

from tests.db.alerts.conftest import House
from tests.db.alerts.test_day_alerts import TODAY, burning, run
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db
__all__ = ["burning"]


def order(house: House, *states: str) -> None:
    """The alert is handed to the operator, and the order goes through some states."""
    house.conn.execute(
        "INSERT INTO work_order"
        " (alert_id, assignee_id, task, rule, month, unit, month_cny, person_id)"
        " SELECT a.alert_id, p.person_id, 'look', a.rule, a.month, a.unit, a.month_cny, p.person_id"
        " FROM alert a, person p WHERE p.login = 'school' AND a.state = 'open'"
    )
    for revision, state in enumerate(states, start=1):
        who = "admin" if state == "closed" else "school"
        house.conn.execute(
            "INSERT INTO work_order_step (order_id, revision, state, note, person_id, at)"
            " SELECT w.order_id, %s, %s, 'timer set', p.person_id, %s FROM work_order w, person p"
            " WHERE p.login = %s",
            [revision, state, TODAY - timedelta(days=1), who],
        )


def test_what_was_found_and_handed_over_is_in_the_ledger_with_its_promise(
    burning: House, sign_in: SignIn
) -> None:
    run(burning.work)
    order(burning, "issued", "accepted")
    told = sign_in("school").get(f"{V1}/alert-ledger?days=1100").json()
    (rule,) = told["found"]
    assert (rule["rule"], rule["found"], rule["ordered"]) == ("unlike_usual", 1, 1)
    (matter,) = told["matters"]
    assert matter["month"] == pytest.approx(8 * 5 * 30, rel=0.2)
    assert (matter["state"], matter["reason"], matter["stopped"]) == (
        "accepted", "not_closed", None,
    )  # fmt: skip
    for way in ("rules", "places", "contractors"):
        (added,) = told["sums"][way]
        assert (added["orders"], added["closed"], added["verified"]) == (1, 0, 0)
        assert added["promised"] == pytest.approx(matter["month"])
    elsewhere = sign_in("hospital").get(f"{V1}/alert-ledger?days=1100").json()
    assert (elsewhere["matters"], elsewhere["sums"]["places"]) == ([], [])


def test_without_weather_nobody_says_what_stopped(burning: House, sign_in: SignIn) -> None:
    run(burning.work)
    order(burning, "issued", "accepted", "done", "closed")
    told = sign_in("school").get(f"{V1}/alert-ledger?days=1100").json()
    (matter,) = told["matters"]
    assert matter["stopped"] is None
    assert matter["reason"] in ("no_weather", "too_few_days", "no_use")
    assert (told["promises_held"], told["promises_measured"]) == (0, 0)
