"""Meters of charging piles when nothing is wrong, judged morning after morning."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import numpy as np

from analytics.models.series import Series
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.finding import Finding
from analytics.rules.thresholds import MeterClass, thresholds
from bench.desk_days import REACH_DAYS, desk_days
from device_sim.defects.clean import ZONE
from device_sim.district import District, DistrictSettings
from device_sim.metering import EV_CHARGING

PILES = "charging"
_WEEKS, _CARS = 8, 6
_FIRST = datetime(2025, 12, 31, 16, tzinfo=UTC)


def pile_hours(seed: int, days: int) -> Iterator[Series]:
    """Hours of each pile's meter and of each branch above piles, in a simulated district. [kWh]."""
    district = District(DistrictSettings(_FIRST, institutions=1, vehicles=_CARS, seed=seed))
    at = np.arange(24 * days + 1, dtype=np.int64) * 3600 + int(_FIRST.timestamp())
    for point in district.points.values():
        if point.meter.item == EV_CHARGING:
            register = np.round(point.model.amount(at), 2)
            yield Series(at[:-1] * 1_000_000, np.round(np.diff(register), 2))


def false_pile_alerts(
    seeds: Iterable[int], *, weeks: int = _WEEKS, judged_as: MeterClass = MeterClass.CHARGING
) -> float:
    """Alerts of clean meters of piles, for each meter and week. [1/week]."""
    days, counts = REACH_DAYS + 7 * weeks, list[int]()
    rules = thresholds(judged_as)
    for seed in seeds:
        for series in pile_hours(seed, days):

            def judged(day: int, known: Series = series) -> list[Finding]:
                part = slice(24 * max(day - REACH_DAYS, 0), 24 * day)
                hours = Series(known.ts[part], known.value[part])
                return judge(hours, judged_as, rules, Surroundings(ZONE))

            mornings = [*series.ts[::24].tolist(), int(series.ts[-1]) + series.step]
            counts.append(len(desk_days(judged, mornings, range(REACH_DAYS, days))))
    return sum(counts) / (len(counts) * weeks)
