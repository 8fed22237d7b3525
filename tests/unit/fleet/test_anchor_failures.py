"""What other trackers get wrong, each as a test: measured cases and reported complaints."""

from itertools import pairwise

import numpy as np
import pytest

from analytics.fleet.segment import Segment
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.jobs.segment_row import rows_of
from domain.epoch import to_us
from tests.told_vehicle import KM_PER_DEG, SECOND, Line, charges, stops, trips

KIND = VehicleClass(battery_kwh=50.0)
MINUTE = 60
EVIDENCE = {
    "all": ("odometer", "speed", "gear", "place"),
    "odometer and speed": ("odometer", "speed"),
    "speed and place": ("speed", "place"),
    "place": ("place",),
    "odometer": ("odometer",),
}


def cut(line: Line) -> list[Segment]:
    return segments(line.samples(), KIND, "car")


def times(found: list[Segment]) -> list[tuple[float, float]]:
    return [(each.start / SECOND, each.end / SECOND) for each in found]


def ten_minutes(tells: str) -> Line:
    """Parked, ten minutes at 10 m/s, true arrival at 1200 s."""
    line = Line(EVIDENCE[tells])
    line.stand(0, 600)
    line.drive(600, 1200)
    line.tell(1200)
    return line


@pytest.mark.parametrize("tells", EVIDENCE)
def test_fixes_while_parked_do_not_make_the_arrival_late(tells: str) -> None:
    line = ten_minutes(tells)
    line.stand(1230, 7200)
    (trip,) = trips(cut(line))
    assert times([trip])[0] == pytest.approx((600, 1200), abs=30)
    assert trip.km.amount == pytest.approx(6.0, rel=0.01)


@pytest.mark.parametrize("silent_min", [40, 70])
@pytest.mark.parametrize("tells", EVIDENCE)
def test_a_vehicle_that_sleeps_is_parked_not_driving(tells: str, silent_min: int) -> None:
    line = ten_minutes(tells)
    wakes = 1200 + silent_min * MINUTE
    line.stand(wakes, wakes + 3600)
    found = cut(line)
    (trip,) = trips(found)
    assert times([trip])[0] == pytest.approx((600, 1200), abs=30)
    assert not trip.estimated
    assert times(stops(found))[-1] == pytest.approx((1200, wakes + 3570), abs=30)


@pytest.mark.parametrize("silent_min", [40, 70])
@pytest.mark.parametrize("tells", EVIDENCE)
def test_a_first_fix_further_on_does_not_merge_two_trips(tells: str, silent_min: int) -> None:
    line = ten_minutes(tells)
    wakes = 1200 + silent_min * MINUTE
    line.km += 0.3
    line.drive(wakes, wakes + 600)
    line.stand(wakes + 600, wakes + 1800)
    found = trips(cut(line))
    assert len(found) == 2
    assert times(found)[0] == pytest.approx((600, 1200), abs=30)
    assert times(found)[1] == pytest.approx((wakes, wakes + 600), abs=30)
    assert found[1].estimated
    assert sum(trip.km.amount or 0 for trip in found) == pytest.approx(12.3, rel=0.01)


@pytest.mark.parametrize("silent_min", [4, 40, 70])
@pytest.mark.parametrize("onwards", [False, True])
def test_a_stop_is_where_the_vehicle_came_to_rest_not_where_that_was_noticed(
    silent_min: int, onwards: bool
) -> None:
    """To a step of the samples: 20 m. It wakes 100 m beside where it fell asleep, or drives on."""
    line = Line()
    line.stand(0, 600)
    line.drive(600, 1200, step_s=2)
    line.tell(1200)
    rest, wakes = line.rows[-1]["latitude_deg"], 1200 + silent_min * MINUTE
    if onwards:
        line.km += 0.3
        line.drive(wakes, wakes + 600)
        line.stand(wakes + 600, wakes + 1800)
    else:
        line.stand(wakes, wakes + 1800, latitude_deg=rest + 0.1 / KM_PER_DEG)
    rows = [row for row in rows_of(cut(line), line.samples()) if row.kind == "stop"]
    (stop,) = (row for row in rows if 1190 <= to_us(row.start_at) / SECOND < wakes)
    assert stop.start_latitude_deg == pytest.approx(rest, abs=0.025 / KM_PER_DEG)


def test_a_way_across_a_long_silence_is_inferred_and_says_so() -> None:
    line = ten_minutes("all")
    line.stand(1230, 1500)
    line.km += 12.0
    line.stand(9000, 12_000)
    first, second = trips(cut(line))
    assert not first.estimated
    assert second.estimated
    assert second.km.amount == pytest.approx(12.0)
    assert times([second]) == [(1470, 9000)]
    assert "gap" in second.evidence


def test_a_tunnel_is_driven_through_and_a_basement_parked_in() -> None:
    line = Line()
    line.stand(0, 600)
    line.drive(600, 1200, kmh=72)
    line.km += 12.0
    line.drive(1800, 2400, kmh=72)  # after ten minutes of silence at the same speed
    line.stand(2400, 3000)
    (trip,) = trips(cut(line))
    assert trip.km.amount == pytest.approx(36.0, rel=0.01)
    assert trip.estimated
    line = ten_minutes("all")
    line.rows.pop()  # the barrier of the basement is the last it says
    line.drive(1200 + 50 * MINUTE, 1200 + 60 * MINUTE)
    line.stand(1200 + 60 * MINUTE, 1200 + 70 * MINUTE)
    first, second = trips(cut(line))
    assert times([first])[0] == pytest.approx((600, 1200), abs=30)
    assert times([second])[0] == pytest.approx((4200, 4800), abs=30)


def test_a_jam_in_gear_is_one_trip_and_a_stay_with_the_engine_on_is_a_stop() -> None:
    line = ten_minutes("all")
    line.rows.pop()
    line.stand(1200, 1200 + 8 * MINUTE, gear="D")
    line.drive(1200 + 8 * MINUTE, 2400)
    line.stand(2400, 4000)
    assert len(trips(cut(line))) == 1
    line = ten_minutes("all")
    line.stand(1230, 1230 + 40 * MINUTE, gear="D")  # a gear lever that is stuck
    line.drive(4000, 4600)
    line.stand(4600, 6000)
    assert len(trips(cut(line))) == 2


def test_jitter_of_a_parked_receiver_is_no_motion() -> None:
    line = Line(EVIDENCE["place"])
    chance = np.random.default_rng(7)
    for at_s in range(0, 20_000, 10):
        line.km = float(chance.normal(0, 0.015))
        line.tell(at_s)
    assert trips(cut(line)) == []


def test_late_samples_and_their_order_never_make_a_distance_negative() -> None:
    line = ten_minutes("odometer and speed")
    line.stand(1230, 2000)
    in_time = cut(line)
    line.rows.reverse()
    assert cut(line) == in_time
    assert all((each.km.amount or 0) >= 0 for each in in_time)


def test_a_reset_odometer_costs_one_step_and_books_no_lifetime() -> None:
    line = ten_minutes("all")
    line.stand(1230, 2000)
    line.odometer = -line.km
    line.drive(2000, 2600)
    line.stand(2600, 4000)
    assert [trip.km.amount for trip in trips(cut(line))] == pytest.approx([6.0, 6.0], rel=0.02)
    line = ten_minutes("all")
    for row in line.rows[:30]:
        row["odometer_km"] = 0.0  # no odometer yet
    line.stand(1230, 4000)
    (trip,) = trips(cut(line))
    assert trip.km.amount == pytest.approx(6.0, rel=0.1)
    assert "odometer_broke" in trip.doubts.names


def test_one_wrong_odometer_value_is_left_out() -> None:
    line = ten_minutes("all")
    line.stand(1230, 4000)
    for wrong in (0.0, 99_999.9, 50_004.0, 429_496_729.5):
        line.rows[60]["odometer_km"] = wrong
        (trip,) = trips(cut(line))
        assert trip.km.amount == pytest.approx(6.0, rel=0.01)
        assert trip.doubts.names == []


@pytest.mark.parametrize("sleeps", [False, True])
def test_a_stuck_odometer_is_no_standstill_and_counts_nothing_twice(sleeps: bool) -> None:
    line = ten_minutes("all")
    line.stand(1230, 2000)
    told_km = line.odometer + line.km
    line.drive(2000, 2600, kmh=60, odometer_km=told_km)
    line.stand(2600, 2900, odometer_km=told_km)
    line.stand(20_000 if sleeps else 2900, 24_000)
    line.drive(24_000, 24_600)
    line.stand(24_600, 25_500)
    found = [trip for trip in trips(cut(line)) if trip.counts]
    assert [trip.km.amount for trip in found] == pytest.approx([6.0, 10.0, 6.0], rel=0.03)
    assert found[1].km.by == "speed"
    assert "odometer_stood" in found[1].doubts.names


def test_a_stuck_speed_of_a_parked_vehicle_is_no_trip() -> None:
    line = ten_minutes("odometer and speed")
    line.stand(1230, 30_000, speed_kmh=40.0)
    found = trips(cut(line))
    assert sum(trip.km.amount or 0 for trip in found) == pytest.approx(6.0, rel=0.01)


@pytest.mark.parametrize(
    ("quantity", "factor", "doubt"),
    [
        ("speed_kmh", 1 / 1.609344, "speed_unit"),
        ("odometer_km", 1 / 1.609344, "odometer_unit"),
        ("odometer_km", 1000.0, "odometer_broke"),
    ],
)
def test_a_wrong_unit_is_named_and_does_not_change_the_way(
    quantity: str, factor: float, doubt: str
) -> None:
    line = Line(odometer=3_000.0)
    line.stand(0, 600)
    line.drive(600, 1800, kmh=60)
    line.stand(1800, 3000)
    for row in line.rows:
        row[quantity] *= factor
    (trip,) = trips(cut(line))
    assert trip.km.amount == pytest.approx(20.0, rel=0.02)
    assert doubt in trip.doubts.names


def test_a_trip_that_cannot_be_leaves_the_totals_and_stays_visible() -> None:
    """120 mph is 193 km/h: what is told as 250 is listed with its way and counts in nothing."""
    line = ten_minutes("speed and place")
    line.stand(1230, 3000)
    line.drive(3000, 3600, kmh=250)
    line.stand(3600, 5000)
    line.drive(5000, 5600, kmh=180)
    line.stand(5600, 7000)
    found = trips(cut(line))
    assert [trip.counts for trip in found] == [True, False, True]
    assert [trip.km.amount for trip in found] == pytest.approx([6.0, 41.7, 30.0], rel=0.02)
    assert [trip.doubts.names for trip in found] == [[], ["implausible"], []]
    assert [int(trip.doubts) & 32 for trip in found] == [0, 32, 0]
    total = sum(trip.km.amount or 0 for trip in found if trip.counts)
    assert total == pytest.approx(36.0, rel=0.02)


def test_manoeuvring_is_kept_with_the_stop() -> None:
    line = Line()
    line.stand(0, 600)
    line.km += 0.1
    line.stand(600, 1200)
    found = cut(line)
    assert trips(found) == []
    assert stops(found)[0].km.amount == pytest.approx(0.1)


def charging(line: Line, start_s: int, end_s: int, soc: float, kw: float = 6.0) -> float:
    """Charge at a constant power, told each 30 s; gives the state of charge at the end [%]."""
    for at_s in range(start_s, end_s, 30):
        told_soc = soc + (at_s - start_s) / 3600 * kw / 50.0 * 100
        line.tell(at_s, charge_state="parked_charging", soc_pct=told_soc)
    return soc + (end_s - start_s) / 3600 * kw / 50.0 * 100


def test_one_plug_in_is_one_charge_however_often_it_pauses() -> None:
    line = ten_minutes("all")
    soc, at_s = 30.0, 2000
    for _ in range(5):
        soc = charging(line, at_s, at_s + 1800, soc)
        line.stand(at_s + 1800, at_s + 5400, charge_state="not_charging", soc_pct=soc)
        at_s += 5400
    (charge,) = charges(cut(line))
    assert charge.kwh.amount == pytest.approx(5 * 3.0, rel=0.01)
    assert times([charge])[0] == pytest.approx((2000, at_s - 3600), abs=30)


def test_another_place_or_a_drive_is_another_plug_in() -> None:
    line = ten_minutes("all")
    soc = charging(line, 2000, 5600, 30.0)
    line.km += 0.1  # to the pile beside
    soc = charging(line, 7000, 10_600, soc)
    line.drive(10_600, 11_200, soc_pct=soc)
    charging(line, 12_000, 15_600, soc)
    found = charges(cut(line))
    assert [each.kwh.amount for each in found] == pytest.approx([6.0] * 3, rel=0.02)
    assert len({each.id for each in found}) == 3


def test_a_charge_in_a_silence_is_inferred() -> None:
    line = ten_minutes("all")
    for row in line.rows:
        row["soc_pct"] = 40.0
    line.stand(1230, 1500, soc_pct=40.0)
    line.stand(30_000, 31_000, soc_pct=80.0)
    (charge,) = charges(cut(line))
    assert charge.estimated
    assert charge.kwh.amount == pytest.approx(20.0)
    assert (charge.soc_start, charge.soc_end) == (40.0, 80.0)


def test_a_charge_counter_that_starts_again_books_no_lifetime_energy() -> None:
    line = ten_minutes("all")
    soc = 30.0
    for number, at_s in enumerate(range(2000, 9200, 30)):
        counter = 10_570.0 + number * 0.05 if number < 120 else (number - 120) * 0.05
        soc = 30.0 + number * 0.1
        line.tell(
            at_s,
            charge_state="parked_charging",
            soc_pct=soc,
            energy_charged_kwh=counter,
            pack_voltage_v=400.0,
            pack_current_a=-15.0,
        )
    (charge,) = charges(cut(line))
    assert charge.kwh.by == "power"
    assert charge.kwh.amount == pytest.approx(12.0, rel=0.01)
    assert "counter" not in charge.kwh.ways


def test_a_counter_of_zero_is_no_reading() -> None:
    line = ten_minutes("all")
    for number, at_s in enumerate(range(2000, 5600, 30)):
        line.tell(at_s, charge_state="parked_charging", energy_charged_kwh=10_570 + number * 0.05)
    for index in (45, 60, 80):
        line.rows[index]["energy_charged_kwh"] = 0.0
    (charge,) = charges(cut(line))
    assert charge.kwh.amount == pytest.approx(5.95, abs=0.06)


def test_trips_and_stops_follow_each_other_without_a_hole() -> None:
    line = ten_minutes("all")
    line.stand(1230, 3000)
    line.drive(3000, 3600)
    line.stand(3600, 5000)
    found = [each for each in cut(line) if each.kind != "charge"]
    assert [str(each.kind) for each in found] == ["stop", "trip", "stop", "trip", "stop"]
    assert all(one.end == other.start for one, other in pairwise(found))


def test_a_day_cut_alone_has_the_trips_that_the_month_has() -> None:
    line = Line()
    for day in range(10):
        begin = day * 86_400
        line.stand(begin, begin + 30_000, 300)
        line.drive(begin + 30_000, begin + 31_200)
        line.stand(begin + 31_200, begin + 86_400, 300)
    whole = line.samples()
    month = trips(segments(whole, KIND, "car"))
    day_five = trips(
        segments(whole.between(5 * 86_400 * SECOND, 6 * 86_400 * SECOND - 1), KIND, "car")
    )
    assert len(month) == 10
    assert day_five == [month[5]]


def test_nothing_told_is_nothing_done() -> None:
    assert segments(Line().samples(), KIND) == []
