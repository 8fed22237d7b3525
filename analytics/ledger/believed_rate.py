"""Power and flow that a device may have meant, and such as nothing behind its meter can have. Pure.

Garbage in a register is seen where the register comes back; garbage in a rate is gone with the next
reading, and would be integrated. So a rate is held against what the meter usually has.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.readings import Flags, Floats, Readings
from analytics.ledger.segments import us
from domain.consumption_flag import ConsumptionFlag
from domain.epoch import from_us
from domain.local_day import day_start, local_day

_SELDOM = 0.95
"""As many rates are at most as high as the usual one. [1]"""
_FEWEST = 16
"""Fewer rates above zero do not tell what is usual."""
_ASKED = 20.0
"""At more than so many times the usual rate it is asked why. [1]"""
_RUNAWAY = 200.0
"""At more than so many times nobody believes it. [1]"""


def believed(readings: Readings, zone: ZoneInfo) -> tuple[NDArray[np.bool_], Flags]:
    """Which rates are believed, and the flags of all of them with what is to be said.

    Parameters
    ----------
    readings : Readings
        Rates as `register`, in any unit, all of them numbers.
    zone : ZoneInfo
        In which days begin: what is usual is told by a day and the two beside it, so that a verdict
        does not depend on how many readings of other days are at hand.

    Returns
    -------
    tuple of ndarray, shape (m,)
        The first believed rate after one that is not carries its flag.
    """
    flags = readings.flags.copy()
    usual = _usual(readings, zone)
    times = np.maximum(readings.register, 0.0)
    good = ~(times > _RUNAWAY * usual)  # where nothing is usual, all is believed
    flags[times > _ASKED * usual] |= ConsumptionFlag.SURGE
    after = np.flatnonzero(~good[:-1] & good[1:]) + 1
    flags[after] |= ConsumptionFlag.SPIKE
    return good, flags


def _usual(readings: Readings, zone: ZoneInfo) -> Floats:
    """Rate that a meter seldom exceeds about each reading; NaN where too few tell.

    A power of two, so that a reading more does not shift a verdict.
    """
    usual = np.full(len(readings.ts), np.nan)
    if not len(usual):
        return usual
    first, last = (local_day(from_us(int(readings.ts[edge])), zone) for edge in (0, -1))
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 3)]
    at = np.searchsorted(readings.ts, [us(day_start(day, zone)) for day in days])
    for n in range(1, len(at) - 2):
        around = readings.register[at[n - 1] : at[n + 2]]
        around = around[around > 0]
        if len(around) >= _FEWEST:
            seldom = int(_SELDOM * (len(around) - 1))
            level = float(np.partition(around, seldom)[seldom])
            usual[at[n] : at[n + 1]] = 2.0 ** np.ceil(np.log2(level))
    return usual
