"""How well a model tells what was measured: CV(RMSE), NMBE, R2, and the limits they are held to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats


@dataclass(frozen=True, slots=True)
class FitQuality:
    """Of one meter over one period. None where not defined: nothing measured, mean not above 0.

    Attributes
    ----------
    cvrmse : float or None
        Root of the mean squared error over the mean, without degrees of freedom. [1]
    nmbe : float or None
        Sum of measured less predicted over the sum measured; positive = used more. [1]
    r2 : float or None
        Share of the variance that is explained. [1]
    count : int
        Days, hours or bills.
    """

    cvrmse: float | None
    nmbe: float | None
    r2: float | None
    count: int


def fit_quality(measured: Floats, predicted: Floats) -> FitQuality:
    """Hold predictions against what was measured; NaN in either leaves a row out."""
    both = np.isfinite(measured) & np.isfinite(predicted)
    y, error = measured[both], (measured - predicted)[both]
    if not len(y) or y.mean() <= 0:
        return FitQuality(None, None, None, len(y))
    variance = float(((y - y.mean()) ** 2).sum())
    return FitQuality(
        float(np.sqrt(np.mean(error**2)) / y.mean()),
        float(error.sum() / y.sum()),
        1 - float((error**2).sum()) / variance if variance else None,
        len(y),
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fit is held to; a meter that fails is shown with its failure.

    Attributes
    ----------
    cvrmse, nmbe : float
        Most, of the absolute value. [1]
    source : str
        Who asks for it.
    """

    cvrmse: float
    nmbe: float
    source: str


LIMITS: Mapping[str, Limits] = {
    "hourly": Limits(0.30, 0.10, "ASHRAE Guideline 14, hourly"),
    "daily": Limits(0.25, 0.005, "NMEC practice, daily"),
    "monthly": Limits(0.15, 0.05, "ASHRAE Guideline 14, monthly"),
}
"""Usual limits by step; quoted second-hand, a contract names its own."""
