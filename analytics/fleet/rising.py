"""A vehicle's registers: odometer and counters without spikes, resets and false zeros. Pure."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.fleet.samples import Marks, Places
from analytics.ledger.readings import Floats, Instants

_SPIKE_SAMPLES = 3
"""As many samples that fit neither what was before nor what comes after are garbage."""
_SPIKE_US = 600_000_000


@dataclass(frozen=True, slots=True)
class Rising:
    """A register that only rises within each of its lives, carried forward.

    Attributes
    ----------
    value : ndarray of float, shape (n,)
        Last sound value at or before each sample; NaN before the first.
    life : ndarray of int, shape (n,)
        Number of the life it belongs to; between two lives nobody knows what was counted.
    known : ndarray of bool, shape (n,)
        Whether the sample itself holds a sound value.
    """

    value: Floats
    life: Places
    known: Marks

    def rise(self, first: Places, last: Places) -> Floats:
        """Rise between pairs of samples; NaN across two lives or where nothing is known."""
        same = self.life[first] == self.life[last]
        return np.where(same, self.value[last] - self.value[first], np.nan)

    @property
    def step(self) -> Floats:
        """Rise to the next sample, shape (n,); the last one is NaN."""
        step = np.full(len(self.value), np.nan)
        np.subtract(self.value[1:], self.value[:-1], out=step[:-1])
        if self.life[-1] != self.life[0]:
            step[:-1][self.life[1:] != self.life[:-1]] = np.nan
        return step


def rising(ts: Instants, told: Floats | None, most_per_h: float, slack: float) -> Rising | None:
    """Take what is no count out of a register.

    Parameters
    ----------
    told : ndarray of float, shape (n,), or None
        As the vehicle told it; NaN where it did not.
    most_per_h, slack : float
        The most it can rise in an hour, and at once, as some tell it seldom. [its unit]

    Returns
    -------
    Rising or None
        None where nothing sound is left.
    """
    if told is None or not len(ts):
        return None
    at = np.flatnonzero(np.isfinite(told))
    value, instant = told[at], ts[at]
    lives = np.zeros(len(at), np.int64)
    rise = np.diff(value)
    odd = (rise < 0) | (rise > most_per_h * (np.diff(instant) / 3.6e9) + slack)
    if odd.any():
        lives = _Lives(instant, value, most_per_h, slack).told(np.flatnonzero(odd) + 1)
        at = at[lives >= 0]
        lives = lives[lives >= 0]
    if not len(at):
        return None
    return _carried(told, at, lives)


def _carried(told: Floats, at: Places, lives: Places) -> Rising:
    known = np.zeros(len(told), np.bool_)
    known[at] = True
    if len(at) == len(told):
        return Rising(told, lives, known)
    last = np.cumsum(known) - 1
    value = np.where(last < 0, np.nan, told[at][np.maximum(last, 0)])
    return Rising(value, np.where(last < 0, lives[0], lives[np.maximum(last, 0)]), known)


@dataclass(frozen=True, slots=True)
class _Lives:
    """Values of a register in which some steps cannot be."""

    instant: Instants
    value: Floats
    most_per_h: float
    slack: float

    def told(self, odd: Places) -> Places:
        """Life of each value, -1 for garbage; stretches begin at 0 and at each odd step."""
        lives = np.full(len(self.value), -1, np.int64)
        bounds = [0, *map(int, odd), len(self.value)]
        lasting = any(not self._spike(*each) for each in pairwise(bounds))
        last, life = -1, 0
        for first, end in pairwise(bounds):
            spike = self._spike(first, end)
            begin: int | None = first
            if last < 0:
                if lasting and spike and not self._goes_on(end, odd):
                    continue
            elif not self._fits(last, first):
                begin = self._after_dip(last, first, end)
                if begin is None and spike and self._returns(last, end):
                    continue
                if begin is None and (kept := self._before_peak(lives, last, first)) is not None:
                    lives[kept + 1 : first], begin = -1, first
                if begin is None and spike:
                    continue
                life += begin is None
            lives[first if begin is None else begin : end], last = life, end - 1
        return lives

    def _goes_on(self, end: int, odd: Places) -> bool:
        """Whether one of the next stretches fits to a short one at the beginning."""
        following = np.searchsorted(odd, end)
        return any(self._fits(end - 1, bound) for bound in odd[following : following + 3].tolist())

    def _returns(self, last: int, end: int) -> bool:
        """Whether the stretch after one that does not fit goes on where the register was."""
        return end < len(self.value) and self._fits(last, end)

    def _after_dip(self, last: int, first: int, end: int) -> int | None:
        """First value after a dip that is back where the register was."""
        for later in range(first + 1, min(first + _SPIKE_SAMPLES + 1, end)):
            if self.instant[later - 1] - self.instant[first] > _SPIKE_US:
                return None
            if self._fits(last, later):
                return later
        return None

    def _before_peak(self, lives: Places, last: int, first: int) -> int | None:
        """Last value before a peak that had passed for true, if what follows fits to it."""
        for back in range(1, _SPIKE_SAMPLES + 1):
            before = last - back
            if before < 0 or lives[before] != lives[last]:
                return None
            if self.instant[last] - self.instant[before + 1] > _SPIKE_US:
                return None
            if self._fits(before, first):
                return before
        return None

    def _fits(self, before: int, after: int) -> bool:
        hours = (self.instant[after] - self.instant[before]) / 3.6e9
        rise = self.value[after] - self.value[before]
        return bool(0 <= rise <= self.most_per_h * hours + self.slack)

    def _spike(self, first: int, end: int) -> bool:
        lasts = self.instant[end - 1] - self.instant[first]
        return bool(end - first <= _SPIKE_SAMPLES and lasts <= _SPIKE_US)
