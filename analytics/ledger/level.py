"""Days from which on a meter uses clearly more, or less, than in the weeks before. Pure.

A change of level is no fault of a reading and changes no figure; it is marked so that somebody asks
what happened: equipment added or taken out, a use that moved, a ratio that nobody declared.
"""

from dataclasses import replace
from math import log

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.attribution import Use
from analytics.ledger.grading import NOT_COUNTED, methods
from analytics.ledger.local_grid import LocalGrid
from analytics.ledger.readings import Floats
from domain.consumption_flag import ConsumptionFlag

_WEEKS = 4
"""Weeks compared on either side of a day."""
_CLEAR = 1.3
"""A change of level by less than this factor may be the season. [1]"""
_STEADY = 0.75
"""So much of the change has happened from one week to the next. [1]"""


REACH = 14 * _WEEKS
"""A day's mark depends on the use of so many days before and after it; half of them on its mark."""


def mark_level_changes(use: Use, grid: LocalGrid) -> Use:
    """Mark the intervals of the days on which the level of use changes."""
    begins = np.flatnonzero(grid.slot == 0)
    counted = ~np.isnan(use.value) & (methods(use) != NOT_COUNTED)
    length = np.where(counted, np.diff(grid.bounds), 0)
    value = np.where(counted, use.value, 0.0)
    rate = daily_rate(
        np.add.reduceat(value, begins),
        np.add.reduceat(length, begins) / 1e6,
        np.add.reduceat(use.estimated & counted, begins) > 0,
    )
    flags = use.flags.copy()
    ends = np.append(begins[1:], len(grid.slot))
    for day in level_changes(rate):
        flags[begins[day] : ends[day]] |= ConsumptionFlag.LEVEL_CHANGE
    return replace(use, flags=flags)


def daily_rate(value: Floats, covered_s: Floats, estimated: NDArray[np.bool_]) -> Floats:
    """Rate of use of days [unit/s]; NaN where nothing was counted, or some of it is estimated."""
    known = (covered_s > 0) & ~estimated
    return np.where(known, value / np.where(known, covered_s, 1.0), np.nan)


def level_changes(rate: Floats) -> list[int]:
    """Days on which the level of a daily series, with NaN where it is not known, changes."""
    if not len(rate):
        return []
    month, week = _log_ratio(rate, 7 * _WEEKS), _log_ratio(rate, 7)
    size = np.nan_to_num(np.abs(month))
    sharp = np.sign(week) * np.sign(month) * np.abs(week) >= _STEADY * size
    size[~sharp] = 0.0
    around = np.lib.stride_tricks.sliding_window_view(np.pad(size, 7 * _WEEKS), 14 * _WEEKS + 1)
    greatest = (size >= log(_CLEAR)) & (size >= around.max(axis=1))
    # Of days equally clear in a row the first one counts.
    return [day for day in np.flatnonzero(greatest).tolist() if not day or not greatest[day - 1]]


def _log_ratio(rate: Floats, days: int) -> Floats:
    """Logarithm of the median level of some days from a day on, by that of as many before it."""
    padded = np.concatenate((np.full(days, np.nan), rate, np.full(days, np.nan)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, days)
    level = np.full(len(windows), np.nan)  # level[i]: of the days [i - days, i)
    count = np.isfinite(windows).sum(axis=1)
    enough = np.flatnonzero(count > 3 * days // 4)
    inside, ordered = count[enough], np.sort(windows[enough], axis=1)  # what is not known, last
    row = np.arange(len(enough))
    level[enough] = (ordered[row, (inside - 1) // 2] + ordered[row, inside // 2]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(level[days:-1] / level[: -days - 1])
    # Rounded, so that the last digits of sums decide nothing.
    return np.where(np.isfinite(ratio), np.round(ratio, 9), np.nan)
