"""A series by local day and hour, also where the clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series, us
from analytics.rules.day_grid import HOUR_US, day_grid, laid_out
from domain.calendar import DayKind
from domain.errors import InputError

LONDON = ZoneInfo("Europe/London")


def series(first: datetime, hours: int) -> Series:
    return Series(us(first) + np.arange(hours, dtype=np.int64) * HOUR_US, np.arange(hours) * 1.0)


def test_every_hour_of_usual_days_has_its_place() -> None:
    grid = day_grid(series(datetime(2024, 5, 31, 23, tzinfo=UTC), 48), LONDON, {})
    assert np.array_equal(grid.value.ravel(), np.arange(48))
    assert grid.start(25) == datetime(2024, 6, 2, 0, tzinfo=UTC)
    assert grid.start(48) == datetime(2024, 6, 2, 23, tzinfo=UTC)


def test_a_repeated_hour_is_one_slot_and_a_skipped_one_is_empty() -> None:
    back = day_grid(series(datetime(2024, 10, 26, 23, tzinfo=UTC), 25), LONDON, {})
    assert back.value[0, :3].tolist() == [0.0, 1.5, 3.0]
    assert back.value[0, 23] == 24.0
    ahead = day_grid(series(datetime(2024, 3, 31, tzinfo=UTC), 23), LONDON, {})
    assert np.isnan(ahead.value[0, 1])
    assert ahead.value[0, [0, 2, 23]].tolist() == [0.0, 1.0, 22.0]


def test_a_holiday_takes_the_hours_of_a_sunday() -> None:
    grid = day_grid(
        series(datetime(2024, 5, 31, 23, tzinfo=UTC), 24 * 7),
        LONDON,
        {date(2024, 6, 3): DayKind.HOLIDAY, date(2024, 6, 8): DayKind.MAKEUP_WORKDAY},
    )
    assert grid.weekday.tolist() == [5, 6, 6, 1, 2, 3, 4]
    assert grid.off.tolist() == [True, True, True, False, False, False, False]


def test_two_weeks_without_work_are_a_season_of_their_own_from_the_first_day() -> None:
    breaks = {date(2024, 7, day): DayKind.HOLIDAY for day in range(8, 32)}
    feast = {date(2024, 6, day): DayKind.HOLIDAY for day in (6, 7)}
    grid = day_grid(series(datetime(2024, 6, 3, 23, tzinfo=UTC), 24 * 40), LONDON, breaks | feast)
    of = dict(zip(range(-26, 14), grid.like.tolist(), strict=True))  # by the day of July
    assert [of[-24], of[-23], of[-22], of[-21]] == [6, 6, 5, 6]
    assert [of[each] for each in (4, 5, 6, 7)] == [3, 4, 8, 8]
    assert [of[each] for each in (8, 9, 12, 13)] == [7, 7, 7, 8]
    assert grid.rest[[0, 2, 33, 34, 39]].tolist() == [0, 1, 8, 7, 8]


def test_quarters_are_averaged_and_what_is_missing_is_missing() -> None:
    first = us(datetime(2024, 6, 1, tzinfo=UTC))
    ts = first + np.arange(4 * 24, dtype=np.int64) * HOUR_US // 4
    value = np.arange(4 * 24) * 1.0
    value[4:8] = np.nan
    value[9] = np.nan
    grid = day_grid(Series(ts, value), ZoneInfo("UTC"), {})
    assert grid.value[0, 0] == 1.5
    assert np.isnan(grid.value[0, 1])
    assert grid.value[0, 2] == pytest.approx((8 + 10 + 11) / 3)


def test_what_lies_outside_the_days_is_left_out() -> None:
    told = series(datetime(2024, 6, 1, tzinfo=UTC), 72)
    inner = day_grid(series(datetime(2024, 6, 2, tzinfo=UTC), 24), ZoneInfo("UTC"), {})
    found = laid_out(told, inner.bounds, 24, ZoneInfo("UTC"))
    assert np.array_equal(found[0], np.arange(24, 48))


def test_centuries_are_refused() -> None:
    ends = np.array([us(datetime(1900, 1, 1, tzinfo=UTC)), us(datetime(2024, 1, 1, tzinfo=UTC))])
    with pytest.raises(InputError, match="100 years"):
        day_grid(Series(ends, np.ones(2)), LONDON, {})
