"""Avoided use: what the baseline model says would have been used, less what was used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from analytics.models.estimator import Floats
from analytics.models.fit_quality import FitQuality, fit_quality
from analytics.models.refusal import (
    FATAL,
    MOST_OUTSIDE,
    Refusal,
    Sample,
    outside_share,
    training_refusals,
)
from analytics.models.wander import DAYS, wander

_ROWS_A_MONTH = {"hourly": 24 * DAYS, "daily": DAYS, "monthly": 1}
_NOTHING = FitQuality(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fitted model says.

    Attributes
    ----------
    params : mapping
        Parameters by name, with units in the names.
    train, report : ndarray of float
        Predicted use of each row of the two periods.
    left_out : ndarray of float
        Training: measured less predicted by a model that has not seen that part of the year.
    """

    name: str
    params: Mapping[str, Any]
    train: Floats
    report: Floats
    left_out: Floats


@dataclass(frozen=True, slots=True)
class Saving:
    """The answer: model, fit, and avoided use over the rows measured in the reporting period.

    Attributes
    ----------
    bounds : sequence of (datetime, datetime)
        Start and end of each reporting row.
    actual, baseline : ndarray of float
        Measured and predicted use of each reporting row, NaN where not known.
    left_out_cvrmse : float or None
        CV(RMSE) of the training year predicted out of time. [1]
    outside : float or None
        Share of reporting rows outside the training's temperatures. [1]
    wander : float or None
        How far the use strayed from the model within the training, by month. [1]
    left_out : ndarray of float
        Measured less predicted of each training row, by a model that has not seen it.
    """

    step: str
    refusals: Sequence[Refusal]
    bounds: Sequence[tuple[datetime, datetime]] = ()
    actual: Floats = field(default_factory=lambda: np.empty(0))
    baseline: Floats = field(default_factory=lambda: np.empty(0))
    model: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    train: FitQuality = _NOTHING
    report: FitQuality = _NOTHING
    left_out_cvrmse: float | None = None
    outside: float | None = None
    wander: float | None = None
    left_out: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def totals(self) -> tuple[float | None, float | None]:
        """Baseline and actual use over the rows that have both."""
        both = np.isfinite(self.actual) & np.isfinite(self.baseline)
        if not both.any():
            return None, None
        return float(self.baseline[both].sum()), float(self.actual[both].sum())


def unfitted(step: str, train: Sample, days: int) -> tuple[list[Refusal], Saving | None]:
    """Refusals of the training; and the answer itself where they leave no model."""
    refusals = training_refusals(train, step, days)
    if FATAL.intersection(refusals):
        return refusals, Saving(step, refusals)
    return refusals, None


def saving(
    step: str,
    train: Sample,
    report: Sample,
    bounds: Sequence[tuple[datetime, datetime]],
    fitted: Fitted,
    refusals: Sequence[Refusal],
) -> Saving:
    """Put together what was measured and what a model says of it."""
    outside = outside_share(train, report)
    found = list(refusals)
    if not (np.isfinite(report.use) & np.isfinite(fitted.report)).any():
        found.append(Refusal.NO_REPORT)
    if outside is not None and outside > MOST_OUTSIDE:
        found.append(Refusal.OUT_OF_RANGE)
    return Saving(
        step,
        found,
        bounds,
        report.use,
        fitted.report,
        fitted.name,
        fitted.params,
        fit_quality(train.use, fitted.train),
        fit_quality(report.use, fitted.report),
        fit_quality(train.use, train.use - fitted.left_out).cvrmse,
        outside,
        wander(fitted.left_out, train.use, _ROWS_A_MONTH[step]),
        fitted.left_out,
    )
