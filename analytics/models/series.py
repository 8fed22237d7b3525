"""Amounts or temperatures over time, and what they come to by local day. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats, Integers
from domain.local_day import day_start

IDLES_FROM = 0.05
"""Share of zeros from which a meter is taken to idle at times, so that its zeros count. [1]"""
LEAST_SHARE = 0.9
"""Share of a day that must be measured for its use to count. [1]"""
LEAST_WEATHER = 0.5
"""Share of a day of which the temperature must be known. [1]"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Series:
    """Values that stand for intervals, stamped with their start.

    Attributes
    ----------
    ts : ndarray of int, shape (n,)
        In order, each once. [us]
    value : ndarray of float, shape (n,)
        NaN where not measured.
    """

    ts: Integers
    value: Floats

    @property
    def step(self) -> int:
        """Usual length of an interval; a day where there are fewer than two. [us]."""
        if len(self.ts) < 2:  # noqa: PLR2004 - two stamps make an interval
            return DAY_US
        lengths, times = np.unique(np.diff(self.ts), return_counts=True)
        return int(lengths[times.argmax()])


def us(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(at_us: int) -> datetime:
    """Instant of microseconds since 1970-01-01T00:00Z."""
    return _EPOCH + timedelta(microseconds=at_us)


def day_bounds(first: date, end: date, zone: ZoneInfo) -> Integers:
    """Beginnings of the local days [first, end), and the end of the last. [us]."""
    days = (end - first).days
    return np.array([us(day_start(first + timedelta(days=i), zone)) for i in range(days + 1)])


def without_false_zeros(series: Series) -> Series:
    """Zeros of a meter that never idles are gaps: loggers write 0 for what they have lost.

    A meter idles when at least `IDLES_FROM` of its values are zero; then they stay.
    """
    zero = series.value == 0
    measured = np.isfinite(series.value).sum()
    if not measured or zero.sum() >= IDLES_FROM * measured:
        return series
    return Series(series.ts, np.where(zero, np.nan, series.value))


def daily_sum(series: Series, bounds: Integers) -> Floats:
    """Use of each local day; a part that is missing is filled with the day's mean.

    Returns
    -------
    ndarray of float, shape (n_days,)
        NaN where less than `LEAST_SHARE` of the day was measured.
    """
    total, share = _by_day(series, bounds)
    return np.where(share >= LEAST_SHARE, total / np.maximum(share, LEAST_SHARE), np.nan)


def daily_mean(series: Series, bounds: Integers) -> Floats:
    """Mean of each local day; NaN where less than `LEAST_WEATHER` of it is known."""
    total, share = _by_day(series, bounds)
    count = share * np.diff(bounds) / _step(series)
    return np.where(share >= LEAST_WEATHER, total / np.maximum(count, 1e-9), np.nan)


def daily_swing(series: Series, bounds: Integers) -> Floats:
    """Amplitude of a sine that has the spread of the known values of each local day; else 0."""
    known = np.isfinite(series.value)
    day = np.searchsorted(bounds, series.ts[known], side="right") - 1
    days = len(bounds) - 1
    inside = (day >= 0) & (day < days)
    day, value = day[inside], series.value[known][inside]
    count = np.maximum(np.bincount(day, minlength=days), 1)
    mean = np.bincount(day, value, days) / count
    return np.asarray(np.sqrt(2 * np.bincount(day, (value - mean[day]) ** 2, days) / count))


def _step(series: Series) -> int:
    return min(series.step, DAY_US)


def _by_day(series: Series, bounds: Integers) -> tuple[Floats, Floats]:
    """Sum of the known values of each day, and the share of the day that they are."""
    known = np.isfinite(series.value)
    day = np.searchsorted(bounds, series.ts[known], side="right") - 1
    value = series.value[known]
    days = len(bounds) - 1
    inside = (day >= 0) & (day < days)
    total = np.bincount(day[inside], value[inside], days).astype(np.float64)
    count = np.bincount(day[inside], minlength=days)
    length = np.diff(bounds)
    expected = np.maximum(np.round(length / _step(series)), 1)
    return total, np.minimum(count / expected, 1.0).astype(np.float64)
