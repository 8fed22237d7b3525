"""What follows from a value that a person typed does not pass for measured. Pure."""

import numpy as np

from analytics.ledger.readings import Instants
from domain.consumption_flag import ConsumptionFlag
from domain.interval import Intervals


def mark_edited(uses: Intervals, ts: Instants, replaced: Instants) -> Intervals:
    """Grade as estimated what lies between a replaced reading and the readings beside it.

    Parameters
    ----------
    uses : Intervals
        Of one meter.
    ts : ndarray of int, shape (m,)
        Instants of the meter's readings, rising. [us]
    replaced : ndarray of int, shape (n,)
        Instants for which a person gave a value; those without a reading do not matter. [us]
    """
    replaced = replaced[np.isin(replaced, ts)]
    before = np.append(ts[:1], ts)[np.searchsorted(ts, replaced, side="left")]
    after = np.append(ts, ts[-1:])[np.searchsorted(ts, replaced, side="right")]
    between = np.zeros(len(uses), np.bool_)
    for start, end in zip(before.tolist(), after.tolist(), strict=True):
        between |= (uses.start < end) & (uses.end > start)
    return uses.graded(between, "estimated", ConsumptionFlag.EDITED) if between.any() else uses
