"""Demand, power factor, phases, circuits and feeders, each with a fault planted."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series, instant
from analytics.rules.day_grid import DayGrid, day_grid
from analytics.rules.demand import demand
from analytics.rules.feeder import feeder_balance
from analytics.rules.finding import Priority
from analytics.rules.heat import circuit_faults, heating_and_cooling
from analytics.rules.off_day_use import off_day_use
from analytics.rules.phases import current_faults, voltage_faults
from analytics.rules.power_factor import low_power_factor
from analytics.rules.thresholds import MeterClass, thresholds

HOUR = 3_600_000_000
MINUTE = HOUR // 60
RULES = thresholds(MeterClass.ELECTRICITY)
UTC = ZoneInfo("UTC")


def grid(values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> DayGrid:
    ts = np.arange(values.size, dtype=np.int64) * HOUR
    return day_grid(Series(ts, values.ravel()), UTC, {})


def test_demand_near_the_contract_is_high_and_above_it_urgent() -> None:
    ts = np.arange(4 * 24 * 20, dtype=np.int64) * 15 * MINUTE
    power = np.full(len(ts), 60.0)
    power[500:503] = 93.0
    power[1500] = 104.0
    near, above = demand(Series(ts, power), 100.0, RULES.demand)
    assert (near.priority, near.actual) == (Priority.HIGH, 93.0)
    assert (near.start, near.end) == (instant(int(ts[500])), instant(int(ts[503])))
    assert (above.priority, above.actual) == (Priority.URGENT, 104.0)
    assert above.evidence["share_of_contract"] == pytest.approx(1.04)


def test_demand_is_the_mean_of_fifteen_minutes_and_a_minute_says_nothing() -> None:
    ts = np.arange(60 * 24, dtype=np.int64) * MINUTE
    power = np.full(len(ts), 60.0)
    power[700] = 500.0
    assert demand(Series(ts, power), 100.0, RULES.demand) == []
    power[700:715] = 95.0
    (found,) = demand(Series(ts, power), 100.0, RULES.demand)
    assert found.actual == pytest.approx(95.0)


def test_a_window_that_lacks_a_minute_has_no_demand() -> None:
    ts = np.arange(60 * 24, dtype=np.int64) * MINUTE
    power = np.full(len(ts), 120.0)
    power[::10] = np.nan
    assert demand(Series(ts, power), 100.0, RULES.demand) == []


def test_a_month_of_too_much_reactive_energy_is_found_a_week_is_not() -> None:
    active = np.full((90, 24), 100.0)
    reactive = np.full((90, 24), 30.0)
    reactive[40:45] = 80.0
    assert low_power_factor(grid(active), reactive, RULES.low_power_factor) == []
    reactive[40:] = 80.0
    (found,) = low_power_factor(grid(active), reactive, RULES.low_power_factor)
    assert found.expected == 0.9
    assert found.actual == pytest.approx(100 / np.hypot(100, 80))


def test_a_voltage_below_the_band_for_an_hour_is_found() -> None:
    ts = np.arange(200, dtype=np.int64) * 15 * MINUTE
    voltage = np.tile([230.0, 231.0, 229.0], (200, 1))
    voltage[80:90] -= 40
    voltage[120:122] -= 40
    (found,) = voltage_faults(ts, voltage, RULES.phases)
    assert (found.kind, found.expected) == ("voltage_low", 198.0)
    assert found.start == instant(int(ts[80]))
    assert found.evidence["hours"] == 2.5


def test_a_phase_without_current_is_lost_and_not_merely_uneven() -> None:
    ts = np.arange(200, dtype=np.int64) * 15 * MINUTE
    current = np.tile([100.0, 104.0, 97.0], (200, 1))
    current[50:60, 1] = 0.0
    current[100:110, 2] = 40.0
    lost, uneven = current_faults(ts, current, RULES.phases)
    assert (lost.kind, lost.priority) == ("phase_loss", Priority.URGENT)
    assert (uneven.kind, uneven.start) == ("current_unbalance", instant(int(ts[100])))


def test_three_phases_at_rest_or_unknown_are_no_fault() -> None:
    ts = np.arange(200, dtype=np.int64) * 15 * MINUTE
    current = np.tile([100.0, 104.0, 97.0], (200, 1))
    current[50:100] = [2.0, 0.0, 1.0]
    current[150:170] = np.nan
    assert current_faults(ts, current, RULES.phases) == []


def test_water_pumped_in_vain_and_a_circuit_that_is_turned_around() -> None:
    ts = np.arange(300, dtype=np.int64) * HOUR
    supply, back, flow = np.full(300, 55.0), np.full(300, 40.0), np.full(300, 8.0)
    back[50:60] = 54.0
    back[120:130] = 58.0
    flow[200:220], back[200:220] = 0.1, 55.0
    vain, turned = circuit_faults(ts, supply, back, flow, RULES.heat)
    assert (vain.kind, vain.start) == ("low_difference", instant(50 * HOUR))
    assert (turned.kind, turned.start) == ("reversed_circuit", instant(120 * HOUR))


def test_heating_and_cooling_at_once_for_three_hours() -> None:
    ts = np.arange(300, dtype=np.int64) * HOUR
    heating = np.where(np.arange(300) < 153, 80.0, 0.0)
    cooling = np.where(np.arange(300) >= 150, 60.0, 0.0)
    (found,) = heating_and_cooling(ts, heating, cooling, RULES.heat)
    assert (found.start, found.end) == (instant(150 * HOUR), instant(153 * HOUR))
    assert found.actual == 60.0


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
