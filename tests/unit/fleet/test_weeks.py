"""Simulated weeks with known truth at several samplings: nothing lost, nothing invented."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from analytics.fleet.samples import VehicleSamples
from analytics.fleet.segment import Segment
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.fleet.whereabouts import edges
from device_sim.faults.terminal import asleep, invalid, jittering, without
from device_sim.samples import Samples
from device_sim.vehicle_week import Done, VehicleWeek, vehicle_week
from tests.told_vehicle import KM_PER_DEG, SECOND, charges, stops, told, trips

EACH = [(1, 1), *((seed, step_s) for step_s in (10, 30, 120) for seed in (1, 2, 3))]
"""Seed and sampling. [s]"""
ODOMETER_KM = 0.1
"""Resolution of the odometer, which cuts off at both ends. [km]"""


@cache
def week(seed: int) -> VehicleWeek:
    return vehicle_week(seed, date(2026, 3, 9))


@cache
def samples(seed: int, step_s: int) -> Samples:
    return week(seed).samples(step_s)


def kind(seed: int) -> VehicleClass:
    return VehicleClass(battery_kwh=week(seed).terminal.vehicle.model.battery_kwh)


def busy(seed: int) -> list[tuple[int, int]]:
    return [(each.start_s, each.end_s) for each in week(seed).activities]


def expect(found: list[Segment], truth: list[Done], step_s: int) -> None:
    assert len(found) == len(truth)
    for one, true in zip(found, truth, strict=True):
        assert abs(one.start / SECOND - true.start_s) <= step_s
        assert abs(one.end / SECOND - true.end_s) <= step_s
        assert (one.start_after or 0) <= true.start_s * SECOND <= one.start
        assert one.end <= true.end_s * SECOND <= (one.end_before or true.end_s * SECOND)


def expect_stops(seed: int, found: list[Segment], heard: VehicleSamples, step_s: int) -> None:
    """Each stop lasts from one drive to the next, and is where the vehicle stood, to 1 m."""
    drives, stood = week(seed).drives(), stops(found)[1:-1]
    assert len(stood) == len(drives) - 1
    dense = samples(seed, 10)
    for one, begun, ended, before, after in zip(
        stood, *edges(heard, stood), drives[:-1], drives[1:], strict=True
    ):
        assert abs(one.start / SECOND - before.end_s) <= step_s
        assert abs(one.end / SECOND - after.start_s) <= step_s
        at = np.searchsorted(dense.at_s, before.end_s + 10)
        track = (dense.values[name] for name in ("latitude_deg", "longitude_deg"))
        here = [np.asarray(column, np.float64)[at] for column in track]
        for place in (begun, ended):
            assert place is not None
            assert np.hypot(*np.subtract(place, here)) * KM_PER_DEG * 1000 <= 1.0


def expect_week(seed: int, told_by: Samples, step_s: int) -> list[Segment]:
    heard = told(told_by)
    found = segments(heard, kind(seed))
    expect(trips(found), week(seed).drives(), step_s)
    expect(charges(found), week(seed).plug_ins(), step_s)
    expect_stops(seed, found, heard, step_s)
    for trip, true in zip(trips(found), week(seed).drives(), strict=True):
        assert trip.km.amount == pytest.approx(true.km, rel=0.01, abs=ODOMETER_KM)
    driven = sum(trip.km.amount or 0 for trip in trips(found))
    assert driven == pytest.approx(sum(true.km for true in week(seed).drives()), rel=0.01)
    return found


@pytest.mark.parametrize(("seed", "step_s"), EACH)
def test_every_trip_and_plug_in_is_found_within_one_sampling(seed: int, step_s: int) -> None:
    found = expect_week(seed, samples(seed, step_s), step_s)
    assert not any(each.estimated for each in found)
    for trip, true in zip(trips(found), week(seed).drives(), strict=True):
        assert trip.kwh.by == "counter"
        assert trip.kwh.amount == pytest.approx(true.kwh, abs=0.03)
        assert "energies_disagree" not in trip.doubts.names
    for charge, true in zip(charges(found), week(seed).plug_ins(), strict=True):
        assert charge.kwh.amount == pytest.approx(true.kwh, abs=0.03)
        assert charge.doubts.names == []
    assert any(true.parts > 1 for true in week(seed).plug_ins())


@pytest.mark.parametrize(("seed", "step_s"), EACH)
def test_a_trip_ends_where_the_next_one_begins(seed: int, step_s: int) -> None:
    """Where the vehicle stood in between, however far it went in one sampling."""
    heard = told(samples(seed, step_s))
    begun, ended = edges(heard, trips(segments(heard, kind(seed))))
    assert ended[:-1] == begun[1:]


@pytest.mark.parametrize(("seed", "step_s"), EACH)
def test_a_terminal_that_sleeps_while_parked_tells_the_same(seed: int, step_s: int) -> None:
    found = expect_week(seed, asleep(samples(seed, step_s), busy(seed)), step_s)
    assert all(trip.kwh.by == "counter" for trip in trips(found))


@pytest.mark.parametrize("step_s", [10, 30])
def test_jitter_and_invalid_codes_change_nothing(step_s: int) -> None:
    chance = np.random.default_rng(4)
    spoilt = invalid(jittering(samples(1, step_s), 15.0, chance), 0.02, chance)
    found = segments(told(spoilt), kind(1))
    expect(trips(found), week(1).drives(), step_s)
    assert sum(t.km.amount or 0 for t in trips(found)) == pytest.approx(
        sum(true.km for true in week(1).drives()), rel=0.01
    )


@pytest.mark.parametrize("step_s", [10, 30])
def test_without_an_odometer_speed_tells_the_way(step_s: int) -> None:
    found = segments(told(without(samples(2, step_s), "odometer_km")), kind(2))
    expect(trips(found), week(2).drives(), step_s)
    assert {trip.km.by for trip in trips(found)} == {"speed"}
    driven = sum(trip.km.amount or 0 for trip in trips(found))
    assert driven == pytest.approx(sum(true.km for true in week(2).drives()), rel=0.01)


@pytest.mark.parametrize("step_s", [10, 30])
def test_without_gear_and_ready_the_trips_are_the_same(step_s: int) -> None:
    blind = without(samples(3, step_s), "gear", "vehicle_state")
    found = segments(told(blind), kind(3))
    truth = week(3).drives()
    assert len(trips(found)) == len(truth)
    for trip, true in zip(trips(found), truth, strict=True):
        assert trip.start / SECOND == pytest.approx(true.start_s, abs=step_s + 2)
        assert trip.end / SECOND == pytest.approx(true.end_s, abs=step_s + 2)


def test_charges_are_found_by_current_counter_and_charge_as_well() -> None:
    without_state = without(samples(1, 30), "charge_state")
    expect(charges(segments(told(without_state), kind(1))), week(1).plug_ins(), 30)
    for kept in ("energy_charged_kwh", "soc_pct"):
        electric = {"charge_state", "pack_current_a", "energy_charged_kwh", "soc_pct"} - {kept}
        found = charges(segments(told(without(samples(1, 30), *electric)), kind(1)))
        truth = week(1).plug_ins()
        assert len(found) == len(truth)
        for charge, true in zip(found, truth, strict=True):
            assert charge.start / SECOND == pytest.approx(true.start_s, abs=300)
            assert charge.kwh.amount == pytest.approx(true.kwh, rel=0.02)
