"""What drives the use of a local day: felt temperature, type of day, part of the year. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import IntEnum

import numpy as np

from analytics.models.estimator import Floats, Integers
from domain.calendar import DayKind

LAG = 0.3
"""Weight of the day before in the felt temperature: walls and water are slow. [1]"""
_SUNDAY = 6
_SATURDAY = 5


class DayType(IntEnum):
    """Days that are used alike. An adjusted workday (a worked weekend) is a workday."""

    WORKDAY = 0
    SATURDAY = 1
    OFF = 2
    """Sundays and holidays."""


class Season(IntEnum):
    """Part of the year by month; heating and the term do not follow the temperature alone."""

    WINTER = 0
    """The days on which the place is heated, where that is known; else November to February."""
    SHOULDER = 1
    """What is left: usually March to May, and October."""
    SUMMER = 2
    """June to September."""


_MONTHS = (0, 0, 1, 1, 1, 2, 2, 2, 2, 1, 0, 0)
CELLS = len(DayType) * len(Season)
"""A day is of one type and in one season: its cell is ``type * len(Season) + season``."""


def day_type(day: date, kinds: Mapping[date, DayKind]) -> DayType:
    """Type of a day; one that `kinds` does not name goes by its weekday."""
    kind = kinds.get(day)
    if kind is DayKind.HOLIDAY:
        return DayType.OFF
    if kind is not None and kind.works:
        return DayType.WORKDAY
    weekday = day.weekday()
    if weekday == _SUNDAY:
        return DayType.OFF
    return DayType.SATURDAY if weekday == _SATURDAY else DayType.WORKDAY


def felt_c(temperature_c: Floats, lag: float = LAG) -> Floats:
    """Mix of each day's mean temperature with that of the day before.

    Parameters
    ----------
    temperature_c : ndarray of float, shape (n_days,)
        Of consecutive days, NaN where it is not known. [degC]

    Returns
    -------
    ndarray of float, shape (n_days,)
        The day's own where the day before is not known. [degC]
    """
    before = np.concatenate([temperature_c[:1], temperature_c[:-1]])
    before = np.where(np.isnan(before), temperature_c, before)
    mixed: Floats = (1 - lag) * temperature_c + lag * before
    return mixed


def season_of(day: date, heated: Callable[[date], bool] | None) -> Season:
    """Part of the year of a day; `heated` tells a place's own heating season (供暖季)."""
    by_month = Season(_MONTHS[day.month - 1])
    if heated is None:
        return by_month
    if heated(day):
        return Season.WINTER
    return Season.SUMMER if by_month is Season.SUMMER else Season.SHOULDER


def features(
    first: date,
    temperature_c: Floats,
    kinds: Mapping[date, DayKind],
    heated: Callable[[date], bool] | None = None,
    swing_c: Floats | None = None,
) -> Floats:
    """Matrix that the daily models take.

    Parameters
    ----------
    first : date
        First of consecutive local days.
    temperature_c : ndarray of float, shape (n_days,)
        Mean outdoor temperature of each local day, NaN where it is not known. [degC]
    kinds : mapping of date to DayKind
        From a calendar.
    heated : callable, optional
        Whether the place is heated on a day, by its heating season.
    swing_c : ndarray of float, shape (n_days,), optional
        Amplitude of the course of each day (`series.daily_swing`), where its hours are known. [K]

    Returns
    -------
    ndarray of float, shape (n_days, 2 or 3)
        Felt temperature [degC], cell, and the amplitude where it is given [K].
    """
    start = first.toordinal()
    days = [date.fromordinal(start + i) for i in range(len(temperature_c))]
    cells = [day_type(d, kinds) * len(Season) + season_of(d, heated) for d in days]
    told = [felt_c(temperature_c), np.array(cells, np.float64)]
    return np.column_stack(told if swing_c is None else [*told, swing_c])


def swing_of(matrix: Floats) -> Floats | None:
    """Amplitude of the course of each day of a matrix of `features`, where it has one. [K]."""
    return matrix[:, 2] if matrix.shape[1] > 2 else None  # noqa: PLR2004 - the third column


def cells_of(matrix: Floats) -> Integers:
    """Cell of each day of a matrix of `features`."""
    cells: Integers = matrix[:, 1].astype(np.int64)
    return cells
