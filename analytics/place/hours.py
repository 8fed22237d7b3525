"""Hours of whole local days, and the temperature that counts in each. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats, Integers
from analytics.models.series import Series, daily_mean, day_bounds, instant

_HOUR_US = 3_600_000_000


def hour_bounds(first_day: date, end_day: date, zone: ZoneInfo) -> Integers:
    """Beginnings of the hours of the local days [first_day, end_day), and the last end. [us]."""
    days = day_bounds(first_day, end_day, zone)
    return np.arange(days[0], days[-1] + 1, _HOUR_US, dtype=np.int64)


def local_hours(bounds: Integers, zone: ZoneInfo) -> Sequence[datetime]:
    """Beginnings of hours by the clock of a zone."""
    return [instant(int(at)).astimezone(zone) for at in bounds[:-1]]


def warmth_of_hours(hours: Series, bounds: Integers) -> Floats:
    """Outdoor temperature of each hour, NaN where it is not known. [degC]."""
    return daily_mean(hours, bounds)
