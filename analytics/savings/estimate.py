"""An amount with a band from its own spread: blocks of days are left out in turn (jackknife)."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, expm1, pi, sin, sqrt
from statistics import NormalDist

import numpy as np

from analytics.models.estimator import Integers, Truths

LEAST_BLOCKS = 4
"""Below this a spread says nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A saving over some rows, positive = saved.

    Attributes
    ----------
    saving : float
        [unit of the use]
    low, high : float or None
        Band from the spread between blocks; None where there are fewer than `LEAST_BLOCKS`. It
        does not know of drift from year to year, nor of what was stipulated. [unit of the use]
    confidence : float
        Nominal. [1]
    blocks : int
    actual : float or None
        Measured use of the rows that the saving is of; None of a sample. [unit of the use]
    days : int
        Such rows.
    """

    saving: float
    low: float | None
    high: float | None
    confidence: float
    blocks: int
    actual: float | None = None
    days: int = 0


def jackknife(
    saving: Callable[[Truths], float], block: Integers, confidence: float = 0.9
) -> Estimate:
    """Estimate from all rows, with the spread of what the estimate is without each block.

    Parameters
    ----------
    saving : callable
        Of which rows to take, shape (n_rows,), to the saving of all rows.
    block : ndarray of int, shape (n_rows,)
        Rows of one block are not independent of each other.

    References
    ----------
    Efron 1982 (delete-one-group jackknife).
    """
    whole = saving(np.ones(len(block), np.bool_))
    names = np.unique(block)
    count = len(names)
    if count < LEAST_BLOCKS:
        return Estimate(whole, None, None, confidence, count)
    without = np.array([saving(block != name) for name in names])
    error = sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
    half = student_quantile(1 - confidence, count - 1) * error
    return Estimate(whole, whole - half, whole + half, confidence, count)


def student_quantile(both_tails: float, freedom: int) -> float:
    """Value that Student's t exceeds in size with the probability `both_tails`.

    References
    ----------
    Hill 1970, Algorithm 396; six digits from five degrees of freedom on.
    """
    if freedom == 1:
        return cos(both_tails * pi / 2) / sin(both_tails * pi / 2)
    if freedom == 2:  # noqa: PLR2004 - degrees of freedom with a closed form
        return sqrt(2 / (both_tails * (2 - both_tails)) - 2)
    n = float(freedom)
    a = 1 / (n - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * n
    y = (d * both_tails) ** (2 / n)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(both_tails / 2)
        y = x**2
        if n < 5:  # noqa: PLR2004 - Hill's correction of few degrees of freedom
            c += 0.3 * (n - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        return sqrt(n * expm1(a * y**2))
    tail = 1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)
    return sqrt(n * ((tail * y - 1) * (n + 1) / (n + 2) + 1 / y))
