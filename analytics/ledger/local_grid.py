"""Intervals of local days, each with its place in the day and the kind of day. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.readings import MINUTE, Floats, Instants
from analytics.ledger.segments import us
from domain.local_day import day_start

KindOfDay = Callable[[date], int]
"""Days of one kind are used alike: a small number for each kind."""

_SATURDAY = 5
_HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Around:
    """What was around a meter on some local days.

    Attributes
    ----------
    kind : ndarray of int, shape (n_days,)
        Kind of each day.
    hour : ndarray of int, shape (n_hours,)
        Beginnings of hours of which the outdoor temperature is known, in order. [us]
    temperature_c : ndarray of float, shape (n_hours,)
        [degC]
    served : bool
        The place has a source of weather, so that hours which are not known are missing.
    """

    kind: NDArray[np.int64]
    hour: Instants
    temperature_c: Floats
    served: bool = False


Surroundings = Callable[[date, date], Around]
"""Tells what was around on the local days [first, end); asked only where a shape leans on it."""


def by_weekday(day: date) -> int:
    """0 from Monday to Friday, 1 on Saturday and Sunday; holidays are not known."""
    return int(day.weekday() >= _SATURDAY)


@dataclass(frozen=True, slots=True)
class LocalGrid:
    """Intervals that fill local days; the last one of a day ends with it.

    Attributes
    ----------
    bounds : ndarray of int, shape (n + 1,)
        Boundaries. [us]
    step : int
        Length of an interval, but where the clock changes. [us]
    slot : ndarray of int, shape (n,)
        Place in the day, from 0.
    kind : ndarray of int, shape (n,)
        Kind of the day.
    day : ndarray of int, shape (n,)
        The local day, as `date.toordinal` counts.
    surroundings : callable, optional
        Whom `with_surroundings` asks.
    temperature_c : ndarray of float, shape (n,), optional
        Outdoor air, NaN where it is not known. [degC]
    served : bool
        Where it is not known, it is missing.
    """

    bounds: Instants
    step: int
    slot: NDArray[np.int64]
    kind: NDArray[np.int64]
    day: NDArray[np.int64]
    surroundings: Surroundings | None = None
    temperature_c: Floats | None = None
    served: bool = False

    def with_surroundings(self) -> "LocalGrid":
        """The same with the kinds of its days and the temperatures that its surroundings tell."""
        if self.surroundings is None:
            return self
        first, last = int(self.day[0]), int(self.day[-1])
        told = self.surroundings(date.fromordinal(first), date.fromordinal(last + 1))
        return replace(
            self,
            kind=told.kind[self.day - first],
            surroundings=None,
            temperature_c=_temperatures(self.bounds, told),
            served=told.served,
        )


def _temperatures(bounds: Instants, told: Around) -> Floats:
    """Temperature of the hour in which the middle of each interval lies, NaN where unknown."""
    if not len(told.hour):
        return np.full(len(bounds) - 1, np.nan)
    middle = (bounds[:-1] + bounds[1:]) // 2
    hour = np.searchsorted(told.hour, middle, side="right") - 1
    known = (hour >= 0) & (middle - told.hour[hour] < _HOUR)
    return np.where(known, told.temperature_c[hour], np.nan)


def local_grid(
    first: date,
    end: date,
    zone: ZoneInfo,
    *,
    step: int,
    kind_of: KindOfDay = by_weekday,
    surroundings: Surroundings | None = None,
) -> LocalGrid:
    """Divide the local days [first, end) into intervals.

    Parameters
    ----------
    step : int
        Length of an interval, at most a day. [us]
    kind_of : callable
        Kind of a day, until `surroundings` is asked.
    surroundings : callable, optional
        Who tells of calendar and weather where a gap needs them.
    """
    days = [first + timedelta(days=i) for i in range((end - first).days)]
    starts = [us(day_start(day, zone)) for day in [*days, end]]
    parts = [np.arange(a, b, step, dtype=np.int64) for a, b in pairwise(starts)]
    counts = [len(part) for part in parts]
    return LocalGrid(
        np.append(np.concatenate(parts), starts[-1]),
        step,
        np.concatenate([np.arange(count) for count in counts]),
        np.repeat([kind_of(day) for day in days], counts),
        np.repeat([day.toordinal() for day in days], counts),
        surroundings,
    )
