"""A fleet's samples to trips, stops and charges on one core, and one late sample.

``python -m bench.segmentation [--full]``. Simulated vehicles that tell 16 quantities each 30 s, day
and night; time is that of the processor. From columns as the store gives them, states as numbers,
to segments with distance and energies. Fails if a trip or a plug-in is not found.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import TypeVar

import numpy as np

from analytics.fleet.samples import CODES, LIMITS, VehicleSamples, coded, in_order
from analytics.fleet.segment import Segment, SegmentKind
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.fleet.window import replaced, touched
from bench.result import CheckError, Result, median_result
from device_sim.vehicle_week import VehicleWeek, vehicle_week

_T = TypeVar("_T")
STEP_S = 30
FIRST = date(2025, 1, 6)
VEHICLES, VEHICLES_FULL = 4, 34
DAYS, DAYS_FULL = 30, 365
FLEET, FLEET_FULL = 200, 3_000
DIFFERENT = 10
"""Weeks that are simulated; a fleet repeats them."""
RUNS = 3
LATE = 20
KIND = VehicleClass(battery_kwh=53.6)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.segmentation", description=__doc__)
    parser.add_argument("--full", action="store_true", help="34 vehicles x 365 days; 3,000 x 7")
    full = parser.parse_args().full
    rate = _long(VEHICLES_FULL if full else VEHICLES, DAYS_FULL if full else DAYS)
    _many(FLEET_FULL if full else FLEET, rate)
    return 0


def _long(vehicles: int, days: int) -> float:
    """Cut vehicles one by one, so that only one is in memory. Returns samples a second."""
    spent = [0.0] * RUNS
    samples = trips = charges = 0
    for number in range(1, vehicles + 1):
        week = vehicle_week(number, FIRST, days)
        told = _columns(week)
        for run in range(RUNS):
            took, found = _timed(lambda told=told: _cut(told))
            spent[run] += took
        _expect(week, found)
        samples += len(told.ts)
        trips += sum(each.kind is SegmentKind.TRIP for each in found)
        charges += sum(each.kind is SegmentKind.CHARGE for each in found)
    conditions = {"vehicles": vehicles, "days": days, "step_s": STEP_S, "samples": samples}
    conditions |= {"trips": trips, "charges": charges, "aim": 500_000}
    rates = [samples / each for each in spent]
    median_result("segmentation_rate", "samples/s", rates, conditions).print()
    _late(told, found, conditions)
    return median(rates)


def _late(told: VehicleSamples, known: list[Segment], conditions: dict[str, object]) -> None:
    """A sample that comes when everything around is long cut."""
    trips = [each for each in known if each.kind is SegmentKind.TRIP]
    chosen = trips[5 : -5 : max(1, (len(trips) - 10) // LATE)][:LATE]

    def once(at: int) -> list[Segment]:
        window = touched(known, at, at)
        if window.read_from is None or window.read_to is None:
            raise CheckError("a window in the middle is open")
        anew = segments(told.between(window.read_from, window.read_to), KIND, "car")
        return replaced(known, window, anew)

    took = []
    for trip in chosen:
        each_s, after = _timed(lambda trip=trip: once(trip.start))
        took.append(1000 * each_s)
        if after != known:
            raise CheckError(f"the window of {trip.start} is cut in another way than the whole")
    median_result("segmentation_late_sample", "ms", took, conditions).print()


def _many(fleet: int, rate: float) -> None:
    """A week of a fleet, and of a tenth of it, beside what a sample of the long run cost."""
    weeks = [_columns(vehicle_week(number, FIRST)) for number in range(1, DIFFERENT + 1)]
    size = sum(len(each.ts) for each in weeks) // DIFFERENT

    def cut(vehicles: int) -> float:
        return _timed(lambda: [_cut(weeks[n % DIFFERENT]) for n in range(vehicles)])[0] / vehicles

    # Turn by turn, as the machine may be busier at one time than at another.
    runs = [(cut(fleet // 10), cut(fleet)) for _ in range(RUNS)]
    part, whole = (median(each) for each in zip(*runs, strict=True))
    conditions = {"vehicles": fleet, "days": 7, "samples": size * fleet}
    Result("segmentation_week_of_a_fleet", whole * fleet, "s", conditions).print()
    Result("segmentation_growth", whole / part, "1", conditions | {"of": fleet // 10}).print()
    beside = whole / size * rate
    Result("segmentation_week_over_year", beside, "1", conditions | {"year_rate": rate}).print()


def _columns(week: VehicleWeek) -> VehicleSamples:
    told = week.samples(STEP_S)
    return VehicleSamples(
        told.at_s * 1_000_000,
        {n: np.asarray(c, np.float64) for n, c in told.values.items() if n in LIMITS},
        {n: coded(n, map(str, c)) for n, c in told.values.items() if n in CODES},
    )


def _cut(told: VehicleSamples) -> list[Segment]:
    return segments(in_order(told.ts, told.value, told.code), KIND, "car")


def _timed(do: Callable[[], _T]) -> tuple[float, _T]:
    began = time.process_time()
    done = do()
    return time.process_time() - began, done


def _expect(week: VehicleWeek, found: list[Segment]) -> None:
    for kind, truth in ((SegmentKind.TRIP, week.drives()), (SegmentKind.CHARGE, week.plug_ins())):
        starts = [each.start / 1e6 for each in found if each.kind is kind]
        wrong = len(starts) != len(truth) or any(
            abs(at - true.start_s) > STEP_S for at, true in zip(starts, truth, strict=False)
        )
        if wrong:
            raise CheckError(f"{len(starts)} {kind}s found, {len(truth)} are true")


if __name__ == "__main__":
    sys.exit(main())
