"""Power factor, heating beside cooling, feeders and days off, each with a fault planted."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series, instant
from analytics.rules.day_grid import DayGrid, day_grid
from analytics.rules.feeder import feeder_balance
from analytics.rules.finding import Priority
from analytics.rules.heat import heating_and_cooling
from analytics.rules.off_day_use import off_day_use
from analytics.rules.power_factor import low_power_factor
from analytics.rules.thresholds import MeterClass, thresholds

HOUR = 3_600_000_000
RULES = thresholds(MeterClass.ELECTRICITY)
UTC = ZoneInfo("UTC")


def grid(values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> DayGrid:
    ts = np.arange(values.size, dtype=np.int64) * HOUR
    return day_grid(Series(ts, values.ravel()), UTC, {})


def test_a_month_of_too_much_reactive_energy_is_found_a_week_is_not() -> None:
    active = np.full((90, 24), 100.0)
    reactive = np.full((90, 24), 30.0)
    reactive[40:45] = 80.0
    assert low_power_factor(grid(active), reactive, RULES.low_power_factor) == []
    reactive[40:] = 80.0
    (found,) = low_power_factor(grid(active), reactive, RULES.low_power_factor)
    assert found.expected == 0.9
    assert found.actual == pytest.approx(100 / np.hypot(100, 80))


def test_heating_and_cooling_at_once_for_three_hours() -> None:
    ts = np.arange(300, dtype=np.int64) * HOUR
    heating = np.where(np.arange(300) < 153, 80.0, 0.0)
    cooling = np.where(np.arange(300) >= 150, 60.0, 0.0)
    (found,) = heating_and_cooling(ts, heating, cooling, RULES.heat)
    assert (found.start, found.end) == (instant(150 * HOUR), instant(153 * HOUR))
    assert found.actual == 60.0
    assert found.evidence["sum_above_expected"] == 180.0


def test_meters_that_no_longer_add_up_to_their_main_meter() -> None:
    main = np.full((60, 24), 100.0)
    below = main * 0.97
    below[30:34] *= 0.8
    (found,) = feeder_balance(grid(main), below, RULES.feeder)
    assert (found.start, found.end) == (instant(30 * 24 * HOUR), instant(34 * 24 * HOUR))
    assert found.priority is Priority.HIGH
    assert found.evidence["usual_share"] == pytest.approx(0.03)


def test_a_share_that_was_never_metered_is_no_finding() -> None:
    main = np.full((60, 24), 100.0)
    assert feeder_balance(grid(main), main * 0.7, RULES.feeder) == []


def test_a_meter_that_never_counts_on_days_off_has_a_finite_score_when_it_does() -> None:
    values = np.full((98, 24), 10.0)
    days = grid(values)
    values[days.off] = 0.0
    worked = np.flatnonzero(days.off)[20]
    values[worked] = 8.0
    (found,) = off_day_use(grid(values), RULES.off_day_use)
    assert (found.expected, found.actual) == (0.0, pytest.approx(192.0))
    assert 1.0 < found.score < 100.0
