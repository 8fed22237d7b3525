"""What a register counted, attributed to the intervals of a grid, each amount once. Pure.

The use of an interval is the difference of the register at its two ends; an end between two
readings lies on the straight line between them, or in a pause on the meter's own profile.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.readings import Flags, Floats, Instants
from analytics.ledger.segments import History, Segment, Span
from domain.consumption_flag import ConsumptionFlag


@dataclass(frozen=True, slots=True)
class Use:
    """Use per interval of a grid of n + 1 boundaries.

    Attributes
    ----------
    value : ndarray of float, shape (n,)
        In the unit of the quantity; NaN where nothing was counted.
    covered : ndarray of int, shape (n,)
        Part of the interval between readings that stand. [us]
    flags : ndarray of int, shape (n,)
        Sets of `ConsumptionFlag`.
    exact : ndarray of bool, shape (n,)
        Both ends fall on a reading.
    estimated : ndarray of bool, shape (n,)
        Some of what was used in the interval no register tells.
    allocated : ndarray of bool, shape (n,)
        An end of the interval lies in a gap: the total of the gap is measured, its split is not.
    shaped : ndarray of bool, shape (n,)
        The split of such a gap follows the meter's profile.
    """

    value: Floats
    covered: Instants
    flags: Flags
    exact: NDArray[np.bool_]
    estimated: NDArray[np.bool_]
    allocated: NDArray[np.bool_]
    shaped: NDArray[np.bool_]

    @classmethod
    def nothing(cls, intervals: int) -> "Use":
        """Of intervals in which nothing was counted."""
        none = [np.zeros(intervals, dtype=np.bool_) for _ in range(4)]
        covered = np.zeros(intervals, dtype=np.int64)
        return cls(np.full(intervals, np.nan), covered, np.zeros(intervals, np.int32), *none)


def attribute(told: History, grid: Instants, *, step: int) -> Use:
    """Attribute a register's history to a grid.

    Parameters
    ----------
    told : History
        Its unknown spans mark the intervals they touch as estimated.
    grid : ndarray of int, shape (n + 1,)
        Boundaries of intervals, strictly rising. [us]
    step : int
        Length of the intervals, of which a pause between readings is a gap. [us]
    """
    use = Use.nothing(len(grid) - 1)
    for segment in told.segments:
        _add(use, segment, grid, told.longest_pause(step))
    pause = told.longest_pause(step)
    # Of a whole pause nobody knows which part of its total each multiplier stands for.
    unread = [span for span in told.unread if span.end - span.begin > pause]
    for span in [*told.unknown, *unread]:
        here = _mark(use, span, grid)
        use.estimated[here] = True
        # Where nothing is known nothing is kept: what lies beside it carries the flag.
        beside = slice(max(here.start - 1, 0), here.stop + 1)
        use.flags[beside][~np.isnan(use.value[beside])] |= span.why
    for span in told.shaped:
        here = _mark(use, span, grid)
        use.allocated[here] = use.shaped[here] = True
    length = np.diff(grid)
    partial = (use.covered < length) & ~np.isnan(use.value)
    use.flags[partial] |= ConsumptionFlag.PARTIAL
    return use


def _add(use: Use, segment: Segment, grid: Instants, longest_pause: float) -> None:
    ts = segment.ts
    first = max(int(np.searchsorted(grid, ts[0], side="right")) - 1, 0)
    end = min(int(np.searchsorted(grid, ts[-1], side="left")), len(grid) - 1)
    if end <= first:
        return
    here, bounds = slice(first, end), grid[first : end + 1]
    counted = np.diff(np.interp(bounds, ts, segment.register)) * segment.ratio
    use.value[here] = np.where(np.isnan(use.value[here]), 0.0, use.value[here]) + counted
    inside = np.clip(bounds, ts[0], ts[-1])
    use.covered[here] += inside[1:] - inside[:-1]
    on_reading = ts[np.minimum(np.searchsorted(ts, bounds), len(ts) - 1)] == bounds
    use.exact[here] |= on_reading[:-1] & on_reading[1:]
    gap = np.diff(ts) > longest_pause
    if gap.any():
        within = np.searchsorted(bounds, ts[1:], "left") - np.searchsorted(bounds, ts[:-1], "right")
        gap &= within > 0  # of a pause that lies in one interval nothing has to be split
        split = _overlaps(bounds, ts, gap)
        use.allocated[here] |= split
        use.flags[here][split] |= ConsumptionFlag.GAP
    if segment.flags.any():
        for flag in ConsumptionFlag:
            marked = (segment.flags & flag) != 0
            if marked.any():
                use.flags[here][_overlaps(bounds, ts, marked)] |= flag


def _mark(use: Use, span: Span, grid: Instants) -> slice:
    """Flag the intervals that a span touches; which they are."""
    first = max(int(np.searchsorted(grid, span.begin, side="right")) - 1, 0)
    here = slice(first, int(np.searchsorted(grid, span.end, side="left")))
    use.flags[here] |= span.why
    return here


def _overlaps(grid: Instants, ts: Instants, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which intervals of `grid` have a part in a marked step between two readings."""
    before = np.concatenate(([0], np.cumsum(marked)))  # marked steps before reading i
    first = np.clip(np.searchsorted(ts, grid[:-1], side="right") - 1, 0, len(marked))
    last = np.clip(np.searchsorted(ts, grid[1:], side="left"), 0, len(marked))
    return np.asarray(before[np.maximum(first, last)] > before[first], dtype=np.bool_)
