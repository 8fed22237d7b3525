"""Meters of a year with a known fault planted in them, and without: what the rules must find.

Clean meters have weather, noise and days off; a fault begins on a random day. The truth is the
span of the fault and what it added.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats
from analytics.models.series import Series, day_bounds
from analytics.rules.day_grid import HOUR_US
from analytics.rules.thresholds import MeterClass

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, DAYS, HOURS = date(2025, 3, 3), 364, 24
WEEKS = DAYS / 7
"""Of a clean meter. [1]"""
_SETTLED, _LEFT = 70, 50
"""Days before the first and after the last day on which a fault is planted. [d]"""

Change = Callable[[Floats, int, np.random.Generator], range]
"""Puts a fault into the hours of a year from a day on, shape (DAYS, HOURS); tells its days."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A meter of a year, hour by hour.

    Attributes
    ----------
    series : Series
        Amounts of hours. [kWh or m3]
    start, end : int
        Instants of the fault [start, end); both 0 of a clean meter. [us]
    added : float
        What the fault added. [unit of the series]
    """

    series: Series
    start: int = 0
    end: int = 0
    added: float = 0.0


def clean(meter_class: MeterClass, seed: int) -> Planted:
    """A meter without a fault."""
    rng = np.random.default_rng(seed)
    value = _office_water(rng) if meter_class is MeterClass.WATER else _office_electricity(rng)
    return Planted(_series(value))


def faulty(meter_class: MeterClass, fault: str, seed: int) -> Planted:
    """A meter with one fault of `FAULTS`."""
    rng = np.random.default_rng(seed)
    value = _office_water(rng) if meter_class is MeterClass.WATER else _office_electricity(rng)
    before = value.copy()
    days = FAULTS[meter_class][fault](value, int(rng.integers(_SETTLED, DAYS - _LEFT)), rng)
    bounds = day_bounds(FIRST, FIRST + timedelta(days=DAYS), ZONE)
    added = float(np.nansum(value - before))
    return Planted(_series(value), int(bounds[days.start]), int(bounds[days.stop]), added)


def _series(value: Floats) -> Series:
    first = int(day_bounds(FIRST, FIRST + timedelta(days=1), ZONE)[0])
    ts = first + np.arange(value.size, dtype=np.int64) * HOUR_US
    known = np.isfinite(value.ravel())
    return Series(ts[known], np.round(value.ravel()[known], 3))


def _clock() -> tuple["np.ndarray[tuple[int, int], np.dtype[np.int64]]", ...]:
    """Day, weekday and hour, to be spread over a year."""
    day, hour = np.arange(DAYS)[:, None], np.arange(HOURS)[None, :]
    return day, (FIRST.weekday() + day) % 7, hour


def _office_electricity(rng: np.random.Generator) -> Floats:
    """An office that is cooled in summer, shape (DAYS, HOURS). [kWh]."""
    day, weekday, hour = _clock()
    works = weekday < 5
    open_now = works & (hour >= 8) & (hour < 18)
    warm = 18 + 10 * np.sin(2 * np.pi * (day - 55) / 365) + rng.normal(0, 2.0, (DAYS, 1))
    base, load = rng.uniform(10, 40), rng.uniform(60, 160)
    level = base + load * open_now + 0.3 * load * (works & ((hour == 7) | (hour == 18)))
    cooling = rng.uniform(0.5, 2.5) * np.maximum(warm - 22, 0) * (0.2 + open_now)
    wander = 1 + rng.normal(0, 0.03, (DAYS, 1))
    return np.asarray((level + cooling) * wander * (1 + rng.normal(0, 0.04, (DAYS, HOURS))))


def _office_water(rng: np.random.Generator) -> Floats:
    """The same office's water, counted in pulses of 10 L, shape (DAYS, HOURS). [m3]."""
    _, weekday, hour = _clock()
    works = weekday < 5
    drawn = np.where(works & (hour >= 7) & (hour < 19), 60.0, 5.0)
    drawn = np.where(hour < 6, 1.0, drawn)
    return np.asarray(rng.poisson(drawn * rng.uniform(0.5, 2.0), (DAYS, HOURS)) * 0.01)


def _lasting(first: int, days: int) -> range:
    return range(first, first + days)


def _left_on_at_night(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, int(rng.integers(5, 15)))
    for night in (slice(0, 7), slice(20, 24)):
        value[days.start : days.stop, night] += rng.uniform(0.3, 0.6) * np.quantile(value, 0.9)
    return days


def _weekend_worked(value: Floats, day: int, rng: np.random.Generator) -> range:
    saturday = day + (5 - FIRST.weekday() - day) % 7
    value[saturday : saturday + 2] = value[saturday - 2 : saturday] * rng.uniform(0.7, 1.0)
    return _lasting(saturday, 2)


def _early_start(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, 7)
    value[days.start : days.stop, 3:7] += rng.uniform(0.5, 0.8) * np.quantile(value, 0.9)
    return days


def _step_up(value: Floats, day: int, rng: np.random.Generator) -> range:
    value[day:] *= rng.uniform(1.35, 1.7)
    return range(day, DAYS)


def _outage(value: Floats, day: int, rng: np.random.Generator) -> range:
    value[day, 3 : int(rng.integers(12, 24))] = 0.0
    return _lasting(day, 1)


def _stuck(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, int(rng.integers(1, 4)))
    value[days.start : days.stop] = value[day, 0]
    return days


def _stands_still(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, int(rng.integers(10, 15)))
    value[days.start : days.stop] = 0.0
    return days


def _silent(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, int(rng.integers(1, 4)))
    value[days.start : days.stop] = np.nan
    return days


def _spike(value: Floats, day: int, rng: np.random.Generator) -> range:
    value[day, int(rng.integers(0, HOURS))] += np.nanmax(value) * rng.uniform(8, 30)
    return _lasting(day, 1)


def _leak(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, int(rng.integers(10, 30)))
    value[days.start : days.stop] += rng.uniform(0.1, 0.4)
    return days


def _burst(value: Floats, day: int, rng: np.random.Generator) -> range:
    days = _lasting(day, 4)
    value[days.start : days.stop] += rng.uniform(1.5, 5.0)
    return days


FAULTS: Mapping[MeterClass, Mapping[str, Change]] = {
    MeterClass.ELECTRICITY: {
        "left on at night": _left_on_at_night,
        "weekend worked": _weekend_worked,
        "early start": _early_start,
        "step up": _step_up,
        "outage": _outage,
        "stuck": _stuck,
        "silent": _silent,
        "spike": _spike,
    },
    MeterClass.WATER: {
        "leak": _leak,
        "burst": _burst,
        "stands still": _stands_still,
        "silent": _silent,
        "spike": _spike,
    },
}
NAMED_BY: Mapping[str, frozenset[str]] = {
    "left on at night": frozenset({"night_load"}),
    "weekend worked": frozenset({"off_day_use"}),
    "early start": frozenset({"unlike_usual"}),
    "step up": frozenset({"unlike_usual"}),
    "outage": frozenset({"stuck", "unlike_usual"}),
    "stuck": frozenset({"stuck"}),
    "stands still": frozenset({"stuck"}),
    "silent": frozenset({"silent"}),
    "spike": frozenset({"implausible"}),
    "leak": frozenset({"night_flow"}),
    "burst": frozenset({"night_flow"}),
}
"""Rules that are made for each fault."""
