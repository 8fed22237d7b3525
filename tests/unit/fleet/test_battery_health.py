"""A planted capacity is found again from charges with steps of 1 %; too few say nothing."""

import numpy as np
import pytest

from analytics.fleet.battery_health import LEAST_CHARGES, BatteryHealth, battery_health, capacity_by

TRUE_KWH = 43.0


def charged(rng: np.random.Generator) -> tuple[dict[str, float], float, float]:
    """A charge into a battery of the true capacity, as a vehicle tells it."""
    start, end = rng.uniform(10, 40), rng.uniform(85, 100)
    kwh = TRUE_KWH * (end - start) / 100
    ways = {"counter": round(kwh, 1), "power": kwh * rng.normal(1, 0.005), "soc": kwh * 50 / 43}
    return ways, float(np.floor(start)), float(np.floor(end))


def test_the_true_capacity_lies_in_the_bounds_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    held, found = 0, []
    for _ in range(400):
        told = [capacity_by(*charged(rng)) for _ in range(12)]
        health = battery_health(each for each in told if each is not None)
        assert health.charges == 12
        assert health.kwh is not None
        assert health.low_kwh is not None
        assert health.high_kwh is not None
        found.append(health.kwh)
        held += health.low_kwh <= TRUE_KWH <= health.high_kwh
    assert held >= 0.94 * 400
    assert np.median(found) == pytest.approx(TRUE_KWH, rel=0.005)
    assert np.ptp(found) < 0.05 * TRUE_KWH


def test_too_few_wide_charges_are_not_enough() -> None:
    few = [TRUE_KWH] * (LEAST_CHARGES - 1)
    assert battery_health(few) == BatteryHealth(LEAST_CHARGES - 1)
    assert battery_health([*few, 44.0]) == BatteryHealth(LEAST_CHARGES, 43.0, 43.0, 44.0)
    assert battery_health([]) == BatteryHealth(0)


def test_bounds_are_those_of_the_middle_and_not_of_the_charges() -> None:
    health = battery_health(float(each) for each in range(1, 13))
    # Of 12 values, 2 or fewer lie on one side of the middle with 1.9 %, 3 or fewer with 7.3 %.
    assert (health.kwh, health.low_kwh, health.high_kwh) == (6.5, 3.0, 10.0)


@pytest.mark.parametrize(
    ("ways", "start", "end"),
    [
        ({"counter": 20.0}, 50.0, 89.0),
        ({"counter": 20.0}, None, 90.0),
        ({"soc": 20.0, "level": 20.0}, 10.0, 90.0),
        ({"counter": 20.0, "power": 22.0}, 10.0, 90.0),
        ({"counter": 0.0}, 10.0, 90.0),
    ],
)
def test_a_charge_that_is_narrow_assumed_or_at_odds_with_itself_says_nothing(
    ways: dict[str, float], start: float | None, end: float
) -> None:
    assert capacity_by(ways, start, end) is None
    assert capacity_by({"power": 40.0, "soc": 48.0}, 10.0, 90.0) == 50.0
