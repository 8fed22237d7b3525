"""Readings of a register in order of time, each instant once, however they came. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.consumption_flag import ConsumptionFlag

Instants: TypeAlias = NDArray[np.int64]
"""Microseconds since 1970-01-01T00:00Z."""
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.int32]
"""Sets of `ConsumptionFlag`."""

MINUTE = 60_000_000
"""One minute. [us]"""
DAY = 1440 * MINUTE
"""24 hours. [us]"""


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings with strictly rising instants.

    Attributes
    ----------
    ts : ndarray of int, shape (m,)
        Instants. [us]
    register : ndarray of float, shape (m,)
        In the unit of the register; may hold garbage.
    flags : ndarray of int, shape (m,)
        `CONFLICT` where values of one instant disagreed.
    """

    ts: Instants
    register: Floats
    flags: Flags

    def only(self, chosen: NDArray[np.bool_]) -> "Readings":
        """Some of them."""
        return Readings(self.ts[chosen], self.register[chosen], self.flags[chosen])


def in_order(ts: Instants, register: Floats) -> Readings:
    """Put readings in order; the values decide, never the order in which they came.

    Of several values of an instant the one nearest to the line between its neighbours counts, of
    two equally near the greater one.
    """
    order = np.lexsort((register, ts))
    ts, register = ts[order], register[order]
    first = np.ones(len(ts), dtype=np.bool_)
    first[1:] = (np.diff(ts) > 0) | (np.diff(register) != 0)
    ts, register = ts[first], register[first]
    flags = np.zeros(len(ts), dtype=np.int32)
    same = np.diff(ts) == 0
    if not same.any():
        return Readings(ts, register, flags)
    disputed = np.zeros(len(ts), dtype=np.bool_)
    disputed[1:] |= same
    disputed[:-1] |= same
    kept = ~disputed
    sure = np.flatnonzero(kept & np.isfinite(register))
    for instant in np.unique(ts[disputed]):
        among = np.flatnonzero(ts == instant)
        far = np.abs(register[among] - _expected(ts[sure], register[sure], int(instant)))
        far[~np.isfinite(far)] = np.inf
        # Of equal distances the last one: values of an instant are in rising order.
        chosen = among[len(among) - 1 - int(np.argmin(far[::-1]))]
        kept[chosen] = True
        flags[chosen] = ConsumptionFlag.CONFLICT
    return Readings(ts[kept], register[kept], flags[kept])


def _expected(ts: Instants, register: Floats, instant: int) -> float:
    """Register between the undisputed neighbours of an instant."""
    if not len(ts):
        return 0.0
    at = int(np.searchsorted(ts, instant))
    near = slice(max(at - 1, 0), at + 1)
    return float(np.interp(instant, ts[near], register[near]))
