"""Silences in which a vehicle got on, closed by odometer or place and marked as inferred. Pure."""

from bisect import bisect_right

import numpy as np

from analytics.fleet.interval import sums
from analytics.fleet.motion import Motion
from analytics.fleet.samples import Marks
from analytics.fleet.spans import Spans
from analytics.fleet.vehicle_class import VehicleClass
from analytics.ledger.readings import Floats

_FROZEN_KM = 2.0
_FROZEN_SHARE = 0.2
"""An odometer that shows less than this share of the integral of speed stood still. [1]"""
_CAUGHT_UP = (0.5, 0.15)
"""An odometer has caught up with what was driven within so many km or this share of it."""
_ONE_MORE_STEP = 1.5
"""How much faster a vehicle may have been in the steps that a silence cut off. [1]"""


def standing_odometer(spans: Spans, found: Motion) -> Marks:
    """Trips in which speed says far more than the odometer."""
    way = sums(found.speed_km, spans.base, spans.close)
    rise = sums(found.step_km, spans.base, spans.close)
    return np.asarray((way > _FROZEN_KM) & (rise < _FROZEN_SHARE * way))


def closed(spans: Spans, found: Motion, kind: VehicleClass) -> Spans:
    """Give the way across silences to the trip before or after, or make a trip of it.

    Up to the least way of a trip it is the rest of one at either side. More than that belongs to
    the one side that was under way; where both were, and it is no more than the steps which the
    silence cut off, to the faster one. Anything else is a trip of its own.
    """
    silences = np.flatnonzero((found.leap_km > 0) & found.silent & ~found.moved)
    if not len(silences):
        return spans
    closing = _Closing(spans, found, kind)
    for silence in silences.tolist():
        closing.close(silence)
    return closing.spans()


class _Closing:
    """Silences closed one after the other."""

    def __init__(self, spans: Spans, found: Motion, kind: VehicleClass) -> None:
        self._found, self._kind = found, kind
        self._spans = spans
        self._first, self._last = spans.base.tolist(), spans.close.tolist()
        self._base, self._close = spans.base.copy(), spans.close.copy()
        self._stretched, self._caught = spans.stretched.copy(), spans.caught_km.copy()
        self._inferred: list[int] = []
        self._inferred_caught: list[float] = []
        self._owed = _Owed(spans, found)

    def close(self, silence: int) -> None:
        found = self._found
        before = bisect_right(self._last, silence) - 1
        caught = self._owed.caught(before, float(found.step_km[silence]))
        leap = float(found.leap_km[silence]) - caught
        after = before + 1
        leaves = bool(before >= 0 and self._last[before] == silence and found.driving[silence])
        arrives = bool(
            after < len(self._first)
            and self._first[after] == silence + 1
            and (found.driving[silence + 1] or found.unsaid[silence + 1])
        )
        if caught and leap <= self._kind.least_km:
            return
        if leap < self._kind.least_km:
            arrives = arrives and not leaves
        elif leaves and arrives:
            reach = self._reach(silence - 1), self._reach(silence + 1)
            if leap <= _ONE_MORE_STEP * sum(reach) + self._kind.least_km:
                leaves, arrives = reach[0] >= reach[1], reach[0] < reach[1]
        if leaves != arrives:
            self._stretch(before if leaves else after, silence, leap, caught, back=arrives)
        elif leap >= self._kind.least_km:
            self._inferred.append(silence)
            self._inferred_caught.append(caught)

    def _stretch(self, span: int, silence: int, leap: float, caught: float, *, back: bool) -> None:
        if back:
            self._base[span] = silence
        else:
            self._close[span] = silence + 1
        self._stretched[span] |= leap >= self._kind.least_km
        self._caught[span] += caught

    def _reach(self, interval: int) -> float:
        """Way that the step cut off by a silence may have had, as the step beside it. [km]."""
        if not 0 <= interval < len(self._found.length_s) - 1 or self._found.silent[interval]:
            return 0.0
        ways = self._found.step_km[interval], self._found.speed_km[interval]
        return float(np.nanmax([0.0, *ways]))

    def spans(self) -> Spans:
        old, more = self._spans, np.array(self._inferred, np.int64)
        made = np.ones(len(more), np.bool_)
        together = Spans(
            np.append(self._base, more),
            np.append(old.start, more),
            np.append(old.end, more + 1),
            np.append(self._close, more + 1),
            np.append(old.inferred, made),
            np.append(self._stretched, made),
            np.append(self._caught, np.array(self._inferred_caught)),
        )
        return together.only(np.lexsort((together.close, together.base)))


class _Owed:
    """What an odometer that stood still has yet to catch up with."""

    def __init__(self, spans: Spans, found: Motion) -> None:
        self._stood = standing_odometer(spans, found).tolist()
        self._way: Floats = sums(found.speed_km, spans.base, spans.close)
        self._paid = -1

    def caught(self, last: int, rise_km: float) -> float:
        """Part of a rise that was driven in trips up to `last`, counted by speed there. [km]."""
        owed, span = 0.0, last
        while span > self._paid and self._stood[span]:
            owed += float(self._way[span])
            span -= 1
        if not owed or not rise_km > 0:
            return 0.0
        self._paid = last
        near = max(_CAUGHT_UP[0], _CAUGHT_UP[1] * owed)
        return rise_km if rise_km <= owed + near else owed
