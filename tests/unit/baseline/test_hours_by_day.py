"""Hours of a model and of a meter are summed to the same local days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.baseline.hours import HourTraining, by_day
from domain.calendar import DayKind

LONDON = ZoneInfo("Europe/London")
FIRST = date(2025, 3, 29)
"""The clock goes forward the day after."""


def three_days(use: list[float]) -> HourTraining:
    """71 hours of three local days, of which one has 23."""
    start = datetime(2025, 3, 29, tzinfo=UTC)
    hours = [(start + timedelta(hours=n)).astimezone(LONDON) for n in range(71)]
    kinds = {FIRST + timedelta(days=n): DayKind.WORKDAY for n in range(3)}
    return HourTraining(hours, np.array(use), np.full(71, 10.0), kinds)


def test_a_day_of_the_change_of_the_clock_has_23_hours() -> None:
    use, told = by_day(three_days([1.0] * 71), np.full(71, 2.0))
    assert use.tolist() == [24, 23, 24]
    assert told.tolist() == [48, 46, 48]


def test_hours_that_lack_take_the_mean_of_the_day_in_both_and_too_many_leave_none() -> None:
    known = [np.nan] * 2 + [1.0] * 22 + [1.0] * 23 + [np.nan] * 3 + [1.0] * 21
    use, told = by_day(three_days(known), np.full(71, 2.0))
    assert use[:2].tolist() == pytest.approx([24, 23])
    assert told[:2].tolist() == pytest.approx([48, 46])
    assert np.isnan([use[2], told[2]]).all()


def test_a_day_of_no_calendar_has_no_figure() -> None:
    known = three_days([1.0] * 71)
    short = HourTraining(known.hours, known.use, known.temperature_c, {FIRST: DayKind.WORKDAY})
    use, _ = by_day(short, np.full(71, 2.0))
    assert np.isnan(use).tolist() == [False, True, True]
