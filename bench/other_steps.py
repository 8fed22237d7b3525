"""Meter-years of real buildings by the hour and by the month, as the store would fit them."""

from datetime import date, datetime, timedelta

import numpy as np

from analytics.baseline import bills, hours
from analytics.baseline.bill_spans import bill_spans
from analytics.baseline.fitted import FittedBaseline
from analytics.models.estimator import Floats
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_record import OwnRecord
from bench import held_out


def meter_years(step: str, fuel: str, train: int, test: int) -> list[MeterYear]:
    """One of each meter; `step` is ``hourly`` or ``monthly``."""
    found = _hourly(fuel, train, test) if step == "hourly" else _monthly(fuel, train, test)
    return [
        MeterYear(name, date(test, 1, 1), OwnRecord(model.wander), _deviation(measured, told))
        for name, (model, measured, told) in zip(held_out.meters(fuel), found, strict=True)
    ]


_Told = tuple[FittedBaseline, Floats, Floats]
"""Model, and what was measured and predicted of the test year."""


def _hourly(fuel: str, train: int, test: int) -> list[_Told]:
    seen, told = (held_out.hours(fuel, year) for year in (train, test))
    kinds = held_out.calendar(train)
    trainings = [hours.HourTraining(_local(seen[0]), use, seen[1], kinds) for use in seen[2].T]
    later = hours.HourTraining(_local(told[0]), told[2][:, 0], told[1], held_out.calendar(test))
    return [
        (model, use, hours.predict(model.parameters or {}, later.matrix))
        for model, use in zip(hours.fit(trainings), told[2].T, strict=True)
    ]


def _monthly(fuel: str, train: int, test: int) -> list[_Told]:
    (first, warmth, use), (later, later_c, later_use) = (
        held_out.plain_days(fuel, year) for year in (train, test)
    )
    trainings = [_bills(first, warmth, column) for column in use.T]
    told = [_bills(later, later_c, column) for column in later_use.T]
    return [
        (model, each.use, bills.predict(model.parameters or {}, each.matrix))
        for model, each in zip(bills.fit(trainings), told, strict=True)
    ]


def _bills(first: date, warmth: Floats, use: Floats) -> bills.BillTraining:
    each = (first + timedelta(days=n) for n in range(len(use)))
    metered = {
        day: (float(amount), False)
        for day, amount in zip(each, use, strict=True)
        if np.isfinite(amount)
    }
    spans = bill_spans(first, first + timedelta(days=len(use)), metered, ())
    return bills.BillTraining(first, warmth, spans)


def _local(stamps: list[datetime]) -> list[datetime]:
    return [stamp.astimezone(held_out.ZONE) for stamp in stamps]


def _deviation(measured: Floats, told: Floats) -> float:
    known = np.isfinite(measured) & np.isfinite(told)
    return float(measured[known].sum() / told[known].sum() - 1)
