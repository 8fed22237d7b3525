"""A plant that yields less than the sun allows is found; dull weather is no fault."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.finding import Finding, Priority
from analytics.rules.thresholds import MeterClass, thresholds

HOUR = 3_600_000_000
UTC = ZoneInfo("UTC")
DAYS = 90


def sky(seed: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Irradiance by the hour, shape (DAYS, 24): bright days and dull weeks. [W/m2]."""
    rng = np.random.default_rng(seed)
    day = np.clip(np.sin(np.pi * (np.arange(24) - 5.5) / 13), 0, None)
    return 900 * day * rng.uniform(0.15, 1.0, (DAYS, 1)) * rng.uniform(0.8, 1.0, (DAYS, 24))


def series(values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Series:
    return Series(np.arange(values.size, dtype=np.int64) * HOUR, values.ravel())


def found(made: Series, sun: Series | None) -> list[Finding]:
    told = judge(made, MeterClass.PV, thresholds(MeterClass.PV), Surroundings(UTC, sun=sun))
    return [each for each in told if each.kind == "pv_yield"]


def test_half_the_strings_gone_are_half_the_yield() -> None:
    sun = sky(1)
    made = 0.08 * sun
    made[60:70] *= 0.5
    (told,) = found(series(made), series(sun))
    assert told.evidence["share_of_usual"] == pytest.approx(0.5, abs=0.02)
    lost = told.evidence["sum_below_expected"]
    assert isinstance(lost, float)
    bright = sun[60:70].sum(axis=1) >= 0.25 * sun.sum(axis=1).max()
    assert lost == pytest.approx(0.04 * sun[60:70][bright].sum(), rel=0.1)


def test_one_day_without_any_yield_is_enough_where_the_sun_is_known() -> None:
    sun = sky(2)
    made = 0.08 * sun
    brightest = 50 + int(sun[50:].sum(axis=1).argmax())
    made[brightest] = 0.0
    (told,) = found(series(made), series(sun))
    assert told.priority is Priority.HIGH


@pytest.mark.parametrize("seed", range(10))
def test_dull_weeks_are_no_fault_with_or_without_a_sensor(seed: int) -> None:
    sun = sky(seed)
    sun[50:62] *= 0.3
    made = 0.08 * sun * np.random.default_rng(seed).uniform(0.95, 1.05, sun.shape)
    assert found(series(made), series(sun)) == []
    assert found(series(made), None) == []


def test_a_dead_plant_is_found_without_a_sensor_and_by_the_plant_beside_it() -> None:
    sun = sky(3)
    made, beside = 0.08 * sun, 0.05 * sun
    made[60:66] = 0.0
    assert len(found(series(made), None)) == 1
    made = 0.08 * sun
    made[60:70] *= 0.6
    assert found(series(made), None) == []
    assert len(found(series(made), series(beside))) == 1
