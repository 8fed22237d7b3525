"""Cumulative registers to interval use, for registers that behave. Pure.

The use of an interval is the difference of the register at its two ends; an end between two
readings is interpolated on the straight line between them. So everything a register counted is
attributed exactly once, whatever the grid. Where a register falls nothing is attributed: what
happened there (swap, reset, roll-over) has to be declared or found, never guessed at.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Instants: TypeAlias = NDArray[np.int64]
"""Microseconds since 1970-01-01T00:00Z, rising."""

MINUTE = 60_000_000
"""One minute. [us]"""
STEPS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE)
"""Steps at which consumption is kept, whichever the meter's cadence is nearest below. [us]"""
_SLACK = 1.5
"""A pause between readings of up to this many steps still shows the shape of the use. [1]"""

_FEWEST = 2
"""A difference takes two readings."""


@dataclass(frozen=True, slots=True)
class Use:
    """Use per interval of a grid.

    Attributes
    ----------
    value : ndarray of float, shape (n,)
        In the unit of the register; NaN where the register does not tell.
    exact : ndarray of bool, shape (n,)
        Both ends fall on a reading.
    allocated : ndarray of bool, shape (n,)
        Some of the interval lies in a gap: the gap's total is measured, its split is not.
    """

    value: NDArray[np.float64]
    exact: NDArray[np.bool_]
    allocated: NDArray[np.bool_]


def native_step(ts: Instants) -> int:
    """Step that suits the cadence of some readings.

    Parameters
    ----------
    ts : ndarray of int, shape (m,)
        Instants of the readings of a day and of one reading on either side of it.

    Returns
    -------
    int
        The first of `STEPS` not shorter than the median pause between readings. [us]
    """
    if len(ts) < _FEWEST:
        return STEPS[-1]
    cadence = float(np.median(np.diff(ts)))
    return next((step for step in STEPS if cadence <= 1.1 * step), STEPS[-1])


def use(ts: Instants, register: NDArray[np.float64], grid: Instants, *, step: int) -> Use:
    """Attribute what a register counted to the intervals of a grid.

    Parameters
    ----------
    ts : ndarray of int, shape (m,)
        Instants of readings, strictly rising. [us]
    register : ndarray of float, shape (m,)
        The cumulative register at `ts`, no NaN.
    grid : ndarray of int, shape (n + 1,)
        Boundaries of the n intervals, strictly rising. [us]
    step : int
        Cadence expected of the readings. [us]
    """
    n = len(grid) - 1
    if len(ts) < _FEWEST:
        unknown = np.zeros(n, dtype=np.bool_)
        return Use(np.full(n, np.nan), unknown, unknown)
    counted = np.interp(grid, ts, register, left=np.nan, right=np.nan)
    value = np.diff(counted)
    value[_overlaps(grid, ts, np.diff(register) < 0)] = np.nan
    on_reading = ts[np.minimum(np.searchsorted(ts, grid), len(ts) - 1)] == grid
    return Use(
        value,
        on_reading[:-1] & on_reading[1:],
        _overlaps(grid, ts, np.diff(ts) > _SLACK * step),
    )


def _overlaps(grid: Instants, ts: Instants, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which intervals of `grid` have a part in a marked segment between two readings."""
    before = np.concatenate(([0], np.cumsum(marked)))  # marked segments before reading i
    first = np.clip(np.searchsorted(ts, grid[:-1], side="right") - 1, 0, len(marked))
    last = np.clip(np.searchsorted(ts, grid[1:], side="left"), 0, len(marked))
    return np.asarray(before[np.maximum(first, last)] > before[first], dtype=np.bool_)
