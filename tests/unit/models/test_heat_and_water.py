"""Heat that a heating season drives and water that people drive: planted truths come out again."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.by_day import by_day
from analytics.models.day import felt_c
from analytics.models.estimator import Floats
from analytics.models.period import Period
from analytics.models.record import HeatingDays, Record
from analytics.models.refusal import Refusal
from analytics.models.saving import Saving
from analytics.models.series import Series, day_bounds
from domain.calendar import DayKind
from tests.unit.models.planted import temperatures, weekends

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, TURN, END = date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)
DAYS = (END - FIRST).days
WEATHER = temperatures(DAYS, seed=4)
SEASON = HeatingDays((11, 15), (3, 15))
EACH = [FIRST + timedelta(days=n) for n in range(DAYS)]
AFTER = np.array([day >= TURN for day in EACH])
HOLIDAYS = {
    date(year, month, day): DayKind.HOLIDAY
    for year in (2024, 2025)
    for month, day in ((1, 1), *((10, n) for n in range(1, 8)))
}
MAKEUP = {date(2024, 9, 29): DayKind.MAKEUP_WORKDAY, date(2025, 9, 28): DayKind.MAKEUP_WORKDAY}
KINDS = HOLIDAYS | MAKEUP
OFF = np.where([day in HOLIDAYS for day in EACH], 1, weekends(DAYS, FIRST))
OFF = np.where([day in MAKEUP for day in EACH], 0, OFF)


def saved(use: Floats, heated: HeatingDays | None = None) -> Saving:
    bounds = day_bounds(FIRST, END, ZONE)
    hours = np.arange(bounds[0], bounds[-1], 3_600_000_000)
    weather = Series(hours, np.repeat(WEATHER, 24))
    record = Record(Series(bounds[:-1], use), weather, Series(bounds[:0], np.empty(0)), heated)
    return by_day(record, Period(FIRST, TURN), Period(TURN, END), ZONE, KINDS)


def share(found: Saving) -> float:
    baseline, actual = found.totals
    assert baseline is not None
    assert actual is not None
    return 1 - actual / baseline


@pytest.fixture(scope="module")
def heat() -> Floats:
    """40 GJ and 3.5 more for each degree below 18 on days of the season, else nothing. [GJ/d]."""
    runs = np.array([SEASON(day) for day in EACH])
    noise = np.random.default_rng(1).normal(0, 3, DAYS)
    return np.where(runs, 40 + 3.5 * np.maximum(18 - felt_c(WEATHER), 0) + noise, 0.0)


@pytest.fixture(scope="module")
def water() -> Floats:
    """60 m3 on workdays, also on worked weekends, 9 on the others, whatever the weather. [m3/d]."""
    return np.where(OFF > 0, 9.0, 60.0) + np.random.default_rng(2).normal(0, 2, DAYS)


def test_a_cut_of_heat_is_found_and_what_drives_it(heat: Floats) -> None:
    found = saved(heat * np.where(AFTER, 0.88, 1.0), SEASON)
    assert found.refusals == []
    assert share(found) == pytest.approx(0.12, abs=0.01)
    slopes = found.params["heating_per_c_day"]
    assert slopes["workday winter"] == pytest.approx(3.5, rel=0.1)
    assert found.params["base_per_day"]["workday summer"] == pytest.approx(0, abs=1)
    assert found.params["cooling_from_c"] is None
    assert found.train.cvrmse is not None
    assert found.train.cvrmse < 0.15


def test_days_without_heat_are_days_of_a_meter_that_idles(heat: Floats) -> None:
    found = saved(heat, SEASON)
    assert np.isfinite(found.actual).all(), "summer is neither a gap nor left out"
    assert share(found) == pytest.approx(0, abs=0.01)


def test_without_its_season_heat_is_told_worse(heat: Floats) -> None:
    with_season, without = (saved(heat, season).report.cvrmse for season in (SEASON, None))
    assert with_season is not None
    assert without is not None
    assert with_season < 0.6 * without


def test_a_cut_of_water_is_found_and_no_weather_in_it(water: Floats) -> None:
    found = saved(water * np.where(AFTER, 0.85, 1.0))
    assert found.refusals == []
    assert share(found) == pytest.approx(0.15, abs=0.01)
    base = found.params["base_per_day"]
    assert base["workday winter"] == pytest.approx(60, abs=2)
    assert base["off winter"] == pytest.approx(9, abs=2)
    baseline = found.baseline[np.isfinite(found.baseline)]
    worked = baseline[OFF[AFTER] == 0]
    assert np.ptp(worked) < 4, "all workdays alike, cold or hot"


def test_a_leak_is_no_use_of_people(water: Floats) -> None:
    """A cubic metre an hour from the turn on is a loss, on workdays and days off alike."""
    found = saved(water + 24.0 * AFTER)
    baseline, actual = found.totals
    assert baseline is not None
    assert actual is not None
    assert (actual - baseline) / 365 == pytest.approx(24, rel=0.03)


def test_water_that_nobody_used_has_no_baseline() -> None:
    assert saved(np.zeros(DAYS)).refusals == [Refusal.ALL_ZERO]
