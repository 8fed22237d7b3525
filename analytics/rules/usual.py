"""What a meter usually shows at a time of day and week, and how far it strays from that.

Everything is learned from the days before, as it is known when the hour has come: a record that is
over and a meter that is watched are judged alike.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.models.estimator import Floats, Integers
from analytics.rules.day_grid import DayGrid
from domain.heating_season import Heating

_WEEKS = 6
"""Earlier days of the same weekday whose median is expected."""
_OTHER_DAYS = 5
"""Earlier days, worked or off alike, where too few weeks are known."""
_REACH_DAYS = 45
"""What lies further back is of another season. [d]"""
_FEWEST = 3
"""Days that must tell."""
_WEEK = 7
"""Days after which the spread is learned anew; like days lie so far apart at least. [d]"""
_SPREAD_DAYS = 28
"""Days before that tell the spread. [d]"""
_LAG_DAYS = 14
"""The newest days tell nothing of the spread yet: what is wrong for days would hide itself. [d]"""
_TAIL_DAYS = 60
"""Days before that tell how often the meter strays far. [d]"""
_TAIL, _USUAL_TAIL = 0.98, 3.0
"""Of 50 hours the furthest lies so many spreads away, on a meter that is not erratic."""
_FEWEST_DAYS = 14
"""Days that must tell the spread. [d]"""
_MIDWEEK, _SUNDAY = 2, 6
"""Whose hours a day takes that is worked, or off, against its weekday."""
_NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation. [1]"""
_LEAST_SPREAD = 0.02
"""Of the median load: no meter is more regular than this. [1]"""


@dataclass(frozen=True, slots=True)
class Usual:
    """Expected band of each slot, arrays of shape (n_days, n_slots); NaN where nothing tells.

    Attributes
    ----------
    expected : ndarray of float
        Median of the slot on like days before. [unit of the series]
    low, high : ndarray of float
        Least and greatest of the slot and its neighbours: schedules move by an hour. [unit]
    spread : ndarray of float
        How far the meter strays, as the standard deviation of a normal distribution; more where
        it often strays further than such a one. [unit]
    """

    expected: Floats
    low: Floats
    high: Floats
    spread: Floats

    def distance(self, value: Floats) -> Floats:
        """How far values lie outside the band, in spreads. [1]."""
        outside = np.maximum(np.maximum(value - self.high, self.low - value), 0.0)
        return np.where(np.isfinite(self.expected), outside / self.spread, np.nan)


def usual(grid: DayGrid, explained: Floats | None = None) -> Usual:
    """Tell what is usual on each day from the days before, of the same season.

    Nothing is known of days that may lie in a heating season or out of it.

    Parameters
    ----------
    explained : ndarray of float, shape (n_days, n_slots), optional
        What a model makes of the weather; then its errors are held against those of like days.
    """
    base = np.zeros_like(grid.value) if explained is None else explained
    if not grid.season.any():
        return _of_one_season(grid, base)
    # The weeks before a heating season say nothing of it, and it says nothing of those after it.
    bands = {each: _of_one_season(grid.of_season(each), base) for each in (Heating.OUT, Heating.IN)}
    here = [grid.season[:, None] == each for each in bands]
    columns = (
        np.select(here, [getattr(band, each.name) for band in bands.values()], np.nan)
        for each in fields(Usual)
    )
    return Usual(*columns)


def _of_one_season(grid: DayGrid, base: Floats) -> Usual:
    left = grid.value - base
    # A run of holidays is a run of Sundays: its first days would teach that a fault is usual.
    expected = _median_of_earlier(left, grid.like, _WEEKS, apart=_WEEK)
    lacking = np.isnan(expected)
    until = int(np.flatnonzero(lacking)[-1]) // grid.slots + 1 if lacking.any() else 0
    any_day = _median_of_earlier(left[:until], grid.rest[:until], _OTHER_DAYS)
    expected[:until] = np.where(lacking[:until], any_day, expected[:until])
    spread = _spread(np.abs(left - expected), grid)
    expected = expected + base
    low, high = _neighbours(expected)
    band = Usual(expected, low, high, spread)
    band = replace(band, spread=spread * _erratic(band.distance(grid.value)))
    return _of_either_kind(band, grid, left, base) if grid.unsettled.any() else band


def _of_either_kind(band: Usual, grid: DayGrid, left: Floats, base: Floats) -> Usual:
    """The band that takes in what days of the other kind do, on days that may be such a one."""
    swapped = grid.in_season(np.where(grid.off, _MIDWEEK, _SUNDAY))
    other = np.where(grid.unsettled, swapped, grid.like)
    expected = _median_of_earlier(left, other, _WEEKS, apart=_WEEK) + base
    low, high = _neighbours(expected)
    here = grid.unsettled[:, None]
    return Usual(
        np.where(here & np.isnan(expected), np.nan, band.expected),
        np.where(here, np.fmin(band.low, low), band.low),
        np.where(here, np.fmax(band.high, high), band.high),
        band.spread,
    )


def median_of_like_days(value: Floats, kind: Integers, steps: Integers, apart: int = 0) -> Floats:
    """Median of the same slot on the nearest days of the same kind.

    Parameters
    ----------
    value : ndarray of float, shape (n_days, n_slots)
    kind : ndarray of int, shape (n_days,)
    steps : ndarray of int, shape (n_steps,)
        Which days of the kind, counted from the day itself.
    apart : int, default 0
        Days nearer than this do not tell; where there are such, twice as many are looked at. [d]

    Returns
    -------
    ndarray of float, shape (n_days, n_slots)
        NaN where fewer than three are known.
    """
    found = np.full_like(value, np.nan)
    for each in np.unique(kind):
        days = np.flatnonzero(kind == each)
        crowded = bool((np.diff(days) < apart).any())
        looked_at = np.concatenate([steps - len(steps), steps]) if crowded else steps
        place = np.arange(len(days))[:, None] + looked_at
        inside = (place >= 0) & (place < len(days))
        near = days[np.where(inside, place, 0)]
        away = np.abs(near - days[:, None])
        inside &= (away <= _REACH_DAYS) & (away >= apart)
        around = np.where(inside[:, :, None], value[near], np.nan)
        found[days] = median_known(around, _FEWEST)
    return found


def median_known(value: Floats, fewest: int = 1) -> Floats:
    """Median along the axis before the last, of what is known; NaN where fewer are."""
    if not value.shape[-2]:
        return np.full((*value.shape[:-2], value.shape[-1]), np.nan)
    ordered = np.sort(value, axis=-2)  # NaN comes last
    count = np.isfinite(value).sum(axis=-2, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-2)
    high = np.take_along_axis(ordered, np.minimum(count // 2, value.shape[-2] - 1), axis=-2)
    middle = np.where(count >= fewest, (low + high) / 2, np.nan)
    return np.asarray(middle[..., 0, :])


def _median_of_earlier(value: Floats, kind: Integers, days: int, apart: int = 0) -> Floats:
    return median_of_like_days(value, kind, np.arange(-days, 0), apart)


def _neighbours(expected: Floats) -> tuple[Floats, Floats]:
    """Least and greatest of each slot, the one before and the one after."""
    flat = expected.ravel()
    before, after = np.append(flat[:1], flat[:-1]), np.append(flat[1:], flat[-1:])
    low, high = (
        np.where(np.isnan(flat), np.nan, of(of(before, flat), after)).reshape(expected.shape)
        for of in (np.fmin, np.fmax)
    )
    return low, high


def _spread(size: Floats, grid: DayGrid) -> Floats:
    """Between how far the meter strayed at this time of day and at any, week by week."""
    before = _before_each_week(len(size), _SPREAD_DAYS)
    told = _of(size, before)
    at_any_time = median_known(told.reshape(len(told), -1, 1), _FEWEST_DAYS * size.shape[1])
    # Of days off nothing follows for days of work: after a break, a term says itself how it strays.
    off, week = grid.off[np.maximum(before, 0)], np.arange(len(size)) // _WEEK
    worked, free = (
        _smoothed(median_known(np.where(kind[:, :, None], told, np.nan), _FEWEST))
        for kind in (~off, off)
    )
    by_time = np.where(grid.off[:, None], free[week], worked[week])
    known = grid.value[np.isfinite(grid.value)]
    least = _LEAST_SPREAD * abs(float(np.median(known))) if len(known) else 0.0
    found = _NORMAL * np.sqrt(at_any_time[week] * by_time)
    return np.asarray(np.maximum(found, max(least, 1e-12)))


def _before_each_week(days: int, back: int) -> Integers:
    """Places of days that tell of each week, shape (n_weeks, back); below 0 before the record."""
    return np.asarray(np.arange(0, days, _WEEK)[:, None] + np.arange(-back, 0) - _LAG_DAYS)


def _of(value: Floats, places: Integers) -> Floats:
    """Days at some places; NaN before the record."""
    return np.where(places[:, :, None] < 0, np.nan, value[np.maximum(places, 0)])


def _smoothed(by_time: Floats) -> Floats:
    """The mean of each slot and its neighbours."""
    if by_time.shape[1] < 3:  # noqa: PLR2004 - a slot and two neighbours
        return by_time
    return (np.roll(by_time, 1, axis=1) + by_time + np.roll(by_time, -1, axis=1)) / 3


def _erratic(distance: Floats) -> Floats:
    """How much wider the band of an erratic meter is, shape (n_days, 1). [1]."""
    before = _before_each_week(len(distance), _TAIL_DAYS)
    told = _of(distance, before).reshape(len(before), -1)
    told = np.sort(told, axis=1)  # NaN comes last
    count = np.isfinite(told).sum(axis=1)
    place = np.maximum((count * _TAIL).astype(np.int64) - 1, 0)
    furthest = np.where(count >= _WEEK * distance.shape[1], told[np.arange(len(told)), place], 0)
    wider = np.maximum(furthest / _USUAL_TAIL, 1.0)
    return np.asarray(wider[np.arange(len(distance)) // _WEEK, None])
