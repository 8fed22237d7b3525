"""Meters whose devices tell amounts of intervals, or only power: planted use is found again."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.ledger.amounts import of_amounts, of_rate
from analytics.ledger.grading import as_told, intervals_of
from analytics.ledger.local_grid import LocalGrid, local_grid
from analytics.ledger.readings import DAY, MINUTE, Floats, Instants, in_order
from analytics.ledger.register import use_of_history
from analytics.ledger.segments import History
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.interval import Interval
from tests.unit.ledger.synthetic_meter import FIRST, HOUR, T0, event

UTC = ZoneInfo("UTC")
DAYS = 6
HOURS = 10.0 + np.arange(24 * DAYS) % 24 / 4
AT = T0 + np.arange(24 * DAYS) * HOUR


def grid(minutes: int = 60, days: int = DAYS) -> LocalGrid:
    return local_grid(FIRST, FIRST + timedelta(days=days), UTC, step=minutes * MINUTE)


def figures(told: History, on: LocalGrid) -> list[Interval]:
    return list(as_told(intervals_of(use_of_history(told, on), on.bounds), told.segments).rows())


def amounts(ts: Instants, value: Floats) -> list[Interval]:
    return figures(of_amounts(in_order(ts, value), UTC), grid())


def power(ts: Instants, kw: Floats) -> list[Interval]:
    return figures(of_rate(in_order(ts, kw), UTC), grid())


def test_amounts_stay_where_they_are_and_say_what_they_are() -> None:
    rows = amounts(AT, HOURS)
    np.testing.assert_allclose([row.value for row in rows], HOURS)
    assert {row.grading for row in rows} == {("measured", "measured", "interval_amount")}
    assert not any(row.flags for row in rows)


def test_a_missing_amount_is_unknown_and_nobody_elses() -> None:
    rows = amounts(np.delete(AT, 30), np.delete(HOURS, 30))
    assert np.isnan(rows[30].value)
    assert rows[30].grading.method == "not_counted"
    assert rows[30].flags == Flag.GAP
    others = [row.value for number, row in enumerate(rows) if number != 30]
    np.testing.assert_allclose(others, np.delete(HOURS, 30))


@pytest.mark.parametrize("garbage", [-3.0, float("nan"), float("inf"), 1e15])
def test_what_is_no_amount_is_left_out_and_named(garbage: float) -> None:
    told = HOURS.copy()
    told[30] = garbage
    rows = amounts(AT, told)
    assert np.isnan(rows[30].value)
    assert rows[30].flags & Flag.OUT_OF_RANGE
    assert sum(row.value for row in rows if row.value == row.value) == pytest.approx(
        HOURS.sum() - HOURS[30]
    )


def test_a_device_that_changes_the_length_of_its_intervals_loses_nothing() -> None:
    change = 24 * 3
    quarters = AT[change] + np.arange(4 * 24 * (DAYS - 3)) * 15 * MINUTE
    ts = np.concatenate((AT[:change], quarters))
    value = np.concatenate((HOURS[:change], np.repeat(HOURS[change:] / 4, 4)))
    rows = amounts(ts, value)
    np.testing.assert_allclose([row.value for row in rows], HOURS)
    assert not any(row.flags for row in rows)


def test_amounts_of_a_day_keep_their_total_and_do_not_claim_their_hours() -> None:
    rows = amounts(AT[::24], HOURS.reshape(-1, 24).sum(axis=1))
    assert sum(row.value for row in rows) == pytest.approx(HOURS.sum())
    assert {(row.grading.quantity, row.grading.shape) for row in rows} == {
        ("measured", "allocated")
    }


def test_power_is_integrated_and_derived() -> None:
    ts = T0 + np.arange(DAYS * 96 + 1) * 15 * MINUTE
    hour = (ts - T0) / HOUR
    rows = power(ts, 4.0 + hour / 10)
    want = 4.0 + (np.arange(24 * DAYS) + 0.5) / 10
    np.testing.assert_allclose([row.value for row in rows], want)
    assert {row.grading for row in rows} == {("derived", "measured", "power_integral")}


def test_over_a_pause_of_many_readings_power_tells_nothing() -> None:
    ts = T0 + np.arange(DAYS * 96 + 1) * 15 * MINUTE
    out = (ts > T0 + 30 * HOUR) & (ts < T0 + 35 * HOUR)
    rows = power(ts[~out], np.full((~out).sum(), 8.0))
    assert np.flatnonzero(np.isnan([row.value for row in rows])).tolist() == [*range(30, 35)]
    assert all(rows[hour].flags & Flag.GAP for hour in range(30, 35))


def test_a_pause_means_the_same_whatever_was_usual_on_other_days() -> None:
    """A device that told each minute, and then each quarter hour, pauses neither time."""
    often = T0 + np.arange(3 * 1440) * MINUTE
    seldom = T0 + 3 * DAY + np.arange(3 * 96 + 1) * 15 * MINUTE
    rows = power(np.concatenate((often, seldom)), np.full(len(often) + len(seldom), 6.0))
    np.testing.assert_allclose([row.value for row in rows], 6.0)
    assert not any(row.flags for row in rows)


def test_feeding_in_is_no_use() -> None:
    ts = T0 + np.arange(DAYS * 96 + 1) * 15 * MINUTE
    rows = power(ts, np.where((ts - T0) % DAY < 12 * HOUR, 5.0, -5.0))
    assert rows[6].value == 5.0
    assert rows[18].value == 0.0


def test_a_ratio_counts_for_amounts_and_power_from_its_day_on() -> None:
    events = [event(2, "ratio", 40.0)]
    ts = T0 + np.arange(DAYS * 96 + 1) * 15 * MINUTE
    for told in (
        of_amounts(in_order(AT, np.full(len(AT), 3.0)), UTC, events),
        of_rate(in_order(ts, np.full(len(ts), 3.0)), UTC, events),
    ):
        values = [row.value for row in figures(told, grid())]
        np.testing.assert_allclose(values, [3.0] * 48 + [120.0] * (24 * DAYS - 48))


def test_not_one_bit_depends_on_how_many_readings_of_other_days_are_at_hand() -> None:
    rng = np.random.default_rng(3)
    ts = np.unique(T0 + np.sort(rng.integers(0, DAYS * DAY, DAYS * 200)))
    kw = rng.uniform(1, 90, len(ts))
    day = slice(24 * 3, 24 * 4)
    whole = power(ts, kw)[day]
    near = (ts >= T0 + 2 * DAY) & (ts < T0 + 5 * DAY)
    assert power(ts[near], kw[near])[24:48] == whole
    used = rng.uniform(1, 90, len(AT))
    near = (AT >= T0 + 2 * DAY) & (AT < T0 + 5 * DAY)
    assert amounts(AT[near], used[near])[24:48] == amounts(AT, used)[day]


def test_a_figure_does_not_change_when_its_day_goes_on() -> None:
    rng = np.random.default_rng(4)
    kw = rng.uniform(1, 90, 96)
    ts = T0 + np.arange(96) * 15 * MINUTE + 7 * MINUTE
    half = power(ts[:48], kw[:48])
    assert power(ts, kw)[: len(half) - 1] == half[:-1]


MINUTES = T0 + np.arange(DAYS * 1440) * MINUTE
KW = np.repeat(HOURS, 60) + np.arange(DAYS * 1440) % 7 / 10


def told_use(rows: list[Interval], *, sure: bool) -> float:
    return sum(row.value for row in rows if (row.grading.quantity == "derived") is sure)


@pytest.mark.parametrize("kw", [1e4, 1e6, 1e9])
def test_power_that_nothing_behind_the_meter_can_have_is_not_integrated(kw: float) -> None:
    spoilt = KW.copy()
    spoilt[3000] = kw
    rows = power(MINUTES, spoilt)
    assert told_use(rows, sure=True) == pytest.approx(KW.sum() / 60, rel=1e-3)
    assert [n for n, row in enumerate(rows) if row.flags & Flag.SPIKE] == [49, 50]


def test_garbage_of_half_an_hour_leaves_its_hours_unknown() -> None:
    spoilt = KW.copy()
    spoilt[3010:3040] = 1e6
    rows = power(MINUTES, spoilt)
    assert [n for n, row in enumerate(rows) if row.grading.quantity == "estimated"] == [50]
    assert max(row.value for row in rows) < 20


def test_power_many_times_the_usual_counts_and_says_so() -> None:
    odd = KW.copy()
    odd[3010:3020] = 1500.0
    rows = power(MINUTES, odd)
    assert [n for n, row in enumerate(rows) if row.flags & Flag.SURGE] == [50]
    assert told_use(rows, sure=True) == pytest.approx(odd.sum() / 60, rel=1e-2)


def test_hours_without_power_of_a_meter_that_always_has_some_are_not_measured_as_nothing() -> None:
    off = KW.copy()
    off[3000:3300] = 0.0
    rows = power(MINUTES, off)
    unknown = [n for n, row in enumerate(rows) if row.grading.quantity == "estimated"]
    assert unknown == [50, 51, 52, 53, 54]
    assert all(rows[n].flags & Flag.FROZEN for n in unknown)


def test_a_plant_that_has_its_nights_has_no_power_then() -> None:
    sun = np.maximum(np.sin((np.arange(DAYS * 1440) % 1440 - 360) / 720 * np.pi), 0.0) * 40
    rows = power(MINUTES, sun)
    assert {row.grading.quantity for row in rows} == {"derived"}
    assert not any(row.flags & ~Flag.PARTIAL for row in rows)


def test_one_amount_told_for_more_than_a_day_is_no_measurement_and_a_constant_one_is() -> None:
    quarters, each = AT[0] + np.arange(96 * DAYS) * 15 * MINUTE, KW[::15] / 4
    stuck = each.copy()
    stuck[200:310] = stuck[200]
    rows = amounts(quarters, stuck)
    unknown = [n for n, row in enumerate(rows) if row.grading.quantity == "estimated"]
    assert unknown == [*range(50, 78)]
    assert all(rows[n].flags & Flag.FROZEN for n in unknown)
    steady = amounts(quarters, np.full(len(quarters), 3.0))
    assert {row.grading.quantity for row in steady} == {"measured"}
