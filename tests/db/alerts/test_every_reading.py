"""Every reading is judged by its own time: however they come in batches, or late."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.jobs.watch import Evaluator
from tests.db.alerts.conftest import MINUTE, House, Rows

pytestmark = pytest.mark.db

VOLT = {"x": 190.0, "-": 199.0, ".": 230.0}
COURSE = (
    "SELECT state, opened_at IS NOT NULL AS opened, began_at, last_at, judged_to, hits, misses,"
    " clear_since, reopened FROM alert"
)
DEVICE, OTHER = "school-device-0", "hospital-device-0"


def say(house: House, word: str, *devices: str) -> None:
    house.say(f'"voltage_a_v": {VOLT[word]}', *devices)


def arrive(house: House, device: str, course: str) -> None:
    """A value each minute is committed, and nobody looks."""
    for word in course:
        say(house, word, device)
        house.pass_by(MINUTE)


def arrive_late(house: House, device: str, course: str, *, ago: int) -> None:
    """Values of a minute each, that begin so many minutes ago, are committed now."""
    for number, word in enumerate(course):
        at = house.now + (number - ago) * MINUTE
        house.say(f'"voltage_a_v": {VOLT[word]}', device, at=at)


def judged(house: House, device: str) -> Rows:
    """How the alerts of a device stand, and what happened to them."""
    of = " WHERE device_id = (SELECT device_id FROM device WHERE code = %s)"
    rows = house.rows(f"{COURSE}{of} ORDER BY alert_id", device)
    acts = "SELECT array_agg(act ORDER BY alert_event_id) AS acts FROM alert_event"
    return [*rows, *house.rows(f"{acts} JOIN alert USING (alert_id){of}", device)]


def test_an_excess_between_two_looks_is_found_and_interrupts_nobody_when_it_is_over(
    house: House,
) -> None:
    arrive(house, DEVICE, "...xxxx" + 12 * ".")
    house.look()
    (alert,) = house.rows("SELECT state, actual, began_at FROM alert")
    assert (alert["state"], alert["actual"]) == ("resolved", 190.0)
    assert alert["began_at"] == house.now - 16 * MINUTE
    acts = "SELECT array_agg(act ORDER BY alert_event_id) FROM alert_event"
    assert house.one(acts) == ["pend", "open", "resolve"]
    assert house.one("SELECT count(*) FROM alert_interruption") == 0


@given(course=st.text("x-.", min_size=4, max_size=24), cuts=st.sets(st.integers(1, 23), max_size=5))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_batches_of_the_same_readings_make_the_same_alerts(
    house: House, course: str, cuts: set[int]
) -> None:
    ids = house.rows("SELECT device_id FROM device WHERE code = %s", DEVICE)
    device_id = int(str(ids[0]["device_id"]))
    for minute, word in enumerate(course, start=1):
        say(house, word, DEVICE, OTHER)
        house.pass_by(MINUTE)
        if minute in cuts:
            house.look()
        else:
            house.evaluator.look({device_id}, many=False, now=house.now)
    house.look()
    assert judged(house, DEVICE) == judged(house, OTHER)
    house.pass_by(timedelta(hours=1))


def test_readings_that_came_late_are_an_alert_of_their_time_and_only_once(house: House) -> None:
    arrive(house, DEVICE, 5 * ".")
    house.pass_by(40 * MINUTE)
    arrive(house, DEVICE, ".")
    house.look()
    arrive_late(house, DEVICE, "xxxxx" + 15 * ".", ago=40)
    began = house.now - 40 * MINUTE
    for _ in range(3):
        house.pass_by(MINUTE)
        house.look()
    (alert,) = house.rows("SELECT state, began_at, resolved_at, opened_at FROM alert")
    assert (alert["state"], alert["began_at"]) == ("resolved", began)
    assert alert["resolved_at"] == began + 15 * MINUTE  # ten minutes of the hold after the last
    assert house.one("SELECT count(*) FROM alert_event") == 2
    assert house.one("SELECT count(*) FROM alert_interruption") == 0


def test_late_values_complete_what_was_pending_and_old_ones_are_no_news(house: House) -> None:
    arrive(house, DEVICE, ".")
    house.pass_by(2 * MINUTE)
    arrive(house, DEVICE, "x")
    house.look()
    assert house.one("SELECT state FROM alert") == "pending"
    arrive_late(house, DEVICE, "xx", ago=3)
    arrive_late(house, OTHER, "xxxx", ago=5 * 24 * 60)
    house.pass_by(MINUTE)
    house.look()
    assert house.rows("SELECT state, hits FROM alert") == [{"state": "open", "hits": 3}]
    assert house.one("SELECT count(*) FROM alert_interruption") == 1


def test_what_came_late_while_nobody_watched_is_found_by_who_watches_next(house: House) -> None:
    arrive(house, DEVICE, 30 * ".")
    house.look()
    house.pass_by(60 * MINUTE)
    arrive_late(house, DEVICE, "xxxx" + 12 * ".", ago=50)
    say(house, ".", DEVICE)
    house.evaluator = Evaluator(house.work)
    house.evaluator.catch_up(now=house.now)
    arrive_late(house, DEVICE, "xxxx" + 12 * ".", ago=20)
    house.pass_by(MINUTE)
    house.evaluator = Evaluator(house.work)
    house.look()
    assert house.rows("SELECT state, reopened FROM alert") == [{"state": "resolved", "reopened": 1}]
