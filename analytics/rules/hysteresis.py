"""When a score becomes an alert, and when the alert ends: m of n, fire, clear and hold."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.models.estimator import Floats


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """Opens late and closes late, so that one matter is one alert.

    Attributes
    ----------
    fire, clear : float
        Score from which it opens, and below which it may end.
    of, within : int
        Values at or above `fire` among so many that it takes to open.
    hold : int
        Values in a row below `clear` that it takes to end.
    """

    fire: float
    clear: float
    of: int
    within: int
    hold: int


class Spell(NamedTuple):
    """An alert by the places of its values.

    Attributes
    ----------
    first : int
        The first value at or above `fire` of those that opened it.
    opened : int
        The value at which it was open.
    end : int
        After the last value at or above `clear`.
    peak : float
        Highest score within.
    """

    first: int
    opened: int
    end: int
    peak: float


def spells(score: Floats, rule: Hysteresis) -> list[Spell]:
    """Find alerts in a series of scores.

    Parameters
    ----------
    score : ndarray of float, shape (n,)
        NaN: not known. What is not known neither opens an alert nor ends one.
    """
    known = np.flatnonzero(np.isfinite(score))
    told = score[known]
    active = np.flatnonzero(told >= rule.clear)
    if not len(active):
        return []
    high = told >= rule.fire
    run = np.concatenate([[0], np.cumsum(high)])
    places = np.arange(len(told))
    since = np.maximum(places + 1 - rule.within, 0)
    opens = high & (run[places + 1] - run[since] >= rule.of)
    apart = np.flatnonzero(np.diff(active) > rule.hold)
    firsts = active[np.concatenate([[0], apart + 1])]
    lasts = active[np.concatenate([apart, [len(active) - 1]])]
    found = []
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        inside = np.flatnonzero(opens[first : last + 1])
        if not len(inside):
            continue
        opened = first + int(inside[0])
        began = int(since[opened]) + int(np.argmax(high[since[opened] : opened + 1]))
        peak = float(told[began : last + 1].max())
        found.append(Spell(int(known[began]), int(known[opened]), int(known[last]) + 1, peak))
    return found
