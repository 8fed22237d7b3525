"""Cumulative registers to interval use: validated, estimated where it must be, and saying so. Pure.

Readings are put in order (`readings`), judged (`faults`, `frozen`), told as a history (`segments`),
and attributed to a grid (`attribution`), gaps on the meter's own profile (`profile`). Everything a
register counted is attributed exactly once; nothing estimated passes for measured.
"""

from collections.abc import Sequence

import numpy as np

from analytics.ledger.attribution import Use, attribute
from analytics.ledger.local_grid import LocalGrid
from analytics.ledger.metering_error import corrected
from analytics.ledger.profile import shape_gaps
from analytics.ledger.readings import MINUTE, Instants, Readings
from analytics.ledger.segments import History, history
from domain.register_event import RegisterEvent

STEPS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE)
"""Steps at which consumption is kept, whichever the meter's cadence is nearest below. [us]"""
_FEWEST = 2
"""A difference takes two readings."""


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


def use_of_register(
    readings: Readings,
    grid: LocalGrid,
    events: Sequence[RegisterEvent] = (),
    *,
    ratio: float = 1.0,
    size: float | None = None,
) -> Use:
    """Attribute what a register counted to the intervals of a grid.

    Parameters
    ----------
    readings : Readings
        Of one meter. What is found depends on readings up to 16 days around.
    grid : LocalGrid
        Intervals wanted; a gap takes its shape from those up to 8 days around it.
    events : sequence of RegisterEvent
        What was declared, in any order.
    ratio, size : float
        Multiplier [1] and size of the register before the first declared ones.
    """
    return use_of_history(history(readings, events, ratio=ratio, size=size), grid)


def use_of_history(told: History, grid: LocalGrid) -> Use:
    """Attribute a history to the intervals of a grid, gaps after the meter's profile.

    Declared errors of the meter are divided out last: the shape is that of what it showed.
    """
    use = attribute(told, grid.bounds, step=grid.step)
    if use.allocated.any():
        shaped = shape_gaps(told, use, grid)
        use = attribute(shaped, grid.bounds, step=grid.step) if shaped.shaped else use
    return corrected(use, grid.bounds, told.errors)
