"""The saving of many meters together; their errors are not independent."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from analytics.models.estimator import Floats

SHIPPED_CORRELATION = 0.1
"""Median over pairs of 30 university buildings, monthly errors of 2017 under models of 2016. [1]"""
_LEAST_PERIODS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One meter's share.

    Attributes
    ----------
    saving : float
        [unit of the use, the same of all parts]
    half_width : float
        Of its band, at the confidence that the whole is to have. [unit of the use]
    """

    saving: float
    half_width: float


@dataclass(frozen=True, slots=True)
class PortfolioSaving:
    """Sum of savings.

    Attributes
    ----------
    saving, low, high : float
        [unit of the use]
    correlation : float
        Of the errors of any two meters, as taken. [1]
    """

    saving: float
    low: float
    high: float
    correlation: float


def portfolio_saving(parts: Sequence[Part], correlation: float) -> PortfolioSaving:
    """Add up meters whose errors have one correlation with each other.

    Parameters
    ----------
    correlation : float
        0: errors of their own alone, 1: all err alike. [1]

    Raises
    ------
    ValueError
        If it is not within 0 and 1.
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation {correlation}: want 0 to 1")
    total = sum(part.saving for part in parts)
    alone = sum(part.half_width**2 for part in parts)
    alike = sum(part.half_width for part in parts) ** 2
    half = sqrt((1 - correlation) * alone + correlation * alike)
    return PortfolioSaving(total, total - half, total + half, correlation)


def error_correlation(errors: Floats) -> float | None:
    """Usual correlation of the errors of two meters, from what models of before said of periods.

    Parameters
    ----------
    errors : ndarray of float, shape (n_periods, n_meters)
        Logarithm of measured over predicted, such as by month; NaN: not known.

    Returns
    -------
    float or None
        Median over the pairs of meters, not below 0; None with fewer than two meters or six
        periods in common. [1]
    """
    common = errors[np.isfinite(errors).all(axis=1)]
    if len(common) < _LEAST_PERIODS or common.shape[1] < 2:  # noqa: PLR2004 - a pair
        return None
    around = common - common.mean(axis=0)
    spread = np.sqrt((around**2).sum(axis=0))
    moving = around[:, spread > 0] / spread[spread > 0]
    pairs = np.triu_indices(moving.shape[1], 1)
    if not len(pairs[0]):
        return None
    return max(float(np.median((moving.T @ moving)[pairs])), 0.0)
