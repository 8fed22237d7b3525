"""A typical year is put together from whole months that were lived through."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.period import Period
from analytics.models.record import Record
from analytics.models.refusal import Refusal
from analytics.models.series import Series, day_bounds
from analytics.savings.normalised import normalised
from analytics.savings.typical_year import typical_year
from domain.errors import MissingInputError
from tests.unit.models.planted import temperatures

FIRST = date(2021, 1, 1)
UTC = ZoneInfo("UTC")


def test_a_hot_and_a_cold_year_leave_the_middle_one() -> None:
    usual = temperatures(365)
    told = typical_year(FIRST, np.concatenate([usual - 4, usual, usual + 4]), date(2030, 5, 1))
    assert set(told.years) == {2022}
    assert told.temperature_c == pytest.approx(usual)
    assert (told.first, told.candidates) == (date(2030, 1, 1), 3)


def test_it_keeps_the_cold_and_the_hot_days_that_a_mean_would_lose() -> None:
    lived = np.concatenate([temperatures(365, seed) for seed in (1, 2, 3)])
    told = typical_year(FIRST, lived, FIRST).temperature_c
    mean = lived.reshape(3, 365).mean(axis=0)
    degree_days = [np.maximum(each - 24, 0).sum() for each in (*lived.reshape(3, 365), told, mean)]
    assert degree_days[3] == pytest.approx(np.mean(degree_days[:3]), rel=0.25)
    assert degree_days[4] < degree_days[3]


def test_29_february_is_left_out_and_a_few_missing_days_are_filled() -> None:
    lived = temperatures(366 + 365)
    lived[[10, 40, 41]] = np.nan
    told = typical_year(date(2024, 1, 1), lived, FIRST)
    assert len(told.temperature_c) == 365
    assert np.isfinite(told.temperature_c).all()


def test_a_month_that_was_never_whole_is_named() -> None:
    lived = temperatures(365)
    lived[151:165] = np.nan
    with pytest.raises(MissingInputError, match="no whole month 6 of weather"):
        typical_year(FIRST, lived, FIRST)


def test_a_planted_cut_shows_whatever_the_weather_of_the_two_years() -> None:
    weather = np.concatenate([temperatures(365, 1) - 3, temperatures(365, 2) + 3])
    use = 100 + 6 * np.maximum(15 - weather, 0)
    use[365:] *= 0.8
    days = day_bounds(FIRST, date(2023, 1, 1), UTC)
    record = Record(Series(days[:-1], use), Series(days[:-1], weather), Series(days[:0], use[:0]))
    before, after = Period(FIRST, date(2022, 1, 1)), Period(date(2022, 1, 1), date(2023, 1, 1))
    typical = typical_year(FIRST, weather, FIRST)
    found = normalised(record, before, after, UTC, {}, typical)
    assert found.saving == pytest.approx(0.2 * (found.baseline or 0), rel=0.02)
    half = Period(date(2022, 1, 1), date(2022, 7, 1))
    refused = normalised(record, before, half, UTC, {}, typical)
    assert (refused.saving, refused.refusals) == (None, [Refusal.SHORT_BASELINE])
