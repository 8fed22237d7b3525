"""How far the days of a training lay from the model that was fitted to them. Pure."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from analytics.baseline import bills, fitted, hours, training
from analytics.models.estimator import Floats
from domain.baseline import Step

SHARE = 0.9
"""Of the days, or bills, of the training that lie within. [1]"""


def usual_error(step: Step, parameters: Mapping[str, Any], text: str) -> float | None:
    """Distance from the model within which at least nine of ten days of the training lay.

    A count of what was, without a formula for the error; it knows nothing of drift over years.

    Parameters
    ----------
    text : str
        Canonical text of the training.

    Returns
    -------
    float or None
        None where no day has both. [unit of the use/d]
    """
    error = np.abs(_residuals(step, parameters, text))
    error = error[np.isfinite(error)]
    # One that was there rather than between two: no fewer than the share lie within.
    return float(np.quantile(error, SHARE, method="inverted_cdf")) if len(error) else None


def _residuals(step: Step, parameters: Mapping[str, Any], text: str) -> Floats:
    """Measured less predicted, per day, NaN where either is not known."""
    match step:
        case Step.DAILY:
            days = training.read(text)
            return days.use - fitted.predict(parameters, days.matrix)
        case Step.HOURLY:
            each = hours.read(text)
            error = each.use - hours.predict(parameters, each.matrix)
            by_day = groupby(range(len(error)), key=lambda n: each.hours[n].date())
            return np.array([error[[*of_day]].sum() for _, of_day in by_day])
        case Step.MONTHLY:
            told = bills.read(text)
            length = np.array([bill.days for bill in told.bills], np.float64)
            return np.asarray((told.use - bills.predict(parameters, told.matrix)) / length)
