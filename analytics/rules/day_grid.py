"""A series laid out by local day and time of day, as people live by it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.hour_of_week import weekday_of_use
from analytics.models.series import DAY_US, Series, day_bounds, instant
from analytics.rules.runs import runs
from domain.calendar import DayKind
from domain.errors import InputError
from domain.heating_season import Heating

HOUR_US: Final = DAY_US // 24
_MINUTE_US = HOUR_US // 60
_MOST_DAYS = 100 * 366
_FRIDAY, _WEEK = 4, 7
_KINDS = 9
"""Weekdays and the two of leave."""
LEAVE_DAYS: Final = 14
"""So many days off in a row are no public holiday. [d]"""


@dataclass(frozen=True, slots=True)
class DayGrid:
    """Mean value of each slot of each local day; NaN where nothing was measured.

    In the hour that a change of clocks repeats both passes are one slot; one that it skips is
    empty.

    Attributes
    ----------
    value : ndarray of float, shape (n_days, n_slots)
        In the unit of the series. Slots are hours, or the steps of a coarser series.
    bounds : ndarray of int, shape (n_days + 1,)
        Beginnings of the local days. [us]
    weekday : ndarray of int, shape (n_days,)
        0 Monday .. 6 Sunday: the weekday whose hours a day takes by the calendar.
    off : ndarray of bool, shape (n_days,)
        Whether the day is not worked.
    like : ndarray of int, shape (n_days,)
        Days that are like each other: their `weekday`; on leave, which is a season of its own, 7 on
        working weekdays and 8 on weekends. Leave is two weeks or more without work: school breaks.
        Where a meter follows the heating season, 9 more inside it, and 18 where that is unsure.
    rest : ndarray of int, shape (n_days,)
        The same less finely: 0 worked, 1 off, and 7 and 8 of leave; more by season as well.
    season : ndarray of int, shape (n_days,)
        `Heating` of the day.
    unsettled : ndarray of bool, shape (n_days,)
        Whether it is not known yet that the day is worked, or that it is off.
    """

    value: Floats
    bounds: Integers
    weekday: Integers
    off: Truths
    like: Integers
    unsettled: Truths

    @property
    def rest(self) -> Integers:
        """What is to be expected of a day where its weekday is not known often enough."""
        return self.in_season(np.where(self.like % _KINDS < _WEEK, self.off, self.like % _KINDS))

    @property
    def season(self) -> Integers:
        """Whether each day is heated."""
        return np.asarray(self.like // _KINDS)

    def in_season(self, kind: Integers) -> Integers:
        """Kinds of the days, 0 to 8, set apart by season."""
        return np.asarray(kind + _KINDS * self.season)

    def of_season(self, season: int) -> "DayGrid":
        """The same as if nothing had been measured in another season."""
        here = self.season[:, None] == season
        return replace(self, value=np.where(here, self.value, np.nan))

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return int(self.value.shape[1])

    @property
    def slots_an_hour(self) -> float:
        """Slots of an hour; below 1 of a coarser series. [1/h]."""
        return self.slots / 24

    @property
    def starts(self) -> Integers:
        """Beginnings of the slots, shape (n_days, n_slots). [us]."""
        lengths = np.diff(self.bounds)[:, None]
        return np.asarray(self.bounds[:-1, None] + np.arange(self.slots) * lengths // self.slots)

    def start(self, flat: int) -> datetime:
        """Instant at which a slot begins, counted through all days."""
        day, slot = divmod(flat, self.slots)
        if day == len(self.value):
            return instant(int(self.bounds[-1]))
        length = int(self.bounds[day + 1] - self.bounds[day])
        return instant(int(self.bounds[day]) + slot * length // self.slots)

    def hours(self, first: float, end: float) -> slice:
        """Slots of the hours [first, end) of a day; at least one."""
        low = int(first * self.slots / 24)
        return slice(low, max(int(end * self.slots / 24), low + 1))


def day_grid(
    series: Series,
    zone: ZoneInfo,
    kinds: Mapping[date, DayKind],
    unsettled: Collection[date] = frozenset(),
    heating: Mapping[date, Heating] | None = None,
) -> DayGrid:
    """Lay a series out by local days.

    Parameters
    ----------
    series : Series
        With a row at least.
    kinds : mapping of date to DayKind
        From a calendar; a day that it does not name goes by its weekday.
    unsettled : collection of date
        Days of which no notice says yet whether they are worked.
    heating : mapping of date to Heating, optional
        Of a meter that follows the heating season; a day that it does not name lies out of it.

    Raises
    ------
    InputError
        If it reaches over more than 100 years.
    """
    first, last = (instant(int(at)).astimezone(zone).date() for at in series.ts[[0, -1]])
    if (last - first).days > _MOST_DAYS:
        raise InputError("want at most 100 years", place=f"{first} to {last}")
    bounds = _bounds(first, last + timedelta(days=1), zone)
    slots = int(DAY_US // min(max(series.step, HOUR_US), DAY_US))
    civil = (first.weekday() + np.arange(len(bounds) - 1)) % _WEEK
    weekday = civil.copy()
    for day in kinds:
        if first <= day <= last:
            weekday[(day - first).days] = weekday_of_use(day, kinds)
    off = weekday > _FRIDAY
    like = np.where(_on_leave(first, off, kinds), _WEEK + (civil > _FRIDAY), weekday)
    for day, season in (heating or {}).items():
        if first <= day <= last:
            like[(day - first).days] += _KINDS * season
    open_days = np.zeros(len(off), np.bool_)
    open_days[[(day - first).days for day in unsettled if first <= day <= last]] = True
    value = laid_out(series, bounds, slots, zone)
    return DayGrid(value, bounds, weekday, off, like, open_days)


def _on_leave(first: date, off: Truths, kinds: Mapping[date, DayKind]) -> Truths:
    """Which days belong to a long run of days off, as the calendar tells it beyond the record."""
    last = first + timedelta(days=len(off) - 1)
    around = np.arange(-LEAVE_DAYS, len(off) + LEAVE_DAYS)
    days = [first + timedelta(days=each) for each in around.tolist()]
    told = np.array(
        [
            off[(day - first).days]
            if first <= day <= last
            else day in kinds and weekday_of_use(day, kinds) > _FRIDAY
            for day in days
        ]
    )
    leave = np.zeros(len(told), np.bool_)
    for begin, end in runs(told).tolist():
        leave[begin:end] = end - begin >= LEAVE_DAYS
    return leave[LEAVE_DAYS:-LEAVE_DAYS]


@lru_cache(maxsize=256)
def _bounds(first: date, end: date, zone: ZoneInfo) -> Integers:
    """Beginnings of local days, told once for all meters of a place and time. [us]."""
    bounds = day_bounds(first, end, zone)
    bounds.setflags(write=False)
    return bounds


def laid_out(series: Series, bounds: Integers, slots: int, zone: ZoneInfo) -> Floats:
    """Mean of the values in each slot of the days between bounds [us], shape (n_days, slots)."""
    known = np.isfinite(series.value) & (series.ts >= bounds[0]) & (series.ts < bounds[-1])
    ts, value = series.ts[known], series.value[known]
    day = np.searchsorted(bounds, ts, side="right") - 1
    since = ts - bounds[day]
    for row in np.flatnonzero(np.diff(bounds)[day] != DAY_US).tolist():
        clock = instant(int(ts[row])).astimezone(zone)
        since[row] = (clock.hour * 60 + clock.minute) * _MINUTE_US
    cell = day * slots + np.minimum(since * slots // DAY_US, slots - 1)
    cells = (len(bounds) - 1) * slots
    count = np.bincount(cell, minlength=cells)
    total = np.bincount(cell, value, cells)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.asarray(mean.reshape(-1, slots))
