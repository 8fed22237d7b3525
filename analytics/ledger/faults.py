"""Finds readings of a register that cannot be true, and places where the register broke. Pure.

Two facts decide, whatever the width of the register: a register does not fall, and it does not run
away. Readings between two good ones to which and from which it jumped are left out. Where it falls
or runs away for good, something was done to it, and no figure is invented for that step.
"""

from dataclasses import dataclass

import numpy as np

from analytics.ledger.readings import DAY, Flags, Floats, Instants
from analytics.ledger.unclear_steps import Steps, other_ends, runaways
from domain.consumption_flag import ConsumptionFlag

_HORIZON = 3 * DAY
"""A fault after which the register comes back lasts at most this long, unless it tells one value
all the time. [us]"""
_FEWEST_RISES = 8
"""Fewer rises do not tell how fast a meter runs."""
_SELDOM = 0.95
"""As many rises are at most as fast as the usual rate. [1]"""
_NEVER_TELL = 2
"""So many of the fastest rises never tell how fast a meter runs, however few there are."""
_FAST = 20.0
"""A rise within a fault's horizon is plausible up to this many times the usual rate. [1]"""
_RUNAWAY = 200.0
"""A rise without return is real up to this many times the usual rate. [1]"""
_JUMP_BACK = 3.0
"""A register climbs back at its usual rate; what comes back faster had not been away. [1]"""
_OFF_LINE = 10.0
"""Of few readings: who rose this many times further than the next one confirms was astray. [1]"""
_SMALL = 10.0
"""A fall of less than this many usual steps that comes back is jitter. [1]"""
_WITHIN = 2.0
"""Whether a fall of less than this many of the steps around lasts, nobody can tell. [1]"""
_STEPS_AROUND = 8
_WIDEST = 1e15
"""No register has more digits than this. [unit of the register]"""
_NEAR_ZERO = 1e-6
"""A reading below this share of the register is a zero with noise. [1]"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be thought of some readings.

    Attributes
    ----------
    kept : ndarray of int
        Indexes of the readings that stand.
    flags : ndarray of int, shape (m,)
        Why a reading does not stand; 0 where it does.
    doubts : ndarray of int, shape (m,)
        What is odd about the way to a reading that stands.
    breaks : dict
        Index, in `kept`, of the first reading after a break -> `FALL`, `JUMP` or `ROLLOVER`.
    """

    kept: Instants
    flags: Flags
    doubts: Flags
    breaks: dict[int, ConsumptionFlag]


def usual_rate(ts: Instants, register: Floats) -> float | None:
    """Rate that a register seldom exceeds, from its rises [unit of the register/us].

    A rise is counted from when the register last moved, so that a coarse register is not thought
    to run in bursts. The two fastest never tell: of few readings one that cannot be true would be
    the usual. The result is a power of two: a reading more must not shift a verdict.
    """
    ahead = np.diff(register)
    rises = np.flatnonzero(ahead > 0)
    if len(rises) < _FEWEST_RISES:
        return None
    moved = np.empty(len(rises), dtype=np.int64)
    moved[1:] = ts[rises[:-1] + 1]
    moved[0] = ts[rises[0]]
    rates = ahead[rises] / (ts[rises + 1] - np.minimum(moved, ts[rises]))
    seldom = min(int(_SELDOM * (len(rates) - 1)), len(rates) - 1 - _NEVER_TELL)
    return float(2.0 ** np.ceil(np.log2(np.partition(rates, seldom)[seldom])))


def judge(ts: Instants, register: Floats, *, size: float | None = None) -> Verdict:
    """Judge readings of one register.

    Parameters
    ----------
    ts : ndarray of int, shape (m,)
        Instants, strictly rising. [us]
    register : ndarray of float, shape (m,)
        May hold any number, also NaN.
    size : float or None
        Declared reading at which the register starts again at zero.
    """
    flags = np.zeros(len(ts), dtype=np.int32)
    good = (register >= 0) & (register < (_WIDEST if size is None else size))  # and so no NaN
    flags[~good] = ConsumptionFlag.OUT_OF_RANGE
    standing = np.flatnonzero(good)
    walk = _Walk(ts[standing], register[standing], size)
    walk.run()
    flags[standing] = walk.flags
    doubts = np.zeros(len(ts), dtype=np.int32)
    doubts[standing] = walk.doubts
    kept = np.flatnonzero(flags == 0)
    places = np.searchsorted(kept, standing[np.array(list(walk.breaks), dtype=np.int64)])
    breaks = dict(zip(places.tolist(), walk.breaks.values(), strict=True))
    if walk.rate is not None and len(kept) > 1:
        steps = Steps.of(ts[kept], register[kept], walk.rate)
        beyond, odd = runaways(steps, size=size)
        doubts[kept[1:][odd]] |= ConsumptionFlag.SURGE
        unclear = [*other_ends(steps, breaks), *(np.flatnonzero(beyond) + 1).tolist()]
        breaks = dict.fromkeys(unclear, ConsumptionFlag.JUMP) | breaks
        doubts[kept[unclear]] = 0
    return Verdict(kept, flags, doubts, breaks)


class _Walk:
    """Goes from one suspicious step to the next; clean readings are not looked at one by one."""

    def __init__(self, ts: Instants, register: Floats, size: float | None) -> None:
        self.ts, self.register, self.size = ts, register, size
        self.flags = np.zeros(len(ts), dtype=np.int32)
        self.doubts = np.zeros(len(ts), dtype=np.int32)
        self.breaks: dict[int, ConsumptionFlag] = {}
        self.rate = usual_rate(ts, register)
        began = np.arange(len(ts))
        began[1:][np.diff(register) == 0] = 0
        # When the register last moved: if it stood still, the whole time of standing counts.
        self.since = ts[np.maximum.accumulate(began)]
        self.step = float(np.median(np.diff(ts))) if len(ts) > 1 else 0.0

    def run(self) -> None:
        begin = 0
        for step in self._suspicious().tolist():
            if step >= begin:
                begin = self._settle(step)

    def _suspicious(self) -> Instants:
        """Indexes of readings after which the register falls or runs away."""
        ahead = np.diff(self.register)
        if self.rate is None:
            return np.flatnonzero(ahead < 0)
        away = ahead > _FAST * self.rate * (self.ts[1:] - self.since[:-1])
        return np.flatnonzero((ahead < 0) | away)

    def _settle(self, good: int) -> int:
        """Settle what follows a good reading; index of the good reading to go on from."""
        after = good + 1
        while after < len(self.ts):
            if self.register[after] >= self.register[good] and self._plausible(good, after, _FAST):
                return after
            fell = self.register[after] < self.register[good]
            back = self._return(good, after)
            if back is not None and not (fell and self._counts_on(good, after, back)):
                self._drop(after, back, self._kind(good, after) if fell else ConsumptionFlag.SPIKE)
                return back
            if fell and (before := self._before_spike(good, after)) is not None:
                self._drop(before + 1, good + 1, ConsumptionFlag.SPIKE)
                return after
            if fell and (end := self._zeros(good, after)) > after:
                self._drop(after, end, ConsumptionFlag.ZEROS)
                after = end
                continue
            if fell and self._jitters_before_wrap(good, after):
                self._drop(after, after + 1, ConsumptionFlag.JITTER)
                after += 1
                continue
            self._break(good, after, fell=fell)
            return after
        return after

    def _plausible(self, good: int, after: int, times: float) -> bool:
        if self.rate is None:
            return True
        rise = self.register[after] - self.register[good]
        return bool(rise <= times * self.rate * (self.ts[after] - self.since[good]))

    def _return(self, good: int, after: int) -> int | None:
        """Index of the reading at which the register is back from where it was gone."""
        end = int(np.searchsorted(self.ts, self.ts[good] + _HORIZON, side="right"))
        end = max(end, self._same_until(after) + 1)
        level, later = self.register[good], self.register[after + 1 : end]
        fits = later >= level
        if self.rate is not None:
            waited = self.ts[after + 1 : end] - self.since[good]
            fits &= later - level <= _FAST * self.rate * waited
        gone_up = self.register[after] > level
        if gone_up:
            fits &= later < self.register[after]
        if not fits.any():
            return None
        back = after + 1 + int(np.argmax(fits))
        return back if gone_up or self._jumped_back(good, after, back) else None

    def _same_until(self, first: int) -> int:
        """Index of the first reading after `first` that tells something else."""
        other = np.flatnonzero(self.register[first:] != self.register[first])
        return first + int(other[0]) if len(other) else len(self.ts) - 1

    def _jumped_back(self, good: int, after: int, back: int) -> bool:
        low = float(self.register[after:back].min())
        if self.rate is None:
            return low <= 0.01 * self.register[good] or back - after == 1
        slight = self.register[good] - low <= _SMALL * self.rate * self.step
        return bool(slight or self._climbs_fast(back))

    def _climbs_fast(self, to: int) -> bool:
        """Whether the step to a reading is steeper than the register counts."""
        if self.rate is None:
            return False
        climb = self.register[to] - self.register[to - 1]
        return bool(climb > _JUMP_BACK * self.rate * (self.ts[to] - self.ts[to - 1]))

    def _counts_on(self, good: int, after: int, back: int) -> bool:
        """Whether a register counted on from where it fell to, and only passes its old level.

        What jittered is back on its old line, and what was used meanwhile is in the rise over it;
        another register is as far behind that line as it began below. Falls within the use of two
        steps, and single readings, are beyond telling. What comes back in one leap had been away.
        """
        if self._climbs_fast(back):
            return False
        low = self.register[after : back + 1]
        around = self._rate_around(good, back)
        depth = float(self.register[good] - low.min())
        if around is None or back - after == 1 or depth <= _WITHIN * around * self.step:
            return False
        behind = around * (self.ts[back] - self.ts[good]) - (low[-1] - self.register[good])
        return bool((np.diff(low) >= 0).all() and behind > depth / 2)

    def _rate_around(self, good: int, back: int) -> float | None:
        """Mean rate of the steps before a fall and after it [unit/us]; None if they do not rise."""
        first = max([good - _STEPS_AROUND, 0, *self.breaks])
        last = min(back + _STEPS_AROUND, len(self.ts) - 1)
        rise = (
            self.register[good] - self.register[first] + self.register[last] - self.register[back]
        )
        took = self.ts[good] - self.ts[first] + self.ts[last] - self.ts[back]
        return float(rise / took) if took > 0 and rise > 0 else None

    def _kind(self, good: int, after: int) -> ConsumptionFlag:
        near_zero = self.register[after] <= _NEAR_ZERO * self.register[good]
        return ConsumptionFlag.ZEROS if near_zero else ConsumptionFlag.JITTER

    def _before_spike(self, good: int, after: int) -> int | None:
        """Last good reading below, if the ones since were far above and short-lived."""
        begin = int(np.searchsorted(self.ts, self.ts[after] - _HORIZON))
        begin = max([begin, *self.breaks])
        below = np.flatnonzero((self.register[begin:good] <= self.register[after])
                               & (self.flags[begin:good] == 0))  # fmt: skip
        if not len(below):
            return None
        before = begin + int(below[-1])
        rise = self.register[before + 1] - self.register[before]
        if self.rate is None:
            way = self.register[after] - self.register[before]
            return before if rise > _OFF_LINE * max(way, 1.0) else None
        usual = self.rate * (self.ts[before + 1] - self.ts[before])
        return (
            before if rise > _JUMP_BACK * usual and self._plausible(before, after, _FAST) else None
        )

    def _jitters_before_wrap(self, good: int, after: int) -> bool:
        """Whether a small fall has no return because the register passes its size first."""
        if self.rate is None or after + 1 == len(self.ts):
            return False
        small = self.register[good] - self.register[after] <= _SMALL * self.rate * self.step
        falls_on = self.register[after + 1] < self.register[after]
        return bool(small and falls_on and self._wraps(good, after + 1))

    def _zeros(self, good: int, after: int) -> int:
        """Where a run of zeros that begins at `after` ends; `after` if the register starts anew."""
        low = self.register[after:] <= _NEAR_ZERO * self.register[good]
        if low.all():
            return len(self.ts)
        end = after + int(np.argmin(low))
        anew = end > after and self._plausible(end - 1, end, _FAST)
        meanwhile = self._wraps(good, end) and not self._wraps(good, after)
        on_its_line = self.register[end] >= self.register[good] and self._plausible(
            good, end, _JUMP_BACK
        )
        return after if anew and not meanwhile and not on_its_line else end

    def _break(self, good: int, after: int, *, fell: bool) -> None:
        if not fell:
            if self._plausible(good, after, _RUNAWAY):
                self.doubts[after] = ConsumptionFlag.SURGE
                return
            if not self.register[: good + 1].any():
                self._drop(0, good + 1, ConsumptionFlag.ZEROS)  # before the first true reading
                return
            self.breaks[after] = ConsumptionFlag.JUMP
            return
        wraps = self._wraps(good, after)
        self.breaks[after] = ConsumptionFlag.ROLLOVER if wraps else ConsumptionFlag.FALL

    def _wraps(self, good: int, after: int) -> bool:
        """Whether the register passed its declared size once; more often nobody could tell."""
        if self.size is None:
            return False
        rise = self.register[after] + self.size - self.register[good]
        if self.rate is None:
            return bool(rise <= self.size / 2)
        usual = self.rate * (self.ts[after] - self.since[good])
        return bool(rise <= _FAST * usual + self.size / 1000 and usual < self.size)

    def _drop(self, first: int, end: int, why: ConsumptionFlag) -> None:
        self.flags[first:end] = why
