"""Meters that stand still, fall silent, show what cannot be, or count backwards."""

import numpy as np
import pytest

from analytics.models.series import Series, instant
from analytics.rules.finding import Priority
from analytics.rules.implausible import implausible
from analytics.rules.silent import silent
from analytics.rules.stuck import stuck
from analytics.rules.thresholds import MeterClass, thresholds

HOUR = 3_600_000_000
RULES = thresholds(MeterClass.ELECTRICITY)


def hourly(values: "list[float] | np.ndarray[tuple[int], np.dtype[np.float64]]") -> Series:
    return Series(np.arange(len(values), dtype=np.int64) * HOUR, np.array(values, np.float64))


def lively(hours: int, seed: int = 1) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.random.default_rng(seed).normal(50, 5, hours).round(2)


def test_a_meter_that_shows_one_value_for_a_day_is_stuck() -> None:
    values = lively(1000)
    values[300:324] = 47.5
    (found,) = stuck(hourly(values), RULES.stuck)
    assert (found.start, found.end) == (instant(300 * HOUR), instant(324 * HOUR))
    assert found.priority is Priority.HIGH
    assert found.actual == 47.5
    assert found.evidence["hours"] == 24


def test_five_equal_hours_are_no_fault() -> None:
    values = lively(1000)
    values[300:305] = 47.5
    assert stuck(hourly(values), RULES.stuck) == []


def test_a_meter_with_few_digits_is_not_stuck_every_night() -> None:
    values = np.tile(np.repeat([1.0, 4.0], [12, 12]), 100)
    assert stuck(hourly(values), RULES.stuck) == []


def test_zeros_of_a_meter_that_idles_are_no_fault_but_a_frozen_value_is() -> None:
    values = np.where(np.arange(2400) % 24 < 8, 0.0, lively(2400))
    values[1000:1020] = 33.25
    values[1200:1220] = 0.0
    (found,) = stuck(hourly(values), RULES.stuck)
    assert found.actual == 33.25


def test_a_meter_that_idles_at_night_and_then_for_days_is_stuck_at_zero() -> None:
    values = np.where(np.arange(2400) % 24 < 8, 0.0, lively(2400))
    values[1200:1300] = 0.0
    (found,) = stuck(hourly(values), RULES.stuck)
    assert (found.actual, found.evidence["hours"]) == (0.0, 104)


def test_a_gap_of_a_day_is_silence_from_when_the_next_value_was_due() -> None:
    series = hourly(lively(200))
    kept = (np.arange(200) < 100) | (np.arange(200) >= 124)
    (found,) = silent(Series(series.ts[kept], series.value[kept]), RULES.silent)
    assert (found.start, found.end) == (instant(100 * HOUR), instant(124 * HOUR))
    assert found.evidence["hours"] == 24
    assert found.priority is Priority.HIGH


def test_values_that_are_not_known_are_silence_too() -> None:
    values = lively(200)
    values[50:60] = np.nan
    (found,) = silent(hourly(values), RULES.silent)
    assert (found.start, found.end) == (instant(50 * HOUR), instant(60 * HOUR))


def test_two_missing_values_are_no_silence() -> None:
    values = lively(200)
    values[50:52] = np.nan
    assert silent(hourly(values), RULES.silent) == []


def test_a_meter_that_sends_now_and_then_is_silent_only_when_it_is_for_long() -> None:
    rng = np.random.default_rng(1)
    series = hourly(lively(4000))
    kept = (rng.random(4000) < 0.3) & ~((np.arange(4000) >= 2000) & (np.arange(4000) < 2100))
    (found,) = silent(Series(series.ts[kept], series.value[kept]), RULES.silent)
    assert found.end >= instant(2100 * HOUR)


def test_a_meter_may_be_silent_now() -> None:
    series = hourly(lively(50))
    assert silent(series, RULES.silent) == []
    (found,) = silent(series, RULES.silent, until=60 * HOUR)
    assert found.end == instant(60 * HOUR)


@pytest.mark.parametrize(("value", "rating"), [(-5.0, None), (5000.0, None), (121.0, 100.0)])
def test_what_cannot_be_is_implausible(value: float, rating: float | None) -> None:
    values = lively(500)
    values[77] = value
    (found,) = implausible(hourly(values), RULES.implausible, rating=rating)
    assert (found.start, found.end) == (instant(77 * HOUR), instant(78 * HOUR))
    assert found.actual == value


def test_power_that_is_fed_in_may_be_negative() -> None:
    values = lively(500)
    values[77] = -40.0
    assert implausible(hourly(values), RULES.implausible, signed=True) == []


def test_nothing_is_found_in_nothing() -> None:
    nothing = hourly([])
    assert stuck(nothing, RULES.stuck) == []
    assert silent(nothing, RULES.silent) == []
    assert implausible(nothing, RULES.implausible) == []
