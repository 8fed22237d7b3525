"""Vehicles that tell each value in a message of its own, or some of them seldom."""

from datetime import date

import numpy as np
import pytest

from analytics.fleet.samples import CODES, LIMITS, VehicleSamples, coded, in_order
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from device_sim.samples import Samples
from device_sim.vehicle_week import VehicleWeek, vehicle_week
from tests.told_vehicle import SECOND, charges, told, trips

STEP_S = 10


@pytest.fixture(scope="module")
def week() -> VehicleWeek:
    return vehicle_week(2, date(2026, 3, 9))


@pytest.fixture(scope="module")
def samples(week: VehicleWeek) -> Samples:
    return week.samples(STEP_S)


@pytest.fixture
def kind(week: VehicleWeek) -> VehicleClass:
    return VehicleClass(battery_kwh=week.terminal.vehicle.model.battery_kwh)


def each_alone(samples: Samples) -> VehicleSamples:
    """Every quantity a few milliseconds after the one before, states only when they change."""
    rows: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for number, (name, column) in enumerate(samples.values.items()):
        at = samples.at_s * SECOND + number * 1000
        values = np.asarray(column)
        if name in CODES:
            changed = np.append(True, values[1:] != values[:-1])
            changed |= np.arange(len(values)) % 60 == 0
            at, values = at[changed], values[changed]
        rows[name] = (at, values)
    ts = np.concatenate([at for at, _ in rows.values()])
    value, code = {}, {}
    begin = 0
    for name, (at, values) in rows.items():
        part = slice(begin, begin + len(at))
        begin += len(at)
        if name in CODES:
            code[name] = coded(name, [None] * len(ts))
            code[name][part] = coded(name, values.tolist())
        elif name in LIMITS:
            value[name] = np.full(len(ts), np.nan)
            value[name][part] = values
    return in_order(ts, value, code)


def test_each_value_alone_tells_the_same_trips_and_charges(
    week: VehicleWeek, samples: Samples, kind: VehicleClass
) -> None:
    found = segments(each_alone(samples), kind)
    for some, truth in ((trips(found), week.drives()), (charges(found), week.plug_ins())):
        assert len(some) == len(truth)
        for one, true in zip(some, truth, strict=True):
            assert one.start / SECOND == pytest.approx(true.start_s, abs=STEP_S)
            assert one.end / SECOND == pytest.approx(true.end_s, abs=STEP_S)
            assert one.kwh.amount == pytest.approx(true.kwh, abs=0.03 + 0.01 * true.kwh)
            assert {"counter", "power", "soc"} == set(one.kwh.ways)
    assert sum(trip.km.amount or 0 for trip in trips(found)) == pytest.approx(
        sum(true.km for true in week.drives()), rel=0.01
    )


@pytest.mark.parametrize("every", [3, 10])
def test_an_odometer_told_seldom_neither_prolongs_a_trip_nor_loses_its_end(
    week: VehicleWeek, samples: Samples, kind: VehicleClass, every: int
) -> None:
    odometer = np.asarray(samples.values["odometer_km"]).copy()
    odometer[np.arange(len(odometer)) % every != 0] = np.nan
    seldom = Samples("vehicle", samples.at_s, {**samples.values, "odometer_km": odometer})
    found = trips(segments(told(seldom), kind))
    assert len(found) == len(week.drives())
    for trip, true in zip(found, week.drives(), strict=True):
        assert trip.start / SECOND == pytest.approx(true.start_s, abs=STEP_S)
        assert trip.end / SECOND == pytest.approx(true.end_s, abs=STEP_S)
        assert trip.km.amount == pytest.approx(true.km, rel=0.01, abs=0.1)
