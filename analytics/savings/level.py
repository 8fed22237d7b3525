"""Levels of a series of weeks: where its mean moves, and stays (optimal partitioning)."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats


@dataclass(frozen=True, slots=True)
class Level:
    """Weeks [first, end) with one mean.

    Attributes
    ----------
    first, end : int
        Indices of weeks.
    mean : float
    weeks : int
        Weeks that are known.
    """

    first: int
    end: int
    mean: float
    weeks: int


def levels(values: Floats, penalty: float, least_weeks: int) -> list[Level]:
    """Split a series so that squares about the means, and a penalty for each part, are least.

    Parameters
    ----------
    values : ndarray of float, shape (n_weeks,)
        NaN: not known; such weeks belong to no part.
    penalty : float
        In squares of the values.
    least_weeks : int
        Known weeks of a part.

    References
    ----------
    Jackson et al. 2005 (optimal partitioning).
    """
    known = np.flatnonzero(np.isfinite(values))
    count = len(known)
    if count < least_weeks:
        return []
    total = np.concatenate([[0.0], np.cumsum(values[known])])
    squares = np.concatenate([[0.0], np.cumsum(values[known] ** 2)])
    cost = np.full(count + 1, np.inf)
    cost[0] = -penalty
    before = np.zeros(count + 1, np.int64)
    for end in range(least_weeks, count + 1):
        starts = np.arange(end - least_weeks + 1)
        rest = squares[end] - squares[starts]
        every = cost[starts] + rest - (total[end] - total[starts]) ** 2 / (end - starts)
        before[end] = every.argmin()
        cost[end] = every[before[end]] + penalty
    found, end = [], count
    while end > 0:
        start = int(before[end])
        mean = float((total[end] - total[start]) / (end - start))
        found.append(Level(int(known[start]), int(known[end - 1]) + 1, mean, end - start))
        end = start
    return found[::-1]
