"""What really stopped when a matter was mended: by the meter's baseline of the year before it."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.by_day import by_day
from analytics.models.period import Period
from analytics.models.record import Kinds, Record
from analytics.models.saving import Saving
from analytics.savings import shipped
from analytics.savings.avoided_use import avoided_use
from analytics.savings.own_record import OwnRecord, Span

CONFIDENCE = 0.9
MONTH_DAYS = 30
_LEAST_AFTER = 14
_MOST_AFTER = 60
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Stopped:
    """What stopped, of thirty days, or why nobody can say.

    Attributes
    ----------
    month, low, high : float or None
        Use beyond the baseline before it was mended, less that since; with the band of the
        baseline at a confidence of 90 %. [unit of the meter]
    reason : str or None
        Why there is no figure.
    """

    month: float | None = None
    low: float | None = None
    high: float | None = None
    days_after: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Excess:
    """Use beyond the baseline a day, and half the width of its band."""

    day: float
    half: float
    reason: str | None = None


def stopped(
    record: Record, zone: ZoneInfo, kinds: Kinds, *, began: date, mended: date, until: date
) -> Stopped:
    """Hold the use since a matter was mended against the use while it lasted.

    Both are held against one baseline, of the year before it began, so that weather and kinds of
    days cancel out. The day of the repair belongs to neither.

    Parameters
    ----------
    until : date
        Local day up to which there are figures, excluded.
    """
    since = mended + timedelta(days=1)
    after = Period(since, min(until, since + timedelta(days=_MOST_AFTER)))
    if after.days < _LEAST_AFTER:
        return Stopped(days_after=max(after.days, 0), reason="too_soon")
    if mended <= began:
        return Stopped(days_after=after.days, reason="too_short")
    train = Period(began - _YEAR, began)
    before, now = (
        _excess(by_day(record, train, period, zone, kinds), train, period)
        for period in (Period(began, mended), after)
    )
    reason = before.reason or now.reason
    if reason is not None:
        return Stopped(days_after=after.days, reason=reason)
    month = MONTH_DAYS * (before.day - now.day)
    half = MONTH_DAYS * hypot(before.half, now.half)
    return Stopped(month, month - half, month + half, after.days)


def _excess(found: Saving, train: Period, period: Period) -> _Excess:
    if found.refusals:
        return _Excess(0.0, 0.0, str(found.refusals[0]))
    days = int((np.isfinite(found.actual) & np.isfinite(found.baseline)).sum())
    if 2 * days < period.days or days == 0:
        return _Excess(0.0, 0.0, "few_days")
    told = avoided_use(
        *found.totals,
        OwnRecord(found.wander),
        shipped.calibration(found.step),
        span=Span.between(train, period, days),
        confidence=CONFIDENCE,
    )
    if told.band is None or told.saving is None:
        return _Excess(0.0, 0.0, str(told.no_band))
    return _Excess(-told.saving / days, (told.band.high - told.band.low) / 2 / days)
