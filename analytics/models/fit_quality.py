"""How well a model tells what was measured: CV(RMSE), NMBE, R2, and the limits they are held to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

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


def freedom(count: int, parameters: Mapping[str, object]) -> float | None:
    """Values over degrees of freedom, n / (n - p): what the fitted numbers take from a fit.

    The limits of ASHRAE Guideline 14 are for squared errors and bias over n - p: twelve bills told
    by five numbers look a third better than they are. p counts the different numbers other than 0
    among the parameters; cells that were fitted together share theirs.

    Returns
    -------
    float or None
        What NMBE, and the square of CV(RMSE), are multiplied by; None: nothing is left. [1]
    """
    left = count - len({each for each in _numbers(parameters) if each != 0})
    return count / left if left > 0 else None


def held(
    cvrmse: float | None, nmbe: float | None, free: float | None
) -> tuple[float | None, float | None]:
    """CV(RMSE) and NMBE with their degrees of freedom, as limits are for them. [1].

    Parameters
    ----------
    free : float or None
        Of `freedom`.
    """
    if free is None:
        return None, None
    return (
        None if cvrmse is None else cvrmse * sqrt(free),
        None if nmbe is None else nmbe * free,
    )


def _numbers(parameter: object) -> Iterator[float]:
    # Whole numbers are hours of the week or counts; nobody fitted them.
    if isinstance(parameter, float):
        yield parameter
    elif isinstance(parameter, Mapping):
        for each in parameter.values():
            yield from _numbers(each)
    elif isinstance(parameter, list):
        for each in parameter:
            yield from _numbers(each)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fit is held to, with its degrees of freedom; a failure is shown.

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
