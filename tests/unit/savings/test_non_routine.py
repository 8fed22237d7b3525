"""Planted events are proposed near their day; outages, holidays and drift are not."""

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.models.estimator import Floats
from analytics.savings.non_routine import proposals
from analytics.savings.proposal import Shape

FIRST, YEAR = date(2024, 1, 1), 366
DAYS = YEAR + 365


def predicted() -> Floats:
    return np.asarray(100 + 40 * np.cos(2 * np.pi * np.arange(DAYS) / 365.25))


def measured(seed: int = 1) -> Floats:
    return predicted() * np.exp(np.random.default_rng(seed).normal(0, 0.08, DAYS))


@pytest.mark.parametrize(("factor", "day"), [(0.6, 500), (1.8, 420), (0.7, 660)])
def test_a_step_is_proposed_within_two_weeks_of_its_day(factor: float, day: int) -> None:
    use = measured()
    use[day:] *= factor
    (found,) = proposals(FIRST, use, predicted(), YEAR)
    assert abs((found.first - FIRST).days - day) <= 14
    assert found.shape is Shape.STEP
    assert found.low < factor < found.high
    assert found.ratio == pytest.approx(factor, rel=0.1)
    expected = (predicted() * (factor - 1))[day:].mean()
    assert found.daily_change == pytest.approx(expected, rel=0.1)


def test_a_step_is_seen_within_45_days_when_looked_for_each_week() -> None:
    use, day = measured(), 500
    use[day:] *= 0.6
    for known in range(day, DAYS, 7):
        if proposals(FIRST, use[:known], predicted()[:known], YEAR):
            break
    assert known - day <= 45


def test_what_comes_back_is_a_spell() -> None:
    use = measured()
    use[480:560] *= 1.7
    (found,) = proposals(FIRST, use, predicted(), YEAR)
    assert found.shape is Shape.SPELL
    assert abs((found.end - FIRST).days - 560) <= 14


@pytest.mark.parametrize("nothing", [np.nan, 0.0])
def test_outages_are_no_events_however_long(nothing: float) -> None:
    use = measured()
    use[450:560] = nothing
    assert proposals(FIRST, use, predicted(), YEAR) == []


def test_a_closed_fortnight_and_a_slow_drift_are_no_events() -> None:
    use = measured() * np.linspace(1.0, 1.15, DAYS)
    use[500:514] *= 0.4
    assert proposals(FIRST, use, predicted(), YEAR) == []


def test_a_meter_that_always_strays_is_not_proposed_for_straying() -> None:
    weeks = np.repeat(np.random.default_rng(3).normal(0, 0.35, DAYS // 7 + 1), 7)[:DAYS]
    assert proposals(FIRST, predicted() * np.exp(weeks), predicted(), YEAR) == []


def test_of_changes_within_a_year_only_the_largest_is_proposed() -> None:
    use = measured()
    use[450:] *= 1.4
    use[600:] *= 1.9
    (found,) = proposals(FIRST, use, predicted(), YEAR)
    assert abs((found.first - FIRST).days - 600) <= 14


@pytest.mark.parametrize("days", [0, 5, 20, 60])
def test_too_little_to_judge_gives_no_proposal(days: int) -> None:
    use = measured()[:days]
    assert proposals(FIRST, use, predicted()[:days], days) == []
    assert proposals(FIRST, np.full(days, np.nan), predicted()[:days], days) == []


def test_days_without_noise_are_taken_too() -> None:
    use = predicted()
    use[500:] *= 0.5
    (found,) = proposals(FIRST, use, predicted(), YEAR)
    assert found.ratio == pytest.approx(0.5, rel=0.05)
    assert abs(found.first - FIRST - timedelta(days=500)) <= timedelta(days=7)
