"""How many planted faults the rules find, how soon, and what they say of clean meters."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from analytics.models.series import DAY_US, Series, us
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.finding import Finding
from analytics.rules.thresholds import MeterClass, thresholds
from bench.planted import FAULTS, NAMED_BY, WEEKS, ZONE, Planted, clean, faulty

_LONGEST_DAYS = 14
"""Later than this a fault is not found at all, for what the delay is worth. [d]"""


@dataclass(frozen=True, slots=True)
class Suffered:
    """What came of one fault, planted many times.

    Attributes
    ----------
    recall : float
        Share of them with a finding that overlaps. [1]
    named : float
        Share of them that a rule made for such a fault tells. [1]
    delay_d : float or None
        Median of the days of data after its beginning that it took to be found. [d]
    """

    recall: float
    named: float
    delay_d: float | None


def suffered(meter_class: MeterClass, fault: str, seeds: range, *, delays: bool) -> Suffered:
    """Plant a fault in so many meters, and look for it.

    Parameters
    ----------
    delays : bool
        Whether each is looked at day by day as well, as if it had just been read.
    """
    meters = [faulty(meter_class, fault, seed) for seed in seeds]
    found = [_found(meter_class, meter, meter.series) for meter in meters]
    hit = [meter for meter, kinds in zip(meters, found, strict=True) if kinds]
    late = [_delay(meter_class, meter) for meter in hit] if delays else []
    told = [each for each in late if each is not None]
    named = [bool(kinds & NAMED_BY[fault]) for kinds in found]
    return Suffered(len(hit) / len(meters), float(np.mean(named)), median(told) if told else None)


def false_alerts(meter_class: MeterClass, seeds: range) -> float:
    """Findings on clean meters, for each meter and week. [1/week]."""
    count = sum(len(_judged(meter_class, clean(meter_class, seed).series)) for seed in seeds)
    return count / (len(seeds) * WEEKS)


def faults() -> list[tuple[MeterClass, str]]:
    """Every class with each of its faults."""
    return [(meter_class, fault) for meter_class, named in FAULTS.items() for fault in named]


def _judged(meter_class: MeterClass, series: Series, until: int | None = None) -> list[Finding]:
    around = Surroundings(ZONE, until=until)
    return judge(series, meter_class, thresholds(meter_class), around)


def _found(
    meter_class: MeterClass, meter: Planted, series: Series, until: int | None = None
) -> set[str]:
    """Kinds of the findings that overlap the fault."""
    return {
        kind
        for each in _judged(meter_class, series, until)
        if us(each.start) < meter.end and us(each.end) > meter.start
        for kind in (each.kind, *str(each.evidence.get("also", "")).split())
    }


def _delay(meter_class: MeterClass, meter: Planted) -> int | None:
    """Days after the beginning whose data it takes; None if more than a fortnight."""
    for days in range(1, _LONGEST_DAYS + 1):
        until = meter.start + days * DAY_US
        known = meter.series.ts < until
        so_far = Series(meter.series.ts[known], meter.series.value[known])
        if _found(meter_class, meter, so_far, until):
            return days
    return None
