"""Avoided use by day or bill: baseline and signed adjustments less what was used. Pure.

A row without use, weather or calendar is left out with its reason, on both sides; it is neither
a saving nor a loss.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import fsum, isfinite

from analytics.models.estimator import Floats


class LeftOut(StrEnum):
    """Why a row does not count."""

    NO_USE = "no_use"
    NO_WEATHER = "no_weather"
    NO_CALENDAR = "calendar_missing"
    ZERO = "zero_of_what_never_idles"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A non-routine event that somebody has accepted and signed.

    Attributes
    ----------
    per_day : float
        Use that came in addition on each local day of [first_day, end_day), else for good.
    """

    event_id: int
    first_day: date
    end_day: date | None
    per_day: float

    def over(self, first_day: date, days: int) -> float:
        """What it adds to the baseline of so many days from one on."""
        end = first_day + timedelta(days=days)
        last = end if self.end_day is None else min(end, self.end_day)
        return self.per_day * max((last - max(first_day, self.first_day)).days, 0)


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What a model says of a local day, or of the days of a bill.

    Attributes
    ----------
    predicted, temperature_c : float
        Use, and mean temperature [degC]; NaN where not known.
    outside : float or None
        Share of it colder or warmer than any of the training; None where that is not known. [1]
    no_calendar : bool
        Nobody has entered its kind.
    unsettled : tuple of (str, float) or None
        Holiday whose notice may make it a day of the other kind, and how much more it would use
        then; None where its kind is sure.
    """

    first_day: date
    days: int
    predicted: float
    temperature_c: float
    outside: float | None
    no_calendar: bool = False
    unsettled: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class AvoidedDay:
    """A local day, or the bill that begins with it; amounts in the unit of the medium.

    Attributes
    ----------
    actual, baseline : float or None
        Measured, and predicted by the model alone.
    adjustment : float
        Sum of the signed non-routine adjustments of its days.
    saving, cumulative : float or None
        Adjusted baseline less actual, and the sum since the first day asked for; None where the
        day is left out.
    outside : bool
        Some of it colder or warmer than any of the training.
    outside_share : float or None
        How much of it; None without a temperature. [1]
    days : int
        Length. [d]
    unsettled : tuple of (str, float) or None
        As of `ToldRow`.
    """

    day: date
    actual: float | None
    baseline: float | None
    adjustment: float
    saving: float | None
    cumulative: float | None
    temperature_c: float | None
    left_out: LeftOut | None
    outside: bool
    estimated: bool
    outside_share: float | None = None
    days: int = 1
    unsettled: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class AvoidedMonth:
    """Days of a local month that count, summed."""

    month: date
    actual: float
    baseline: float
    adjustment: float
    saving: float
    cumulative: float
    days: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Drivers:
    """What a baseline follows, on consecutive local days.

    Attributes
    ----------
    temperature_c : ndarray of float, shape (n_days,)
        NaN where not known. [degC]
    no_calendar : frozenset of date
        Days whose kind nobody has entered.
    """

    first_day: date
    temperature_c: Floats
    no_calendar: frozenset[date]


def avoided_days(
    drivers: Drivers,
    predicted: Floats,
    actual: Mapping[date, tuple[float, bool]],
    adjustments: Sequence[Adjustment],
    *,
    range_c: tuple[float, float],
    idles: bool,
) -> list[AvoidedDay]:
    """Put together what was used and what the model says of it.

    Parameters
    ----------
    predicted : ndarray of float, shape (n_days,)
        By the model, NaN where the temperature is not known.
    actual : mapping of date to (float, bool)
        Use, and whether some of it is estimated; a day nobody measured is absent.
    range_c : tuple of float
        Coldest and warmest day of the training. [degC]
    idles : bool
        Whether a day without use is one of its usual days.
    """
    told = [
        ToldRow(
            day := drivers.first_day + timedelta(days=n),
            1,
            use,
            warmth,
            float(not range_c[0] <= warmth <= range_c[1]) if isfinite(warmth) else None,
            day in drivers.no_calendar,
        )
        for n, (warmth, use) in enumerate(
            zip(drivers.temperature_c.tolist(), predicted.tolist(), strict=True)
        )
    ]
    return avoided_rows(told, actual, adjustments, idles=idles)


def avoided_rows(
    told: Iterable[ToldRow],
    actual: Mapping[date, tuple[float, bool]],
    adjustments: Sequence[Adjustment],
    *,
    idles: bool,
) -> list[AvoidedDay]:
    """As `avoided_days`, of what a model has told row by row.

    Parameters
    ----------
    actual : mapping of date to (float, bool)
        By the first day of each row.
    """
    found: list[AvoidedDay] = []
    total = 0.0
    for row in told:
        use, estimated = actual.get(row.first_day, (None, False))
        why = _left_out(use, row.predicted, idles=idles, no_calendar=row.no_calendar)
        adjustment = fsum(each.over(row.first_day, row.days) for each in adjustments)
        saving = None
        if use is not None and why is None:
            saving = row.predicted + adjustment - use
            total += saving
        known = isfinite(row.predicted) and why is not LeftOut.NO_CALENDAR
        found.append(
            AvoidedDay(
                row.first_day,
                use,
                row.predicted if known else None,
                adjustment,
                saving,
                None if saving is None else total,
                row.temperature_c if isfinite(row.temperature_c) else None,
                why,
                bool(row.outside),
                estimated,
                row.outside,
                row.days,
                row.unsettled,
            )
        )
    return found


def by_month(days: Iterable[AvoidedDay]) -> list[AvoidedMonth]:
    """Sum what counts by the local month it begins in; a month without any is absent."""
    months: dict[date, list[AvoidedDay]] = {}
    for day in days:
        months.setdefault(day.day.replace(day=1), []).append(day)
    found: list[AvoidedMonth] = []
    for month, within in sorted(months.items()):
        counted = [day for day in within if day.saving is not None]
        if counted:
            found.append(
                AvoidedMonth(
                    month,
                    fsum(day.actual or 0.0 for day in counted),
                    fsum(day.baseline or 0.0 for day in counted),
                    fsum(day.adjustment for day in counted),
                    fsum(day.saving or 0.0 for day in counted),
                    counted[-1].cumulative or 0.0,
                    sum(day.days for day in counted),
                    sum(day.days for day in within if day.saving is None),
                )
            )
    return found


def outside_share(days: Sequence[AvoidedDay]) -> float | None:
    """Share of the days with a temperature that lie outside the training's; None without any."""
    known = [(day.outside_share, day.days) for day in days if day.outside_share is not None]
    total = sum(length for _, length in known)
    return fsum(share * length for share, length in known) / total if total else None


def _left_out(use: float | None, told: float, *, idles: bool, no_calendar: bool) -> LeftOut | None:
    if use is None:
        return LeftOut.NO_USE
    if use == 0 and not idles:
        return LeftOut.ZERO
    if no_calendar:
        return LeftOut.NO_CALENDAR
    return None if isfinite(told) else LeftOut.NO_WEATHER
