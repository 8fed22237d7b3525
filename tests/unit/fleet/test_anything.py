"""Whatever a vehicle tells, nothing falls over, overlaps, runs backwards or is counted twice."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.fleet.samples import CODES, LIMITS, VehicleSamples, in_order
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from tests.told_vehicle import SECOND, charges, stops, trips

NONSENSE = (np.nan, np.inf, -np.inf, 0.0, -1.0, 255.0, 65_535.0, 429_496_729.5, 1e300, 1e-300)


@st.composite
def anything(draw: st.DrawFn) -> VehicleSamples:
    """Random columns, some of them plausible, with silences, repeated instants and nonsense."""
    count = draw(st.integers(1, 60))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = chance.choice([0, 1, 10, 30, 170, 180, 900, 40_000], count)
    way = np.cumsum(chance.choice([0.0, 0.0, 0.1, 0.5, 3.0, 400.0, -20.0], count))
    plausible = {
        "odometer_km": 500 + way,
        "latitude_deg": 39 + way / 111,
        "longitude_deg": np.full(count, 116.0),
        "soc_pct": 50 + np.cumsum(chance.choice([-1.0, 0.0, 0.0, 2.0], count)),
    }
    value = {}
    for name in draw(st.sets(st.sampled_from(sorted(LIMITS)))):
        noise = chance.choice(NONSENSE, count)
        column = plausible.get(name, chance.uniform(0, 60, count))
        value[name] = np.where(chance.random(count) < 0.1, noise, column)
    code = {
        name: chance.integers(-1, 4, count).astype(np.int8)
        for name in draw(st.sets(st.sampled_from(sorted(CODES))))
    }
    return in_order(np.cumsum(steps).astype(np.int64) * SECOND, value, code)


@settings(max_examples=80, deadline=None)
@given(anything(), st.booleans())
def test_whatever_is_told_becomes_segments_in_order(samples: VehicleSamples, hybrid: bool) -> None:
    found = segments(samples, VehicleClass(battery_kwh=50.0, hybrid=hybrid), "car")
    standing = [*trips(found), *stops(found)]
    standing.sort(key=lambda each: (each.start, each.end))
    assert all(one.end <= other.start for one, other in pairwise(standing))
    assert all(one.end <= other.start for one, other in pairwise(charges(found)))
    assert all(each.start <= each.end for each in found)
    assert all((each.km.amount or 0) >= 0 for each in found)
    assert all((each.electric_km or 0) <= (each.km.amount or 0) + 1e-6 for each in trips(found))
    assert len({each.id for each in found}) == len(found)
    if samples.number("odometer_km") is not None:
        by_odometer = [each.km.amount or 0 for each in found if each.km.by == "odometer"]
        told = samples.value["odometer_km"]
        rises = np.diff(told[np.isfinite(told)])
        broken = any("odometer_broke" in each.doubts.names for each in found)
        unit = any("odometer_unit" in each.doubts.names for each in found)
        assert sum(by_odometer) <= rises[rises > 0].sum() + 1e-3 or broken or unit
