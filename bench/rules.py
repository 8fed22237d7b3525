"""The rules: points a second on one core, planted faults, false findings on clean meters.

``python -m bench.rules [--full]``
"""

import sys
import time
from collections.abc import Sequence
from statistics import median

from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.stream_score import StreamScore
from analytics.rules.thresholds import MeterClass, thresholds
from bench.fault_suite import false_alerts, faults, suffered
from bench.planted import ZONE, clean
from bench.result import CheckError, Result, median_result

_METERS = 20
_RUNS = 5


def main(arguments: Sequence[str]) -> int:
    """Print the results.

    Raises
    ------
    CheckError
        If a fault is found in fewer than nine of ten meters, or clean meters are not left alone.
    """
    seeds = range(50 if "--full" in arguments else 10)
    for meter_class in (MeterClass.ELECTRICITY, MeterClass.WATER):
        _print_speed(meter_class)
    _print_stream()
    for meter_class, fault in faults():
        told = suffered(meter_class, fault, seeds, delays=True)
        name = f"rules_{meter_class}_{fault.replace(' ', '_')}_recall"
        conditions = {"meters": len(seeds), "named": told.named, "median_delay_d": told.delay_d}
        Result(name, told.recall, "1", conditions).print()
        if told.recall < 0.9:
            raise CheckError(f"{fault}: recall {told.recall}, want 0.9")
    for meter_class in (MeterClass.ELECTRICITY, MeterClass.WATER):
        rate = false_alerts(meter_class, range(1000, 1000 + len(seeds)))
        meters = {"meters": len(seeds)}
        Result(f"rules_{meter_class}_false_alerts", rate, "per meter-week", meters).print()
        if rate > 0.1:
            raise CheckError(f"{rate} false alerts for each meter-week, want at most 0.1")
    return 0


def _print_speed(meter_class: MeterClass) -> None:
    meters = [clean(meter_class, seed).series for seed in range(_METERS)]
    rules, around = thresholds(meter_class), Surroundings(ZONE)
    points = sum(len(each.ts) for each in meters)
    rates = []
    for _ in range(_RUNS):
        began = time.process_time()
        for series in meters:
            judge(series, meter_class, rules, around)
        rates.append(points / (time.process_time() - began))
    conditions = {"points": points, "rules": "all of the class", "of": "processor time"}
    median_result(f"rules_{meter_class}_points", "1/s", rates, conditions).print()


def _print_stream() -> None:
    values = clean(MeterClass.ELECTRICITY, 1).series.value.tolist()
    rates = []
    for _ in range(3):
        stream, began = StreamScore(), time.process_time()
        for value in values:
            stream.score(value)
        rates.append(len(values) / (time.process_time() - began))
    conditions = {"points": len(values), "least": min(rates)}
    Result("rules_stream_points", median(rates), "1/s", conditions).print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
