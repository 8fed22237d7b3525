"""Earlier years of a meter, each held against the model of the year before."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from analytics.models.period import Period
from analytics.models.refusal import LEAST_SHARE, Refusal
from analytics.models.saving import Saving
from analytics.savings.own_record import OwnRecord

MOST_YEARS = 3
"""Earlier years that are looked at: what was before says less of what is now."""
_LEAP_DAY = (2, 29)


def own_record(found: Saving, end: date, apply: Callable[[Period, Period], Saving]) -> OwnRecord:
    """What is known of a meter at the end of its baseline.

    Parameters
    ----------
    found : Saving
        Of the baseline.
    end : date
        Day after the last one of the baseline. Nothing later is looked at.
    apply : callable
        The same model, fitted to the first period and applied to the second.
    """
    earlier = []
    for back in range(MOST_YEARS):
        report = Period(_years_before(end, back + 1), _years_before(end, back))
        train = Period(_years_before(end, back + 2), report.first)
        deviation = _deviation(apply(train, report))
        if deviation is None:
            break
        earlier.append(deviation)
    return OwnRecord(found.wander, tuple(reversed(earlier)))


def _deviation(found: Saving) -> float | None:
    """None where either year is not whole."""
    baseline, actual = found.totals
    if baseline is None or actual is None or baseline <= 0:
        return None
    known = np.isfinite(found.actual) & np.isfinite(found.baseline)
    if known.mean() < LEAST_SHARE or Refusal.SHORT_BASELINE in found.refusals:
        return None
    return actual / baseline - 1


def _years_before(day: date, years: int) -> date:
    if (day.month, day.day) == _LEAP_DAY:
        return _years_before(day - timedelta(days=1), years)
    return day.replace(year=day.year - years)
