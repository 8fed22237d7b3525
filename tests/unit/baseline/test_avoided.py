"""Kept models predict as they did; savings are sums of days that count, and say which do not."""

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.baseline.avoided import Adjustment, Drivers, LeftOut, avoided_days, by_month
from analytics.baseline.fitted import NO_CALENDAR, fit, predict
from analytics.baseline.training import Training
from domain.calendar import days, usual_kind
from tests.baselined_building import FIRST, TRAINED, temperature_c, unsaved

EACH = [*days(FIRST, TRAINED)]
WARMTH = np.array([temperature_c(day) for day in EACH])
USE = np.array([*unsaved(FIRST, TRAINED).values()])
KINDS = {day: usual_kind(day) for day in EACH}


def test_many_meters_fitted_at_once_are_those_fitted_alone() -> None:
    gaps = USE.copy()
    gaps[40:80] = np.nan
    each = [Training(FIRST, use, WARMTH, KINDS) for use in (USE, 3 * USE, gaps, 0 * USE)]
    together = fit(each)
    for training, found in zip(each, together, strict=True):
        [alone] = fit([training])
        assert alone.model == found.model
        assert alone.refusals == found.refusals
        if alone.parameters is not None and found.parameters is not None:
            np.testing.assert_allclose(
                predict(alone.parameters, training.matrix),
                predict(found.parameters, training.matrix),
            )
    assert together[3].refusals == ["all_zero"]
    assert "gaps_in_training" in together[2].refusals


def test_the_planted_use_is_predicted_from_the_kept_parameters() -> None:
    training = Training(FIRST, USE, WARMTH, KINDS)
    [found] = fit([training])
    assert found.model == "daily 5P, year"
    assert found.parameters is not None
    assert found.parameters["change_c"] == [12.0, 22.0]
    np.testing.assert_allclose(predict(found.parameters, training.matrix)[1:], USE[1:], rtol=0.02)
    assert found.range_c == (WARMTH.min(), WARMTH.max())


def test_no_kind_of_day_is_guessed_at() -> None:
    [found] = fit([Training(FIRST, USE, WARMTH, {FIRST: KINDS[FIRST]})])
    assert (found.model, found.refusals) == (None, [NO_CALENDAR])


def test_days_that_do_not_count_say_why() -> None:
    drivers = Drivers(FIRST, np.array([5.0, np.nan, 5.0, 99.0, 5.0]), frozenset({EACH[4]}))
    predicted = np.array([10.0, np.nan, 10.0, 10.0, 10.0])
    actual = {EACH[0]: (8.0, False), EACH[1]: (8.0, False), EACH[2]: (0.0, False)}
    actual |= {EACH[3]: (9.0, True), EACH[4]: (9.0, False)}
    found = avoided_days(drivers, predicted, actual, [], range_c=(0.0, 30.0), idles=False)
    assert [day.left_out for day in found] == [
        None, LeftOut.NO_WEATHER, LeftOut.ZERO, None, LeftOut.NO_CALENDAR
    ]  # fmt: skip
    assert [day.saving for day in found] == [2.0, None, None, 1.0, None]
    assert [day.cumulative for day in found] == [2.0, None, None, 3.0, None]
    assert [day.outside for day in found] == [False, False, False, True, False]
    idling = avoided_days(drivers, predicted, actual, [], range_c=(0.0, 30.0), idles=True)
    assert idling[2].saving == 10.0
    [month] = by_month(found)
    assert (month.saving, month.days, month.left_out) == (3.0, 2, 3)


@pytest.mark.parametrize(("end", "expected"), [(EACH[3], 10.0), (None, 20.0)])
def test_an_event_adjusts_its_days_alone(end: date | None, expected: float) -> None:
    drivers = Drivers(FIRST, np.full(5, 5.0), frozenset())
    actual = {FIRST + timedelta(days=n): (10.0, False) for n in range(5)}
    found = avoided_days(
        drivers,
        np.full(5, 10.0),
        actual,
        [Adjustment(1, EACH[1], end, 5.0)],
        range_c=(0.0, 30.0),
        idles=False,
    )
    assert sum(day.saving or 0.0 for day in found) == expected
