"""The rules: points a second on one core. What they find is `bench.fault_table`'s.

``python -m bench.rules``
"""

import sys
import time
from datetime import date
from statistics import median

from analytics.models.series import Series
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.stream_score import StreamScore
from analytics.rules.thresholds import MeterClass, thresholds
from bench.fault_suite import series
from bench.result import Result, median_result
from device_sim.defects.clean import ZONE, building_hours

_METERS = 20
_FIRST = date(2025, 3, 3)
_RUNS = 5


def main() -> int:
    """Print the results; speed fails no benchmark."""
    for meter_class in (MeterClass.ELECTRICITY, MeterClass.WATER):
        _print_speed(meter_class)
    _print_stream()
    return 0


def _year(meter_class: MeterClass, seed: int) -> Series:
    """Hours of a clean meter."""
    of = building_hours(seed, _FIRST, 364)
    return series(of.at_s * 1_000_000, of.use[str(meter_class)])


def _print_speed(meter_class: MeterClass) -> None:
    meters = [_year(meter_class, seed) for seed in range(_METERS)]
    rules, around = thresholds(meter_class), Surroundings(ZONE)
    points = sum(len(each.ts) for each in meters)
    rates = []
    for _ in range(_RUNS):
        began = time.process_time()
        for year in meters:
            judge(year, meter_class, rules, around)
        rates.append(points / (time.process_time() - began))
    conditions = {"points": points, "rules": "all of the class", "of": "processor time"}
    median_result(f"rules_{meter_class}_points", "1/s", rates, conditions).print()


def _print_stream() -> None:
    values = _year(MeterClass.ELECTRICITY, 1).value.tolist()
    rates = []
    for _ in range(3):
        stream, began = StreamScore(), time.process_time()
        for value in values:
            stream.score(value)
        rates.append(len(values) / (time.process_time() - began))
    conditions = {"points": len(values), "least": min(rates)}
    Result("rules_stream_points", median(rates), "1/s", conditions).print()


if __name__ == "__main__":
    sys.exit(main())
