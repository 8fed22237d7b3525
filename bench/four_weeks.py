"""Many meters over four simulated weeks: what interrupts the desks, and what the budget holds back.

``python -m bench.four_weeks [--full | --meters N]``: 60 meters, or 1,000. Buildings with weather,
calendar and terms; one meter in ten suffers a fault of the catalogue. Each morning the day rules
judge, findings become alerts as the worker makes them, and news goes through the budget of its
desk. Pure: no database, no live rules. Ends with 1 where a shift or a day is beyond the budget.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.alerts.budget import Budget, News, told
from analytics.alerts.worth import amounts
from analytics.models.series import DAY_US, instant
from analytics.rules.finding import Priority
from bench.desk_days import REACH_DAYS, DayAlert, desk_days
from bench.fault_suite import building, meter_judge
from bench.result import CheckError, Result
from device_sim.defects.clean import BuildingHours
from device_sim.defects.meters import METER_DEFECTS, Suffered

WEEKS, METERS_A_DESK = 4, 100
_DAYS = REACH_DAYS + 7 * WEEKS
_FROM = 40_000
"""Seeds that no rule was made with."""
_PARTS = ("electricity", "electricity", "water", "water", "heat", "pv")
_FAULTY = 0.1
_PRICE_CNY = {"electricity": 0.7, "water": 4.0, "heat": 80.0, "pv": 0.7}
"""Of a kWh, m3 or GJ: what is held back is told by its worth."""


@dataclass(frozen=True, slots=True)
class _Event:
    """An alert that was news on a morning."""

    alert: DayAlert
    true: bool
    worth_cny: float


@dataclass(slots=True)
class Weeks:
    """What came of four weeks.

    Attributes
    ----------
    interruptions : list of _Event
        Each by itself; those of a digest are in `digests`.
    shifts : list of int
        Interruptions of each desk and shift that are within the budget.
    """

    interruptions: list[_Event]
    held: list[_Event]
    digests: int
    shifts: list[int]
    faults: int
    told_of: int


def main(arguments: Sequence[str]) -> int:
    """Print the results.

    Raises
    ------
    CheckError
        If a shift or a day is beyond the budget.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.four_weeks", description=__doc__)
    parser.add_argument("--full", dest="meters", action="store_const", const=1000, default=60)
    parser.add_argument("--meters", type=int)
    count = parser.parse_args(arguments).meters
    weeks = simulated(count)
    budget = Budget()
    if max(weeks.shifts, default=0) > budget.per_shift:
        raise CheckError(f"{max(weeks.shifts)} interruptions in a shift, want {budget.per_shift}")
    true = [each.true for each in weeks.interruptions]
    held_true = [each.true for each in weeks.held]
    desks = -(-count // METERS_A_DESK)
    conditions = {
        "meters": count, "desks": desks, "weeks": WEEKS, "faults": weeks.faults,
        "faults_told_of": weeks.told_of, "interruptions": len(true), "digests": weeks.digests,
        "most_in_a_shift": max(weeks.shifts, default=0),
        "mean_in_a_day_and_desk": len(true) / desks / (7 * WEEKS),
        "held_back": len(held_true), "held_back_true": sum(held_true),
        "held_back_cny_a_month": round(sum(each.worth_cny for each in weeks.held)),
        "interruptions_cny_a_month": round(sum(each.worth_cny for each in weeks.interruptions)),
        "by_rule": dict(Counter(each.alert.finding.kind for each in weeks.interruptions)),
        "held_by_rule": dict(Counter(each.alert.finding.kind for each in weeks.held)),
    }  # fmt: skip
    Result(
        "interruptions_precision", float(np.mean(true)) if true else 1.0, "1", conditions
    ).print()
    return 0


def simulated(count: int) -> Weeks:
    """So many meters, a hundred a desk, over four weeks."""
    weeks = Weeks([], [], 0, [], 0, 0)
    for first in range(0, count, METERS_A_DESK):
        _desk(range(first, min(first + METERS_A_DESK, count)), weeks)
    return weeks


def _desk(meters: range, weeks: Weeks) -> None:
    mornings: dict[int, list[_Event]] = {}
    for number in meters:
        alerts, suffering = _meter(number)
        part = _PARTS[number % len(_PARTS)]
        weeks.faults += suffering is not None
        found = False
        for alert in alerts:
            true = suffering is not None and _about(alert, suffering)
            found |= true
            worth = amounts(alert.finding)
            cny = worth.month * _PRICE_CNY[part] if worth else 0.0
            for day in alert.told:
                mornings.setdefault(day, []).append(_Event(alert, true, cny))
        weeks.told_of += found
    budget = Budget()
    for day in sorted(mornings):
        events = mornings[day]
        news = [
            News(place, Priority(each.alert.finding.priority), each.worth_cny)
            for place, each in enumerate(events)
        ]
        # A morning's news all falls into one shift, at whose beginning nothing is spent yet.
        chosen = told(news, min(budget.per_shift, budget.per_day))
        weeks.interruptions += [events[each] for each in chosen.alone]
        weeks.digests += bool(chosen.digest)
        weeks.held += [events[each] for each in (*chosen.held, *chosen.digest)]
        weeks.shifts.append(len(set(chosen.alone) - chosen.over) + bool(chosen.digest))


def _meter(number: int) -> tuple[list[DayAlert], "_Span | None"]:
    """A meter's alerts over the weeks, and its fault if it has one."""
    rng = np.random.default_rng(_FROM + number)
    part = _PARTS[number % len(_PARTS)]
    names = [name for name, each in METER_DEFECTS.items() if each.part == part]
    fault = names[int(rng.integers(len(names)))] if rng.uniform() < _FAULTY else None
    closes = fault is not None and METER_DEFECTS[fault].closes
    of = building(_FROM + number, part, _DAYS, closes=closes)
    value, span = of.use[part], None
    if fault is not None:
        suffering = METER_DEFECTS[fault].suffer(
            of, int(rng.integers(REACH_DAYS + 1, _DAYS - 9)), rng
        )
        value, span = suffering.value, _span(of, suffering)
    bounds = [int(of.at_s[0, 0]) * 1_000_000 + day * DAY_US for day in range(_DAYS + 1)]
    alerts = desk_days(meter_judge(of, part, value), bounds, range(REACH_DAYS + 1, _DAYS + 1))
    return [each for each in alerts if each.told], span


@dataclass(frozen=True, slots=True)
class _Span:
    start: datetime
    end: datetime


def _span(of: BuildingHours, suffering: Suffered) -> _Span:
    zero = int(of.at_s[0, 0]) * 1_000_000
    return _Span(instant(zero + suffering.first * DAY_US), instant(zero + suffering.end * DAY_US))


def _about(alert: DayAlert, span: _Span) -> bool:
    """Whether an alert is about a fault: it saw some of it, not merely what came long before."""
    return alert.began_at < span.end and alert.last_at > span.start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
