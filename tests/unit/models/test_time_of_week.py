"""The hourly model finds planted hours, temperatures and kinds of days on the local clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.models.hour_of_week import features
from analytics.models.time_of_week import TimeOfWeek
from domain.calendar import DayKind

LONDON = ZoneInfo("Europe/London")
HOURS = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(8760)]
RNG = np.random.default_rng(7)
YEAR = 12 - 9 * np.cos(2 * np.pi * np.arange(8760) / 8766)
WEATHER = YEAR + 4 * np.sin(2 * np.pi * np.arange(8760) / 24) + RNG.normal(0, 2, 8760)
HOLIDAY = date(2025, 5, 5)
WORKED = date(2025, 5, 10)
KINDS = {HOLIDAY: DayKind.HOLIDAY, WORKED: DayKind.MAKEUP_WORKDAY}


def open_hours() -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    local = [hour.astimezone(LONDON) for hour in HOURS]
    return np.array(
        [
            8 <= at.hour < 18 and at.date() != HOLIDAY and (at.weekday() < 5 or at.date() == WORKED)
            for at in local
        ]
    )


def test_use_that_follows_the_clock_on_the_wall_is_found() -> None:
    use = np.where(open_hours(), 50.0, 10.0) + RNG.normal(0, 1, 8760)
    matrix = features(HOURS, WEATHER, LONDON, KINDS)
    told = TimeOfWeek().fit(matrix, use).predict(matrix)[:, 0]
    assert np.abs(use - told).max() < 8
    utc = features(HOURS, WEATHER, ZoneInfo("UTC"), KINDS)
    by_utc = TimeOfWeek().fit(utc, use).predict(utc)[:, 0]
    assert np.mean((use - by_utc) ** 2) > 10 * np.mean((use - told) ** 2)


def test_heating_of_occupied_hours_is_told_from_that_of_others() -> None:
    cold = np.maximum(12 - WEATHER, 0)
    use = np.where(open_hours(), 50 + 3 * cold, 10 + 0.5 * cold) + RNG.normal(0, 1, 8760)
    matrix = features(HOURS, WEATHER, LONDON, KINDS)
    model = TimeOfWeek().fit(matrix, use)
    assert model.occupied_[0, 10]
    assert not model.occupied_[0, 3]
    assert model.slope_[0, 1, 0] == pytest.approx(-3, abs=0.5)
    assert model.slope_[0, 0, 0] == pytest.approx(-0.5, abs=0.3)


def test_hours_of_the_week_without_data_are_filled_and_counted() -> None:
    matrix = features(HOURS, WEATHER, LONDON, KINDS)
    use = np.where(matrix[:, 1] == 30, np.nan, 10.0)
    model = TimeOfWeek().fit(matrix, use)
    assert model.filled_[0] == 1
    assert model.predict(matrix)[:, 0] == pytest.approx(10.0)


@settings(max_examples=15)
@given(hours=st.integers(1, 400), seed=st.integers(0, 99), share=st.sampled_from([0.0, 0.5, 1.0]))
def test_any_input_gives_numbers_or_nothing(hours: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = features(HOURS[:hours], WEATHER[:hours], LONDON, {})
    use = np.where(rng.random(hours) < share, rng.choice([0.0, 1e9]), np.nan)
    told = TimeOfWeek().fit(matrix, use).predict(matrix)
    assert np.isfinite(told).all() or np.isnan(told).all()
