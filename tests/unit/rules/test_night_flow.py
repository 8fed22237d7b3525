"""Water that never stops at night."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series, us
from analytics.rules.day_grid import HOUR_US, DayGrid, day_grid
from analytics.rules.finding import Priority
from analytics.rules.night_flow import night_flow
from analytics.rules.thresholds import MeterClass, thresholds

RULE = thresholds(MeterClass.WATER).night_flow
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
Hours = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"


def grid(hours: "Hours") -> DayGrid:
    ts = us(FIRST) + np.arange(hours.size, dtype=np.int64) * HOUR_US
    return day_grid(Series(ts, hours.ravel()), ZoneInfo("UTC"), {})


def water(days: int = 120) -> "Hours":
    drawn = np.where((np.arange(24) >= 7) & (np.arange(24) < 20), 1.0, 0.0)
    noise = np.random.default_rng(3).poisson(0.3, (days, 24)) * 0.01
    return np.tile(drawn, (days, 1)) + noise


def test_a_leak_is_found_with_what_it_loses() -> None:
    hours = water()
    hours[60:80] += 0.12
    (found,) = night_flow(grid(hours), RULE)
    assert found.priority is Priority.HIGH
    assert found.start.date() == datetime(2026, 4, 30, tzinfo=UTC).date()
    assert found.evidence["loss_m3_per_hour"] == pytest.approx(0.12, abs=0.01)
    assert found.evidence["loss_m3"] == pytest.approx(0.12 * 20 * 24, rel=0.15)


def test_a_burst_is_urgent_and_lasts_until_the_night_in_which_it_is_mended() -> None:
    hours = water()
    hours[60:] += 2.0
    (found,) = night_flow(grid(hours), RULE)
    assert found.priority is Priority.URGENT
    hours[90:] -= 2.0
    (mended,) = night_flow(grid(hours), RULE)
    assert mended.end == datetime(2026, 5, 30, tzinfo=UTC)


def test_one_night_of_water_is_no_leak() -> None:
    hours = water()
    hours[60] += 1.0
    assert night_flow(grid(hours), RULE) == []


def test_what_always_runs_is_no_leak() -> None:
    assert night_flow(grid(water() + 0.5), RULE) == []


def test_a_night_that_is_not_known_whole_says_nothing() -> None:
    hours = water()
    hours[60:] += 2.0
    hours[60:70, 3] = np.nan
    (found,) = night_flow(grid(hours), RULE)
    assert found.start.date() == datetime(2026, 5, 10, tzinfo=UTC).date()


def test_what_runs_for_two_months_is_learned_anew_and_told_once() -> None:
    hours = water(300)
    hours[60:] += 0.2
    (found,) = night_flow(grid(hours), RULE)
    assert (found.end - found.start).days == 59
