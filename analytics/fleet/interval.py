"""Sums over the intervals of spans of samples. Pure."""

import numpy as np

from analytics.fleet.samples import Marks, Places
from analytics.ledger.readings import Floats


def sums(of: Floats | Marks, first: Places, last: Places) -> Floats:
    """Sum over the intervals between samples `first` and `last` of each span.

    Parameters
    ----------
    of : ndarray, shape (n,)
        Of the interval that begins at each sample; NaN counts nothing.
    first, last : ndarray of int, shape (k,)
        With first <= last < n. The result depends on the values of a span alone, to the last digit.
    """
    if not len(first):
        return np.zeros(0)
    known = of.astype(np.float64) if of.dtype == np.bool_ else np.nan_to_num(of)
    bounds = np.column_stack([first, last]).ravel()
    total: Floats = np.add.reduceat(known, bounds)[::2]
    return np.where(last > first, total, 0.0)


def share(of: Marks, length_s: Floats, first: Places, last: Places) -> Floats:
    """Share of the time of each span that lies in marked intervals; 0 for a span without time."""
    part = sums(np.where(of, length_s, 0.0), first, last)
    whole = sums(length_s, first, last)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
