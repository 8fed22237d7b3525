"""How far the use strays from its model within the baseline year, month by month."""

import numpy as np

from analytics.models.estimator import Floats

DAYS = 28
"""Length of a month here: whole weeks. [d]"""
_LEAST_KNOWN = 0.5
"""Share of a month's rows that must be known. [1]"""
_LEAST_MONTHS = 3


def wander(left_out: Floats, use: Floats, rows_a_month: int) -> float | None:
    """Root mean square of the monthly means of the residuals, over the mean use. [1].

    Noise from day to day averages out in a month; what is left are levels that moved.

    Parameters
    ----------
    left_out : ndarray of float, shape (n_rows,)
        Measured less predicted by a model that has not seen that part of the year; NaN: not known.
    use : ndarray of float, shape (n_rows,)
        Measured.
    rows_a_month : int
        28 of days, 1 of bills.

    Returns
    -------
    float or None
        None with fewer than three months, or a mean that is not above 0.
    """
    known = np.isfinite(left_out) & np.isfinite(use)
    months = len(use) // rows_a_month
    rows = months * rows_a_month
    count = known[:rows].reshape(months, -1).sum(axis=1)
    total = np.where(known, left_out, 0.0)[:rows].reshape(months, -1).sum(axis=1)
    enough = count >= max(1.0, _LEAST_KNOWN * rows_a_month)
    if enough.sum() < _LEAST_MONTHS or not use[known].mean() > 0:
        return None
    means = total[enough] / count[enough]
    return float(np.sqrt(np.mean(means**2)) / use[known].mean())
