"""How far the latest stretch of a series is from the most similar stretch before it."""

from math import nan, sqrt

import numpy as np

from analytics.models.estimator import Floats


class LeftDiscord:
    """Nearest earlier neighbour of the latest values, in O(history) for each value.

    The squared distance to the stretch that lies a lag earlier follows from the one a value
    before: what came in is added, what went out is taken off.

    Parameters
    ----------
    length : int
        Values of a stretch.
    history : int
        Lags that are looked at, from `length` on, so that two stretches do not overlap.

    References
    ----------
    Yeh et al. 2016 (matrix profile, left); Lu et al. 2022 (DAMP, discords in streams).
    """

    def __init__(self, length: int, history: int) -> None:
        self.length = length
        self._square = np.zeros(history)
        self._lags = 0

    def distance(self, value: Floats, total: Floats) -> float:
        """Root mean square distance to the nearest earlier stretch, each about its own mean.

        Parameters
        ----------
        value : ndarray of float, shape (n,)
            All values so far: one more than at the call before.
        total : ndarray of float, shape (n + 1,)
            Their running total, from 0.

        Returns
        -------
        float
            In the unit of the values; NaN while there is no earlier stretch.
        """
        m, end = self.length, len(value)
        known, lags = self._lags, min(len(self._square), end - 2 * m + 1)
        if lags <= 0:
            return nan
        square = self._square
        if known:
            came = value[end - 1] - value[end - m - known : end - m][::-1]
            went = value[end - 1 - m] - value[end - 2 * m - known : end - 2 * m][::-1]
            square[:known] += came * came - went * went
        for lag in range(m + known, m + lags):
            apart = value[end - m :] - value[end - m - lag : end - lag]
            square[lag - m] = float(apart @ apart)
        self._lags = lags
        first, last = end - m - lags + 1, end - m + 1
        mean = (total[first:last] - total[first - m : last - m])[::-1] / m
        own = (total[end] - total[end - m]) / m
        nearest = float((square[:lags] / m - (own - mean) ** 2).min())
        return sqrt(max(nearest, 0.0))
