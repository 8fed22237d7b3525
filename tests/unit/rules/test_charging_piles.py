"""Meters of piles have no rhythm: nothing is unlike the usual there; faults of the meter are."""

from datetime import UTC, datetime

import numpy as np
import pytest

from analytics.models.series import Series
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.expectation import expectation
from analytics.rules.thresholds import MeterClass, class_of, thresholds
from bench.pile_meters import false_pile_alerts, pile_hours
from domain.registry import FED_IN

RULES = thresholds(MeterClass.CHARGING)
AROUND = Surroundings(UTC)
DAYS = 100


def test_what_piles_draw_is_no_alert_and_would_be_one_of_a_building() -> None:
    assert false_pile_alerts(range(5, 7), weeks=3) == 0
    assert false_pile_alerts(range(5, 6), weeks=3, judged_as=MeterClass.ELECTRICITY) > 0.1


@pytest.fixture(scope="module")
def pile() -> Series:
    return next(iter(pile_hours(5, DAYS)))


def found(series: Series, at: int, end: int, value: float) -> list[str]:
    told = series.value.copy()
    told[at:end] = value
    known = np.isfinite(told)
    hours = Series(series.ts[known], told[known])
    return [each.kind for each in judge(hours, MeterClass.CHARGING, RULES, AROUND)]


def test_faults_of_its_meter_are_still_told(pile: Series) -> None:
    assert found(pile, 0, 0, 0.0) == []
    assert found(pile, 2000, 2030, np.nan) == ["silent"]
    assert found(pile, 2000, 2001, -3.0) == ["implausible"]
    assert found(pile, 2000, 2001, 1e6) == ["implausible"]
    assert found(pile, 2000, 2200, 5.5) == ["stuck"]


def test_a_long_charge_is_not_stuck_and_a_seldom_used_pile_is_not_either(pile: Series) -> None:
    assert found(pile, 2000, 2024, 7.0) == []
    assert found(pile, 1000, 2400, 0.0) == []


def test_the_first_charges_of_a_new_pile_are_not_implausible() -> None:
    value = np.zeros(24 * DAYS)
    value[2000:2003] = 1.2, 4.0, 58.0
    at = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) + 3600 * np.arange(len(value))
    series = Series(at * 1_000_000, value)
    assert judge(series, MeterClass.CHARGING, RULES, AROUND) == []
    assert judge(series, MeterClass.ELECTRICITY, thresholds(MeterClass.ELECTRICITY), AROUND) != []


def test_nothing_is_expected_of_a_pile(pile: Series) -> None:
    assert expectation(pile, MeterClass.CHARGING, RULES, AROUND) is None


def test_only_what_draws_for_vehicles_is_one() -> None:
    drawn = "active_energy_import_kwh"
    assert class_of("electricity", drawn, "sub", charges=True) is MeterClass.CHARGING
    assert class_of("electricity", drawn, "sub", charges=False) is MeterClass.ELECTRICITY
    assert class_of("electricity", FED_IN, "check", charges=True) is MeterClass.PV
