"""What came late is judged though its device is new to the evaluator, or the evaluator dies."""

from datetime import timedelta

import pytest

from analytics.jobs import watch
from analytics.jobs.watch import Evaluator
from tests.db.alerts.conftest import MINUTE, House
from tests.db.alerts.test_every_reading import DEVICE, OTHER, arrive, arrive_late, judged, say

pytestmark = pytest.mark.db

SECOND = timedelta(seconds=1)


def look_round(house: House) -> None:
    """The evaluator looks for what came late, and has the time to judge it."""
    for _ in range(2):
        house.pass_by(6 * SECOND)
        house.look()


def states(house: House) -> list[object]:
    """How the alerts of the device stand, by the time they began."""
    rows = judged(house, DEVICE)[:-1]
    return [row["state"] for row in sorted(rows, key=lambda row: str(row["began_at"]))]


def test_what_comes_late_right_after_the_first_word_of_a_device_is_judged(house: House) -> None:
    say(house, ".", OTHER)
    house.look()
    for course in (".", "late", "."):
        house.pass_by(SECOND)
        if course == "late":
            arrive_late(house, DEVICE, "xxxx" + 12 * ".", ago=20)
        else:
            say(house, ".", DEVICE)
            house.look()
    look_round(house)
    assert states(house) == ["resolved"]


def test_what_waits_to_be_judged_is_found_again_though_others_went_on_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for device in (DEVICE, OTHER):
        arrive(house, device, ".")
    house.pass_by(40 * MINUTE)
    for device in (DEVICE, OTHER):
        say(house, ".", device)
    house.look()
    house.pass_by(SECOND)
    arrive_late(house, DEVICE, "xxxx" + 12 * ".", ago=30)
    with monkeypatch.context() as busy:
        busy.setattr(watch, "_LATE_S", 0.0)
        for _ in range(10):
            house.pass_by(MINUTE)
            say(house, ".", OTHER)
            house.look()
    house.evaluator = Evaluator(house.work)
    house.evaluator.catch_up(now=house.now)
    look_round(house)
    assert states(house) == ["resolved"]


def test_a_new_device_is_judged_to_the_end_though_its_evaluator_dies_at_once(
    house: House,
) -> None:
    say(house, ".", OTHER)
    house.look()
    house.pass_by(SECOND)
    say(house, "x", DEVICE)
    house.look()
    house.pass_by(SECOND)
    arrive_late(house, DEVICE, "xxxx" + 12 * ".", ago=25)
    house.evaluator = Evaluator(house.work)
    house.evaluator.catch_up(now=house.now)
    for _ in range(2):
        house.pass_by(6 * SECOND)
        house.evaluator.look(set(), many=False, now=house.now)
    assert states(house) == ["resolved", "pending"]


def test_what_stands_goes_on_although_an_earlier_spell_became_an_alert_after_it(
    house: House,
) -> None:
    arrive(house, DEVICE, ".")
    house.pass_by(30 * MINUTE)
    say(house, "x", DEVICE)
    house.look()
    house.pass_by(SECOND)
    arrive_late(house, DEVICE, "xxxx" + 12 * ".", ago=25)
    look_round(house)
    assert states(house) == ["resolved", "pending"]
    arrive(house, DEVICE, "xxx")
    house.look()
    assert states(house) == ["resolved", "open"]
