"""What drives the use of an hour: its place in the week, by the calendar, and the temperature."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.day import DayType, day_type
from analytics.models.estimator import Floats
from domain.calendar import DayKind

HOURS_A_DAY: Final = 24
SLOTS: Final = 7 * HOURS_A_DAY
_SUNDAY = 6
_WEDNESDAY = 2
_FRIDAY = 4


def weekday_of_use(day: date, kinds: Mapping[date, DayKind]) -> int:
    """Weekday whose hours a day takes: holidays Sunday's, adjusted workdays Wednesday's."""
    weekday = day.weekday()
    kind = day_type(day, kinds)
    if kind is DayType.OFF:
        return _SUNDAY
    if kind is DayType.WORKDAY and weekday > _FRIDAY:
        return _WEDNESDAY
    return weekday


def features(
    hours: Sequence[datetime], temperature_c: Floats, zone: ZoneInfo, kinds: Mapping[date, DayKind]
) -> Floats:
    """Matrix that the hourly model takes.

    Parameters
    ----------
    hours : sequence of datetime
        Beginnings of hours.
    temperature_c : ndarray of float, shape (n_hours,)
        Of each hour, NaN where it is not known. [degC]
    zone : ZoneInfo
        Of the clock on the wall: people keep it, whatever the meter writes.

    Returns
    -------
    ndarray of float, shape (n_hours, 2)
        Temperature [degC], hour of the week 0..167 from Monday 0:00.
    """
    return local_features([hour.astimezone(zone) for hour in hours], temperature_c, kinds)


def local_features(
    hours: Sequence[datetime], temperature_c: Floats, kinds: Mapping[date, DayKind]
) -> Floats:
    """As `features`, of hours that go by the clock on the wall already."""
    weekday = {day: weekday_of_use(day, kinds) for day in {each.date() for each in hours}}
    slots = [weekday[each.date()] * HOURS_A_DAY + each.hour for each in hours]
    return np.column_stack([temperature_c, np.array(slots, np.float64)])
