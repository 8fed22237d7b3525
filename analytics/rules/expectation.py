"""What was to be expected of a meter hour by hour, and from where a rule would speak (期望区间)."""

from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.series import Series, us
from analytics.rules.catalogue import Surroundings, taken
from analytics.rules.thresholds import MeterClass, Thresholds


@dataclass(frozen=True, slots=True)
class Expectation:
    """Slots of whole local days, arrays of shape (n,), in the unit of the series.

    Attributes
    ----------
    at_us : ndarray of int
        Beginnings. [us]
    actual, expected : ndarray of float
        NaN where nothing is known.
    low, high : ndarray of float
        Limits of the band: hours beyond them count for `unlike_usual`. The limit below is not
        below zero where the meter never is.
    """

    at_us: Integers
    actual: Floats
    expected: Floats
    low: Floats
    high: Floats

    def between(self, first: datetime, last: datetime) -> "Expectation":
        """The slots that begin in [first, last)."""
        inside = (self.at_us >= us(first)) & (self.at_us < us(last))
        columns = (getattr(self, each.name)[inside] for each in fields(self))
        return Expectation(*columns)

    @property
    def outside(self) -> Truths:
        """Slots whose value is known to lie beyond the band."""
        return (self.actual > self.high) | (self.actual < self.low)


def expectation(
    series: Series, meter_class: MeterClass, rules: Thresholds, around: Surroundings
) -> Expectation | None:
    """Tell the band that the day rules hold a meter against.

    Returns
    -------
    Expectation or None
        None of a series without values, and of a class without a rhythm.
    """
    if not np.isfinite(series.value).any():
        return None
    of = taken(series, meter_class, rules, around)
    if of.band is None:
        return None
    room = rules.unlike_usual.fire * of.band.spread
    known = np.isfinite(of.band.expected)
    low, high = (
        np.where(known, limit, np.nan) for limit in (of.band.low - room, of.band.high + room)
    )
    if np.nanmin(of.grid.value) >= 0:
        low = np.maximum(low, 0.0)
    return Expectation(
        of.grid.starts.ravel(),
        of.grid.value.ravel(),
        of.band.expected.ravel(),
        low.ravel(),
        high.ravel(),
    )
