"""What a kept baseline says of the days of a month, by the step or method it was made with. Pure.

The text in which a version is kept tells its step; of a comparison its name tells the method too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from analytics.baseline import bills, fitted, hours, training
from analytics.baseline.bill_spans import BillSpan, Source
from analytics.baseline.fitted import FittedBaseline
from analytics.evidence.register_days import Days
from analytics.evidence.surroundings import Surroundings
from analytics.models.bill import mean_c
from analytics.models.day import features
from analytics.models.estimator import Floats
from analytics.models.hour_of_week import local_features
from analytics.models.series import Series, daily_sum, day_bounds
from analytics.place.hours import hour_bounds, local_hours
from domain.errors import InputError

_MOST_ROWS = 100_000
_SHARE = Decimal("0.0001")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Around:
    """What a month's figure follows from.

    Attributes
    ----------
    beside : mapping of date to float
        Use of the meter beside, or of what drives the retrofit, by local day.
    reporting : tuple of date, or None
        Local days [first, end) that a stipulated number is of.
    """

    surroundings: Surroundings
    days: Days
    beside: Mapping[date, float] = field(default_factory=dict)
    reporting: tuple[date, date] | None = None


Told = tuple[Floats, Decimal | None]
"""Use by local day, NaN where it is not known; share of them colder or warmer than any learnt."""


@dataclass(frozen=True, slots=True)
class Step:
    """How one kind of baseline is fitted from its text, and told for a month.

    Attributes
    ----------
    fit : callable
        From text to a model or the named reasons why there is none; refuses other than canonical
        text with InputError or ValueError.
    told : callable
        From text, parameters and what is around to the use of the days.
    """

    fit: Callable[[str], FittedBaseline]
    told: Callable[[str, Mapping[str, Any], Around], Told]


def canonical(text: str, again: str, rows: int) -> None:
    """Refuse a text that is not as it would be written, or too long.

    Raises
    ------
    InputError
        Without a place.
    """
    if rows > _MOST_ROWS or again != text:
        raise InputError(f"want at most {_MOST_ROWS} rows, in canonical form", place="")


def outside(learnt_c: Floats, told_c: Floats) -> Decimal | None:
    """Share of temperatures that lie outside of others; None without either. [1]."""
    learnt, told = learnt_c[np.isfinite(learnt_c)], told_c[np.isfinite(told_c)]
    if not len(learnt) or not len(told):
        return None
    beyond = (told < learnt.min()) | (told > learnt.max())
    return (Decimal(int(beyond.sum())) / len(told)).quantize(_SHARE)


def trained(text: str) -> tuple[date, date]:
    """Local days [first, end) of a text that is no comparison.

    Raises
    ------
    InputError, ValueError
        If it cannot be read.
    """
    if text.startswith(hours.HEAD):
        found = hours.read(text).hours
        return found[0].date(), found[-1].date() + _DAY
    if text.startswith(bills.HEAD):
        told = bills.read(text)
        return told.first_day, told.first_day + len(told.temperature_c) * _DAY
    days = training.read(text)
    return days.first_day, days.first_day + len(days.use) * _DAY


def _fit_days(text: str) -> FittedBaseline:
    days = training.read(text)
    canonical(text, training.written(days), len(days.use))
    return fitted.fit([days])[0]


def _tell_days(text: str, parameters: Mapping[str, Any], around: Around) -> Told:
    days, near = around.days, around.surroundings
    before = Days(days.first_day - _DAY, days.end_day, days.zone)
    warmth, swing = near.daily_c(before), near.swing_c(before)
    heated = None
    if parameters.get("heated"):
        if near.heated is None:
            reason = "fitted by the heating season of a region, and none is told of the month"
            raise InputError(reason, place="")
        heated = near.heated.__contains__
    in_term = None
    if parameters.get("terms"):
        if near.taught is None:
            reason = "fitted by the terms of a school, and none are told of the month"
            raise InputError(reason, place="")
        in_term = {day: day in near.taught for day in near.kinds}
    matrix = features(before.first_day, warmth, near.kinds, heated, swing, in_term)
    learnt = training.read(text)
    known = np.isfinite(learnt.use)
    use = fitted.predict(parameters, matrix)[1:]
    return use, outside(learnt.temperature_c[known], warmth[1:])


def _fit_hours(text: str) -> FittedBaseline:
    found = hours.read(text)
    canonical(text, hours.written(found), len(found.hours))
    return hours.fit([found])[0]


def _tell_hours(text: str, parameters: Mapping[str, Any], around: Around) -> Told:
    days, near = around.days, around.surroundings
    bounds = hour_bounds(days.first_day, days.end_day, days.zone)
    each_c = near.hourly_c(bounds)
    matrix = local_features(local_hours(bounds, days.zone), each_c, near.kinds)
    numbered = {
        **parameters,
        "occupied_hours": [int(each) for each in parameters["occupied_hours"]],
    }
    use = hours.predict(numbered, matrix)
    by_day = daily_sum(
        Series(bounds[:-1], use), day_bounds(days.first_day, days.end_day, days.zone)
    )
    learnt = hours.read(text)
    return by_day, outside(learnt.temperature_c[np.isfinite(learnt.use)], each_c)


def _fit_bills(text: str) -> FittedBaseline:
    found = bills.read(text)
    canonical(text, bills.written(found), len(found.bills) + len(found.temperature_c))
    return bills.fit([found])[0]


def _tell_bills(text: str, parameters: Mapping[str, Any], around: Around) -> Told:
    """Of all days as one bill; where some have no weather, of the others one by one."""
    days = around.days
    warmth = around.surroundings.daily_c(days)
    each = days.each()
    whole = bool(np.isfinite(warmth).all())
    spans = [(days.first_day, days.end_day)] if whole else [(day, day + _DAY) for day in each]
    told = [BillSpan(*span, float("nan"), Source.NOBODY) for span in spans]
    matrix = bills.matrix_of(days.first_day, warmth, told)
    use = bills.predict(parameters, matrix)
    learnt = bills.read(text)
    known = np.isfinite(learnt.use)
    use = np.full(len(each), use[0] / len(each)) if whole else use
    return use, outside(mean_c(learnt.matrix)[known], mean_c(matrix))


STEPS: Mapping[str, Step] = {
    "day,use,temperature_c,kind": Step(_fit_days, _tell_days),
    hours.HEAD: Step(_fit_hours, _tell_hours),
    bills.HEAD: Step(_fit_bills, _tell_bills),
}
"""By how the head of their text begins."""
