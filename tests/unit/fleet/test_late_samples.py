"""Any order of arrival, any repetition, any delay: the same trips under the same names."""

from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.fleet.revision import Change, revisions
from analytics.fleet.samples import VehicleSamples
from analytics.fleet.segment import Segment
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.fleet.window import replaced, touched
from device_sim.faults.terminal import (
    asleep,
    chosen,
    invalid,
    jittering,
    odometer_anew,
    odometer_standing,
    without,
)
from device_sim.samples import Samples
from device_sim.vehicle_week import VehicleWeek, vehicle_week
from tests.told_vehicle import SECOND, told, trips

KIND = VehicleClass(battery_kwh=53.6)
FAULTS = ("none", "sleeps", "jitters", "resets", "stands", "speechless", "placeless", "seldom")


@cache
def week(seed: int) -> VehicleWeek:
    return vehicle_week(seed, date(2026, 3, 9), days=9)


@cache
def spoilt(seed: int, fault: str, step_s: int = 60) -> Samples:
    samples, of = week(seed).samples(step_s), week(seed)
    chance = np.random.default_rng(seed)
    middle = of.drives()[len(of.drives()) // 2]
    sleeping = asleep(samples, [(each.start_s, each.end_s) for each in of.activities])
    odometer = np.asarray(samples.values["odometer_km"]).copy()
    odometer[np.arange(len(samples)) % 4 != 0] = np.nan
    faulty = {
        "none": lambda: samples,
        "sleeps": lambda: sleeping,
        "jitters": lambda: invalid(jittering(samples, 15.0, chance), 0.02, chance),
        "resets": lambda: odometer_anew(samples, (middle.start_s + middle.end_s) // 2),
        "stands": lambda: odometer_standing(sleeping, middle.start_s, middle.end_s + 4000),
        "speechless": lambda: without(
            samples, "gear", "vehicle_state", "charge_state", "speed_kmh"
        ),
        "seldom": lambda: Samples(
            "vehicle", samples.at_s, {**samples.values, "odometer_km": odometer}
        ),
        "placeless": lambda: without(samples, "odometer_km", "latitude_deg", "longitude_deg"),
    }
    return faulty[fault]()


@cache
def whole(seed: int, fault: str) -> tuple[VehicleSamples, list[Segment]]:
    samples = told(spoilt(seed, fault))
    return samples, segments(samples, KIND, "car")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(1, 3), fault=st.sampled_from(FAULTS), chance=st.integers(0, 2**32 - 1))
def test_order_and_repetition_change_nothing(seed: int, fault: str, chance: int) -> None:
    samples = spoilt(seed, fault)
    random = np.random.default_rng(chance)
    again = random.integers(0, len(samples), len(samples) // 10)
    arrival = random.permutation(np.concatenate([np.arange(len(samples)), again]))
    assert segments(told(samples, sort=arrival), KIND, "car") == whole(seed, fault)[1]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(1, 3),
    fault=st.sampled_from(FAULTS),
    begin=st.floats(0.0, 0.95),
    hours=st.floats(0.05, 40.0),
    missing=st.sampled_from((0.3, 1.0)),
    chance=st.integers(0, 2**32 - 1),
)
def test_a_window_cut_once_more_is_as_good_as_the_whole(
    seed: int, fault: str, begin: float, hours: float, missing: float, chance: int
) -> None:
    samples, everything = spoilt(seed, fault), whole(seed, fault)
    start_s = samples.at_s[int(begin * (len(samples) - 1))]
    in_span = (samples.at_s >= start_s) & (samples.at_s < start_s + hours * 3600)
    late = in_span & (np.random.default_rng(chance).random(len(samples)) < missing)
    if not late.any():
        return
    before = segments(told(chosen(samples, ~late)), KIND, "car")
    late_us = samples.at_s[late] * SECOND
    window = touched(before, int(late_us.min()), int(late_us.max()))
    every, truth = everything
    first = every.ts[0] if window.read_from is None else window.read_from
    last = every.ts[-1] if window.read_to is None else window.read_to
    anew = segments(every.between(int(first), int(last)), KIND, "car")
    assert replaced(before, window, anew) == truth


def test_a_window_is_a_few_trips_and_not_the_week() -> None:
    _, known = whole(1, "none")
    driven = trips(known)
    middle = driven[len(driven) // 2]
    window = touched(known, middle.start + SECOND, middle.start + SECOND)
    assert window.read_from is not None
    assert window.read_to is not None
    inside = [trip for trip in driven if window.holds(trip)]
    assert middle in inside
    assert len(inside) <= 5


def test_names_stay_when_late_samples_move_an_edge() -> None:
    samples = spoilt(1, "none")
    trip = week(1).drives()[4]
    near = (samples.at_s >= trip.start_s) & (samples.at_s < trip.start_s + 150)
    before = segments(told(chosen(samples, ~near)), KIND, "car")
    changes = revisions(before, whole(1, "none")[1])
    assert {each.change for each in changes} == {Change.CHANGED}
    assert {each.after.kind for each in changes if each.after} <= {"trip", "stop"}
    assert any(
        each.before and each.after and each.before.start > each.after.start for each in changes
    )


def test_two_vehicles_and_two_segments_never_share_a_name() -> None:
    samples, mine = whole(2, "none")
    other = segments(samples, KIND, "another")
    names = [each.id for each in (*mine, *other)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("days", [1, 7])
def test_a_reissue_after_days_is_the_same_as_in_time(days: int) -> None:
    samples = spoilt(3, "none")
    late = (samples.at_s >= samples.at_s[0] + 86_400) & (
        samples.at_s < samples.at_s[0] + (1 + days) * 86_400
    )
    arrival = np.concatenate([np.flatnonzero(~late), np.flatnonzero(late)])
    found = segments(told(samples, sort=arrival), KIND, "car")
    assert revisions(whole(3, "none")[1], found) == []
