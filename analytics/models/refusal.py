"""Named reasons for which a baseline is not made, or is not to be relied on."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.models.estimator import Floats
from domain.model_reason import ModelReason

LEAST_TO_FIT = {"hourly": 24 * 90, "daily": 90, "monthly": 9}
"""Hours, days or bills below which nothing is fitted."""
LEAST_SHARE = 0.9
"""Share of the training period that must be used. [1]"""
MOST_ESTIMATED = 0.1
"""Share of the training values that may be estimated. [1]"""
MOST_OUTSIDE = 0.1
"""Share of the reporting period that may lie outside the temperatures of the training. [1]"""
_BUT_FOR = (0.01, 0.99)
"""A constant use has odd days where the clock changes. [1]"""
_YEAR_DAYS = 328
"""Nine tenths of a year."""


class Refusal(StrEnum):
    """Why. The first four leave no model, `NO_REPORT` no saving; the others are warnings."""

    NO_USE = "no_use"
    ALL_ZERO = "all_zero"
    NO_WEATHER = "no_weather"
    TOO_FEW = "too_few_days"
    NO_REPORT = "no_report"
    CONSTANT = ModelReason.CONSTANT.value
    SHORT_BASELINE = ModelReason.SHORT_BASELINE.value
    GAPS_IN_TRAINING = ModelReason.GAPS_IN_TRAINING.value
    ESTIMATED_TRAINING = ModelReason.ESTIMATED_TRAINING.value
    OUT_OF_RANGE = ModelReason.OUT_OF_RANGE.value


FATAL = frozenset({Refusal.NO_USE, Refusal.ALL_ZERO, Refusal.NO_WEATHER, Refusal.TOO_FEW})


@dataclass(frozen=True, slots=True)
class Sample:
    """What a model is fitted to or applied to, row by row.

    Attributes
    ----------
    use, temperature_c : ndarray of float, shape (n_rows,)
        NaN where not known.
    estimated_share : float
        Share of the values that are estimated, not measured. [1]
    """

    use: Floats
    temperature_c: Floats
    estimated_share: float = 0.0


def training_refusals(sample: Sample, step: str, days: int) -> list[Refusal]:
    """Reasons that lie in the training period.

    Parameters
    ----------
    step : str
        A key of `LEAST_TO_FIT`.
    days : int
        Length of the period. [d]
    """
    measured, known = np.isfinite(sample.use), np.isfinite(sample.temperature_c)
    use = sample.use[measured]
    if not len(use):
        return [Refusal.NO_USE]
    if not known.any():
        return [Refusal.NO_WEATHER]
    if not use.any():
        return [Refusal.ALL_ZERO]
    usable = int((measured & known).sum())
    if usable < LEAST_TO_FIT[step]:
        return [Refusal.TOO_FEW]
    return [
        reason
        for reason, holds in (
            (Refusal.CONSTANT, np.ptp(np.quantile(use, _BUT_FOR)) == 0),
            (Refusal.SHORT_BASELINE, days * usable / len(sample.use) < _YEAR_DAYS),
            (Refusal.GAPS_IN_TRAINING, usable < LEAST_SHARE * len(sample.use)),
            (Refusal.ESTIMATED_TRAINING, sample.estimated_share > MOST_ESTIMATED),
        )
        if holds
    ]


def outside_share(train: Sample, report: Sample) -> float | None:
    """Share of the reporting rows outside the temperatures of the training; None without any."""
    known = report.temperature_c[np.isfinite(report.temperature_c)]
    seen = train.temperature_c[np.isfinite(train.temperature_c) & np.isfinite(train.use)]
    if not len(known) or not len(seen):
        return None
    return float(np.mean((known < seen.min()) | (known > seen.max())))
