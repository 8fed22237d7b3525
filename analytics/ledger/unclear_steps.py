"""Steps between readings that stand, of which nobody knows what was used over them. Pure.

A register that rises over a step was not always only counting: another one may have been read for a
while, or hung in a pause, or it may have gone round its whole size unseen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.readings import DAY, Floats, Instants
from domain.consumption_flag import ConsumptionFlag

APART = 7 * DAY
"""A rise and a fall by the same are the two ends of one fault up to so long apart. [us]"""
_LONG = 8.0
"""A pause of so many usual steps shows how fast a meter runs in the mean. [1]"""
_SUSTAINED = 3.0
"""At more than so many times its usual rate over a long pause it is asked why. [1]"""
_RUNAWAY = 20.0
"""At more than so many times nobody believes it. [1]"""


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps between readings of one register that stand.

    Attributes
    ----------
    ts, register : ndarray, shape (m,)
        Strictly rising instants [us], and what was read.
    rate : float
        What the register seldom exceeds. [unit/us]
    usual : ndarray of float, shape (m - 1,)
        What it would rise at that rate over each step, and over how long it stood still before.
    """

    ts: Instants
    register: Floats
    rate: float
    usual: Floats

    @classmethod
    def of(cls, ts: Instants, register: Floats, rate: float) -> "Steps":
        """Steps of some readings, at least two."""
        began = np.arange(len(ts))
        began[1:][np.diff(register) == 0] = 0
        since = ts[np.maximum.accumulate(began)]
        usual = np.asarray(rate * (ts[1:] - since[:-1]), dtype=np.float64)
        return cls(ts, register, rate, usual)


def runaways(steps: Steps, *, size: float | None) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Steps over long pauses that nobody believes, and those of which it is asked why.

    Parameters
    ----------
    size : float or None
        Declared size of the register, which it may have gone round in a pause without falling.

    Returns
    -------
    tuple of ndarray of bool, shape (m - 1,)
        A rise from nothing that is no counting is among the first: what read zero was no register.
    """
    took, rise = np.diff(steps.ts), np.diff(steps.register)
    long = took > _LONG * np.median(took)
    beyond = long & (rise > _RUNAWAY * steps.usual)
    if size is not None:
        beyond |= long & (rise >= 0) & (rise + size <= steps.usual)
    nothing = np.logical_and.accumulate(steps.register[:-1] == 0)
    beyond |= nothing & (rise > _RUNAWAY * steps.rate * took)
    return beyond, long & (rise > _SUSTAINED * steps.usual) & ~beyond


def other_ends(steps: Steps, breaks: Mapping[int, ConsumptionFlag]) -> Iterable[int]:
    """Rises by as much as a register falls shortly before or after: another one was read between.

    Parameters
    ----------
    breaks : mapping
        Index of the reading after a break -> why.

    Returns
    -------
    iterable of int
        Index of the reading after each such rise.
    """
    took, rise = np.diff(steps.ts), np.diff(steps.register)
    steep = rise > _SUSTAINED * steps.rate * took
    steep[[at - 1 for at in breaks]] = False
    for at, why in breaks.items():
        if why is not ConsumptionFlag.FALL or not steep.any():
            continue
        near = (steps.ts[1:] > steps.ts[at] - APART) & (steps.ts[:-1] < steps.ts[at - 1] + APART)
        # Each of the two steps holds its own use beside the difference of the two registers.
        alike = np.abs(rise + rise[at - 1]) <= steps.rate * (took + took[at - 1])
        yield from (np.flatnonzero(steep & near & alike) + 1).tolist()
