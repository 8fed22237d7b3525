"""The shape of use in pauses between readings, after the meter's own days around. Pure.

The total over a pause is measured and stays; days of the same kind only say how it spreads over the
hours, and how the use follows the outdoor temperature, where it clearly does. Where they do not
tell, it spreads evenly. What was spread without a temperature that should be known says so.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.attribution import Use
from analytics.ledger.local_grid import LocalGrid
from analytics.ledger.readings import DAY, Floats, Instants
from analytics.ledger.segments import History, Segment, Span
from domain.consumption_flag import ConsumptionFlag

CONTEXT = 8 * DAY
"""How far before and after a pause the days lie that give its shape. [us]"""
_FEWEST = 2
"""So many days have to tell the use of a time of day."""
_FEWEST_DAYS = 6
"""So many days have to tell whether the use follows the temperature."""
_CLEARLY = 3.0
"""A response less than this times its standard error is taken for none. Judgement, not measured."""
_LACKING = np.int32(ConsumptionFlag.WEATHER_MISSING)
_LEAST_FACTOR = 0.1
"""However mild it is, so much of the usual use is left. [1]"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known well of each interval of a grid."""

    grid: LocalGrid
    clean: NDArray[np.bool_]
    rate: Floats


class _Points(NamedTuple):
    """What is put into a gap, which has one step more than points.

    Attributes
    ----------
    gap : int
        Index of its step in the segment.
    ts, level : ndarray, shape (n,)
        Instants inside [us], and the register there.
    lacking : ndarray of bool, shape (n + 1,)
        Steps that lean on a temperature which is missing.
    """

    gap: int
    ts: Instants
    level: Floats
    lacking: NDArray[np.bool_]


def shape_gaps(told: History, use: Use, grid: LocalGrid) -> History:
    """Put points into the gaps of a history, so that they follow the meter's profile.

    Parameters
    ----------
    told : History
        A register's history.
    use : Use
        What `attribute` makes of it, with gaps that are spread evenly.
    grid : LocalGrid
        The grid of `use`.
    """
    grid = grid.with_surroundings()
    length = np.diff(grid.bounds)
    clean = ~use.allocated & ~use.estimated & (use.covered == length)
    known = _Known(grid, clean, np.where(clean, use.value, 0.0) / length)
    shaped: list[Span] = []
    segments = []
    for segment in told.segments:
        gaps = np.flatnonzero(np.diff(segment.ts) > told.longest_pause(grid.step))
        found = [points for gap in gaps.tolist() if (points := _points(segment, gap, known))]
        shaped += [
            Span(int(segment.ts[gap]), int(segment.ts[gap + 1]), ConsumptionFlag.GAP)
            for gap, *_ in found
        ]
        segments.append(_with(segment, found) if found else segment)
    return replace(told, segments=segments, shaped=shaped)


def _points(segment: Segment, gap: int, known: _Known) -> _Points | None:
    """Points inside a gap; None where the days around do not tell."""
    begin, end = int(segment.ts[gap]), int(segment.ts[gap + 1])
    bounds = known.grid.bounds
    first = int(np.searchsorted(bounds, begin, side="right")) - 1
    last = int(np.searchsorted(bounds, end, side="left"))
    if first < 0 or last >= len(bounds) or last - first < 2:  # noqa: PLR2004  # one bound inside
        return None
    usual, lacking = _usual(slice(first, last), begin, end, known)
    instants = bounds[first + 1 : last]
    weight = usual * np.diff(np.concatenate(([begin], instants, [end])))
    if not weight.sum() > 0:  # NaN where a time of day is not known
        return None
    share = np.cumsum(weight)[:-1] / weight.sum()
    low, high = segment.register[gap], segment.register[gap + 1]
    return _Points(gap, instants, np.clip(low + share * (high - low), low, high), lacking)


def _usual(wanted: slice, begin: int, end: int, known: _Known) -> tuple[Floats, NDArray[np.bool_]]:
    """Usual rate of some intervals [unit/us], and which of them lack a temperature they lean on.

    The rate is that of days of their kind, or of any; else NaN.
    """
    grid = known.grid
    around = slice(
        int(np.searchsorted(grid.bounds, begin - CONTEXT)),
        int(np.searchsorted(grid.bounds, end + CONTEXT, side="right")) - 1,
    )
    clean, slots = known.clean[around], int(grid.slot.max()) + 1
    result = np.full(wanted.stop - wanted.start, np.nan)
    usual_c = result.copy()
    rate, air = known.rate[around][clean], _air(grid)[around][clean]
    for keys in (grid.kind * slots + grid.slot, grid.slot):
        key = keys[around][clean]
        mean = _mean_by_key(key, rate, int(keys.max()) + 1)
        mean_c = _mean_by_key(key, air, len(mean))
        usual_c = np.where(np.isnan(result), mean_c[keys[wanted]], usual_c)
        result = np.where(np.isnan(result), mean[keys[wanted]], result)
    day = grid.day[around][clean]
    told = ~np.isnan(air)
    if _days(day[told]) < _FEWEST_DAYS:
        # With the weather of these days it might have been another shape.
        return result, np.full(len(result), grid.served and _days(day) >= _FEWEST_DAYS)
    key = (grid.kind * slots + grid.slot)[around][clean]
    response = _response(key[told], rate[told], air[told], day[told])
    # What was never so warm, or so cold, in the days around is not guessed at.
    felt = np.clip(_air(grid)[wanted], np.nanmin(air), np.nanmax(air))
    factor = np.maximum(1 + response * (felt - usual_c), _LEAST_FACTOR)
    unknown = np.isnan(factor)
    lacking = unknown & (grid.served and response != 0)
    return np.asarray(result * np.where(unknown, 1.0, factor)), np.asarray(lacking)


def _days(day: NDArray[np.int64]) -> int:
    """How many different days."""
    return len(np.unique(day))


def _response(key: NDArray[np.int64], rate: Floats, air: Floats, day: NDArray[np.int64]) -> float:
    """Share by which the use rises with the temperature [1/K]; 0 where it does not clearly do so.

    One least-squares slope for all times of day, each held against its own mean, so that neither
    the course of the day nor the kind of day passes for the weather. Intervals of one day are not
    independent: its standard error is that of the days.
    """
    slots = int(key.max()) + 1
    mean, mean_c = _mean_by_key(key, rate, slots)[key], _mean_by_key(key, air, slots)[key]
    usable = mean > 0  # not where there are too few, and not where nothing is used
    days, of_day = np.unique(day[usable], return_inverse=True)
    warmer = (air - mean_c)[usable]
    more = (rate - mean)[usable]
    spread = float(np.sum(mean[usable] * warmer**2))
    if len(days) < _FEWEST_DAYS or not spread > 0:
        return 0.0
    slope = float(np.sum(warmer * more)) / spread
    left = warmer * (more - slope * mean[usable] * warmer)
    error = float(np.sqrt(np.sum(np.bincount(of_day, left) ** 2))) / spread
    return slope if abs(slope) > _CLEARLY * error else 0.0


def _mean_by_key(key: NDArray[np.int64], value: Floats, slots: int) -> Floats:
    """Mean of what is known of each key, shape (slots,); NaN where fewer than two are."""
    told = ~np.isnan(value)
    count = np.bincount(key[told], minlength=slots)
    total = np.bincount(key[told], value[told], minlength=slots)
    return np.where(count >= _FEWEST, total / np.maximum(count, 1), np.nan)


def _air(grid: LocalGrid) -> Floats:
    if grid.temperature_c is None:
        return np.full(len(grid.slot), np.nan)
    return grid.temperature_c


def _with(segment: Segment, found: list[_Points]) -> Segment:
    """A segment with points put into its gaps; the steps of a gap have its flags."""
    at = np.concatenate([np.full(len(each.ts), each.gap + 1) for each in found])
    flags = np.insert(segment.flags, at - 1, segment.flags[at - 1])
    before = 0
    for each in found:
        steps = slice(each.gap + before, each.gap + before + len(each.lacking))
        flags[steps] |= np.where(each.lacking, _LACKING, np.int32(0))
        before += len(each.ts)
    return replace(
        segment,
        ts=np.insert(segment.ts, at, np.concatenate([each.ts for each in found])),
        register=np.insert(segment.register, at, np.concatenate([each.level for each in found])),
        flags=flags,
    )
