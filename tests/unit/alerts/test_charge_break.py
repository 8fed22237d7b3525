"""Charging that breaks off is told from charging that ends."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.alerts.charge_break import ChargeWatch, Charging
from analytics.alerts.course import Says
from analytics.alerts.live_rule import Device, Values
from analytics.fleet.model_limits import limits_in, vehicle_limits
from domain.errors import ConfigurationError

AT = datetime(2026, 7, 1, 22, tzinfo=UTC)
CAR = Device("vehicle")
C, N, FULL = "parked_charging", "not_charging", "complete"


def said(*course: tuple[str, float], speed: float = 0.0, pause_min: float = 1) -> list[Says | None]:
    """What is said of states and charges that follow one another."""
    watch, found = ChargeWatch(), []
    for number, (state, soc) in enumerate(course):
        values: Values = {
            "charge_state": state,
            "soc_pct": soc,
            "odometer_km": 100.0,
            "speed_kmh": speed,
        }
        at = AT + timedelta(minutes=number * pause_min)
        judged = watch.add(values, at, CAR)
        found.append(None if judged is None else judged.says)
    return found


def test_a_charge_that_ends_below_what_is_usual_is_bad_until_it_goes_on() -> None:
    course = (C, 50.0), (N, 51.0), (N, 51.0), (C, 51.0)
    assert said(*course) == [Says.GOOD, Says.BAD, Says.BAD, Says.GOOD]


@pytest.mark.parametrize(("state", "soc"), [(FULL, 60.0), (N, 78.0), (N, 100.0)])
def test_one_that_is_complete_or_near_enough_is_not(state: str, soc: float) -> None:
    assert Says.BAD not in said((C, soc), (state, soc), (N, soc), (N, soc))


def test_who_is_driven_away_was_taken_off_and_who_never_charged_broke_nothing_off() -> None:
    assert said((C, 50.0), (N, 50.0), speed=30.0)[-1] is Says.GOOD
    assert said((N, 50.0), (N, 50.0)) == [None, None]
    watch = ChargeWatch(Charging(AT, C, 100.0))
    values: Values = {"charge_state": N, "soc_pct": 50.0, "odometer_km": 103.0}
    judged = watch.add(values, AT + timedelta(minutes=5), CAR)
    assert judged is not None
    assert judged.says is Says.GOOD


def test_an_hour_after_the_last_charge_nothing_is_asked_and_nothing_ends() -> None:
    assert said((C, 50.0), *[(N, 50.0)] * 3, pause_min=30) == [
        Says.GOOD, Says.BAD, Says.BAD, None,
    ]  # fmt: skip


def test_a_state_or_a_charge_that_is_not_told_says_nothing() -> None:
    watch = ChargeWatch(Charging(AT, C, 100.0))
    assert watch.add({"soc_pct": 50.0}, AT + timedelta(minutes=1), CAR) is None
    assert watch.add({"charge_state": N}, AT + timedelta(minutes=1), CAR) is None


def test_limits_of_a_model_are_its_own_and_the_others_those_of_every_vehicle() -> None:
    usual, zoe = vehicle_limits(), vehicle_limits("RENAULT", "ZOE R135")
    assert (usual.cell_spread_v, zoe.cell_spread_v) == (0.1, 0.03)
    assert zoe.soc_low_pct == usual.soc_low_pct
    assert vehicle_limits("Renault", "Megane") == vehicle_limits("", "Zoe") == usual


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"maker": "x", "volts": 1.0}, "no limit 'volts'"),
        ({"model": "y", "soc_low_pct": 1.0}, "want its maker"),
        ({"maker": "x", "soc_low_pct": 0}, "want a number above 0"),
        ({"maker": "x", "soc_low_pct": "20"}, "want a number above 0"),
    ],
)
def test_data_of_a_model_that_say_what_does_not_exist_are_refused(
    part: dict[str, object], told: str
) -> None:
    every = dict.fromkeys(vehicle_limits().__dataclass_fields__, 1.0)
    with pytest.raises(ConfigurationError, match=told):
        limits_in({"every": every, "model": [part]}, "x", "y")
