"""Fewer readings that tell the same, of a meter that speaks far more often than periods change."""

import numpy as np

from analytics.ledger.readings import MINUTE, Instants

QUARTER = 15 * MINUTE
_HALF_HOUR = 2 * QUARTER
_OFTEN = QUARTER / 2


def thinned(ts: Instants, wanted: Instants) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which readings of a register a bundle needs.

    The last one at or before every quarter hour, and those on both sides of every half hour: use
    between half hours, where periods begin and end, is the same to the last digit.

    Parameters
    ----------
    ts : ndarray of int, shape (m,)
        Instants, not falling. [us]
    wanted : ndarray of int
        Instants of readings that stay in any case: somebody edited them. [us]

    Returns
    -------
    ndarray of bool, shape (m,)
        All of them where the meter does not speak so often.
    """
    kept = np.ones(len(ts), np.bool_)
    if len(ts) < 2 or float(np.median(np.diff(ts))) > _OFTEN:  # noqa: PLR2004 - a pause takes two
        return kept
    kept[:] = False
    kept[[0, -1]] = True
    first = int(ts[0]) // _HALF_HOUR * _HALF_HOUR
    quarters = np.arange(first, int(ts[-1]) + QUARTER, QUARTER, dtype=np.int64)
    before = np.searchsorted(ts, quarters, side="right") - 1
    kept[before[before >= 0]] = True
    after = np.searchsorted(ts, quarters[::2], side="left")
    kept[after[after < len(ts)]] = True
    # Values of one instant that disagree stay together: the engine chooses among them.
    return np.isin(ts, ts[kept]) | np.isin(ts, wanted)
