"""How seldom a strange value is, by the tail of those before it (Hill estimator)."""

from math import log10

import numpy as np

_TAIL = 0.02
"""Share of the values that make up the tail. [1]"""
_LEAST_INDEX = 0.05
"""No tail falls off faster than this. [1]"""
_FIRST = 64
"""Values before which nothing is seldom."""
_KEPT = 8192
_AGAIN = 32
"""Values after which the tail is looked at anew."""


class Tail:
    """Learns one stream of strangeness, value by value.

    References
    ----------
    Hill 1975; Siffer et al. 2017 (peaks over threshold in streams).
    """

    def __init__(self) -> None:
        self._kept = np.empty(_KEPT)
        self._count = 0
        self._from, self._index = 0.0, 1.0

    def seldom(self, strange: float) -> float:
        """Minus the decimal logarithm of the share of earlier values that were so strange. [1].

        The value is learned afterwards.

        Parameters
        ----------
        strange : float
            At least 0; greater is stranger.
        """
        found = 0.0
        if self._count >= _FIRST and self._from > 0:
            times = strange / self._from
            found = -log10(_TAIL) * min(times, 1.0)
            if times > 1:
                found += log10(times) / self._index
        self._kept[self._count % _KEPT] = strange
        self._count += 1
        if self._count >= _FIRST and self._count % _AGAIN == 0:
            self._learn()
        return found

    def _learn(self) -> None:
        told = self._kept[: min(self._count, _KEPT)]
        tail = max(int(len(told) * _TAIL), 3)
        highest = np.partition(told, len(told) - tail - 1)[-tail - 1 :]
        self._from = float(highest.min())
        if self._from > 0:
            index = float(np.log(highest / self._from).sum()) / tail
            self._index = max(index, _LEAST_INDEX)
