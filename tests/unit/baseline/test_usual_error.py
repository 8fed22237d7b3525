"""The band of a baseline is a count of its training: nine of ten days lay within."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from analytics.baseline import bills, fitted, hours, training
from analytics.baseline.bill_spans import BillSpan, Source
from analytics.baseline.training import Training
from analytics.baseline.usual_error import usual_error
from domain.baseline import Step
from domain.calendar import DayKind
from tests.estate import SHANGHAI

FIRST = date(2024, 1, 1)
DAYS = 200
STRAYED = 7.0
"""How far each tenth day lies off. [kWh/d]"""


def days() -> Training:
    kinds = {FIRST + timedelta(days=n): DayKind.WORKDAY for n in range(DAYS)}
    return Training(FIRST, np.full(DAYS, 100.0), np.full(DAYS, 20.0), kinds)


def of_days(use: np.ndarray) -> float | None:
    told = replace(days(), use=use)
    [model] = fitted.fit([days()])
    assert model.parameters is not None
    return usual_error(Step.DAILY, model.parameters, training.written(told))


def test_nine_of_ten_days_lie_within() -> None:
    use = np.full(DAYS, 100.0) + np.arange(DAYS) % 10
    assert of_days(use) == pytest.approx(8.0, abs=0.01)


def test_days_that_nobody_measured_tell_nothing() -> None:
    use = np.full(DAYS, 100.0 + STRAYED)
    use[::2] = np.nan
    assert of_days(use) == pytest.approx(STRAYED, abs=0.01)
    assert of_days(np.full(DAYS, np.nan)) is None


def test_of_hours_the_sum_of_each_day_is_held_against_the_model() -> None:
    stamps = [
        datetime.combine(FIRST, datetime.min.time(), SHANGHAI) + timedelta(hours=n)
        for n in range(24 * DAYS)
    ]
    flat = np.full(len(stamps), 5.0)
    whole = hours.HourTraining(stamps, flat, np.full(len(stamps), 20.0), days().kinds)
    [model] = hours.fit([whole])
    assert model.parameters is not None
    # Up in one hour and down in the next: the day is as it was.
    up_and_down = replace(whole, use=flat + np.where(np.arange(len(flat)) % 2, 1.0, -1.0))
    higher = replace(whole, use=flat + STRAYED / 24)
    for told, error in ((up_and_down, 0.0), (higher, STRAYED)):
        text = hours.written(told)
        assert usual_error(Step.HOURLY, model.parameters, text) == pytest.approx(error, abs=0.02)


def test_of_bills_it_is_told_per_day() -> None:
    starts = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(25)]
    warmth = np.full((starts[-1] - starts[0]).days, 20.0)

    def told(per_day: float) -> bills.BillTraining:
        spans = [
            BillSpan(first, end, per_day * (end - first).days, Source.BILLED)
            for first, end in pairwise(starts)
        ]
        return bills.BillTraining(starts[0], warmth, spans)

    [model] = bills.fit([told(100.0)])
    assert model.parameters is not None
    text = bills.written(told(100.0 + STRAYED))
    assert usual_error(Step.MONTHLY, model.parameters, text) == pytest.approx(STRAYED, abs=0.02)
