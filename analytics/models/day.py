"""What drives the use of a local day: felt temperature, type of day, part of the year. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import IntEnum

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
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
    BREAK = 3
    """A workday between school terms, where these are known."""
    TERM = 4
    """A workday within one. To a model it is a workday; a workday of which no term is known may be
    one of a break."""


class Season(IntEnum):
    """Part of the year by month; heating and the term do not follow the temperature alone."""

    WINTER = 0
    """The days on which the place is heated, where that is known; else November to February."""
    SHOULDER = 1
    """What is left: usually March to May, and October."""
    SUMMER = 2
    """June to September."""


_MONTHS = (0, 0, 1, 1, 1, 2, 2, 2, 2, 1, 0, 0)
MODEL_TYPES = (DayType.WORKDAY, DayType.SATURDAY, DayType.OFF, DayType.BREAK)
"""Types that a model may tell apart."""
CELLS = len(MODEL_TYPES) * len(Season)
"""A day is of one type and in one season: its cell is ``type * len(Season) + season``."""


def day_type(
    day: date, kinds: Mapping[date, DayKind], in_term: Mapping[date, bool] | None = None
) -> DayType:
    """Type of a day; one that `kinds` does not name goes by its weekday.

    `in_term` tells workdays of a school's terms from those between, as far as it names them.
    """
    kind, weekday = kinds.get(day), day.weekday()
    if kind is None or not kind.works:
        if kind is DayKind.HOLIDAY or weekday == _SUNDAY:
            return DayType.OFF
        if weekday == _SATURDAY:
            return DayType.SATURDAY
    taught = None if in_term is None else in_term.get(day)
    if taught is None:
        return DayType.WORKDAY
    return DayType.TERM if taught else DayType.BREAK


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
    in_term: Mapping[date, bool] | None = None,
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
    in_term : mapping of date to bool, optional
        Whether a day lies in a school's term; only days of which it is known.

    Returns
    -------
    ndarray of float, shape (n_days, 2 or 3)
        Felt temperature [degC], ``type * len(Season) + season``, and the amplitude where it is
        given [K].
    """
    start = first.toordinal()
    days = [date.fromordinal(start + i) for i in range(len(temperature_c))]
    cells = [day_type(d, kinds, in_term) * len(Season) + season_of(d, heated) for d in days]
    told = [felt_c(temperature_c), np.array(cells, np.float64)]
    return np.column_stack(told if swing_c is None else [*told, swing_c])


def swing_of(matrix: Floats) -> Floats | None:
    """Amplitude of the course of each day of a matrix of `features`, where it has one. [K]."""
    return matrix[:, 2] if matrix.shape[1] > 2 else None  # noqa: PLR2004 - the third column


def cells_of(matrix: Floats) -> Integers:
    """Cell of each day of a matrix of `features`; workdays of a term are workdays."""
    cells: Integers = matrix[:, 1].astype(np.int64)
    cells[cells >= CELLS] -= DayType.TERM * len(Season)
    return cells


def termless(matrix: Floats) -> Truths:
    """Workdays of a matrix of `features` of which no term is known, shape (n_days,)."""
    return np.asarray(matrix[:, 1] // len(Season) == DayType.WORKDAY)
