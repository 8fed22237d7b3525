"""What a meter's own record says of how far its use may drift from a baseline."""

from dataclasses import dataclass
from typing import Self

from analytics.models.period import Period

_YEAR, _MONTH = 365.25, 365.25 / 12
_NEAREST = 1 / 12
"""Periods may lie in each other. [a]"""


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """Known at the end of the baseline period; nothing of the reporting period is in it.

    Attributes
    ----------
    wander : float or None
        `analytics.models.wander` of the baseline year; None where it is too short to say. [1]
    earlier : tuple of float
        Deviations of the meter's own earlier years, each from the model of the year before:
        (measured - predicted) / predicted, the newest last. [1]
    """

    wander: float | None
    earlier: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """How much is predicted, and how far ahead.

    Attributes
    ----------
    months : float
        Measured length of the reporting period, above 0. [month]
    ahead_years : float
        From the middle of the baseline to the middle of the reporting period; at least a month. [a]
    """

    months: float = 12.0
    ahead_years: float = 1.0

    @classmethod
    def between(cls, train: Period, report: Period, measured_days: float) -> Self:
        """Of two periods, whichever comes first.

        Parameters
        ----------
        measured_days : float
            Days of the reporting period that have a figure, above 0. [d]
        """
        first, second = (period.first.toordinal() + period.days / 2 for period in (train, report))
        return cls(measured_days / _MONTH, max(abs(second - first) / _YEAR, _NEAREST))


YEAR_AHEAD = Span()
"""The year that follows a baseline year."""
