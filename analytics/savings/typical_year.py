"""Weather of a typical year, put together from months that were lived through."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.models.estimator import Floats
from domain.errors import MissingInputError

_WHOLE = 0.9
"""Share of a month's days that must be known. [1]"""
_MONTHS = 12
_LEAP_MONTH, _LEAP_DAY = 2, 29
_COMMON_YEAR = 2001


@dataclass(frozen=True, slots=True)
class TypicalYear:
    """Days of a year without 29 February.

    Attributes
    ----------
    first : date
        A year's first of January, for the weekdays.
    temperature_c : ndarray of float, shape (365,)
        Daily mean outdoor temperature. [degC]
    swing_c : ndarray of float, shape (365,)
        Amplitude of the course of each day; 0 where it is not known. [K]
    years : tuple of int, length 12
        Of which year each month is.
    candidates : int
        Fewest years that any month was chosen from; of one year it is that year.
    """

    first: date
    temperature_c: Floats
    swing_c: Floats
    years: tuple[int, ...]
    candidates: int


def typical_year(
    first: date, temperature_c: Floats, like: date, swing_c: Floats | None = None
) -> TypicalYear:
    """Of each calendar month take the year whose days are distributed most like those of all years.

    A mean over the years would have no cold and no hot days, and so too few degree days.

    Parameters
    ----------
    first : date
        First of consecutive local days.
    temperature_c : ndarray of float, shape (n_days,)
        Daily mean outdoor temperature; NaN where it is not known. [degC]
    like : date
        A day of the year whose weekdays it takes.
    swing_c : ndarray of float, shape (n_days,), optional
        Amplitude of the course of each day. [K]

    Raises
    ------
    MissingInputError
        If some calendar month was never known for nine tenths of its days.

    References
    ----------
    Finkelstein and Schafer 1971 (distance); Hall et al. 1978 (typical meteorological year).
    """
    days = [first + timedelta(days=i) for i in range(len(temperature_c))]
    year = np.array([day.year for day in days])
    month = np.array([day.month for day in days])
    leap = np.array([day.month == _LEAP_MONTH and day.day == _LEAP_DAY for day in days])
    swings = np.zeros(len(days)) if swing_c is None else swing_c
    parts, courses, years, fewest = [], [], [], len(days)
    for number in range(1, _MONTHS + 1):
        length = monthrange(_COMMON_YEAR, number)[1]
        lived = {}
        for each in np.unique(year[month == number]):
            found = temperature_c[(month == number) & (year == each) & ~leap]
            if len(found) == length and np.isfinite(found).mean() >= _WHOLE:
                lived[int(each)] = _filled(found)
        if not lived:
            raise MissingInputError(f"no whole month {number} of weather", code="weather")
        chosen = _most_usual(lived)
        parts.append(lived[chosen])
        courses.append(swings[(month == number) & (year == chosen) & ~leap])
        years.append(chosen)
        fewest = min(fewest, len(lived))
    return TypicalYear(
        date(like.year, 1, 1), np.concatenate(parts), np.concatenate(courses), tuple(years), fewest
    )


def _filled(temperature_c: Floats) -> Floats:
    """Days that are not known, between their neighbours."""
    known = np.isfinite(temperature_c)
    place = np.arange(len(temperature_c))
    return np.asarray(np.interp(place, place[known], temperature_c[known]))


def _most_usual(lived: dict[int, Floats]) -> int:
    """Year with the least distance between its distribution and that of all; of equals the last."""
    every = np.sort(np.concatenate(list(lived.values())))
    share = np.arange(1, len(every) + 1) / len(every)

    def distance(year: int) -> tuple[float, int]:
        own = np.sort(lived[year])
        below = np.searchsorted(own, every, side="right") / len(own)
        return float(np.abs(below - share).mean()), -year

    return min(lived, key=distance)
