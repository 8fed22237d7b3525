"""Faults of buildings and meters, put into the hours of a clean one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from device_sim.arrays import Floats
from device_sim.defects.clean import BuildingHours

Rng = np.random.Generator


@dataclass(frozen=True)
class Suffered:
    """What a meter counted, and what was wrong.

    Attributes
    ----------
    value : Floats, shape (n_days, 24)
        NaN where it told nothing.
    first, end : int
        Days of the fault [first, end), counted from the first.
    lost : float or None
        What the fault used, or kept from being made, all in all; None of a fault that is no waste.
        [unit of the meter]
    """

    value: Floats
    first: int
    end: int
    lost: float | None = None


class Defect(NamedTuple):
    """A fault of a meter or of what it counts.

    Attributes
    ----------
    part : str
        Of `BuildingHours.use`.
    told_by : frozenset of str
        Rules made for it.
    suffer : callable
        Puts it into the hours from a day on.
    closes : bool
        Only where people go home there is such a fault.
    """

    part: str
    told_by: frozenset[str]
    suffer: Callable[[BuildingHours, int, Rng], Suffered]
    closes: bool = False


def _full(value: Floats) -> float:
    """What it counts in its busier hours."""
    return float(np.quantile(value[value > 0], 0.9))


def _more(of: BuildingHours, part: str, days: range, more: Floats | float) -> Suffered:
    value = of.use[part].copy()
    value[days.start : days.stop] += more
    return Suffered(value, days.start, days.stop, float((value - of.use[part]).sum()))


def _span(day: int, rng: Rng, least: int, most: int) -> range:
    return range(day, day + int(rng.integers(least, most)))


def _at_hours(amount: float, *hours: range) -> Floats:
    more = np.zeros(24)
    for each in hours:
        more[each.start : each.stop] = amount
    return more


def _worked(of: BuildingHours, days: range) -> Floats:
    """1 on the days of a span that are worked, to be spread over their hours."""
    return of.workday[days.start : days.stop].astype(np.float64)[:, None]


def _left_on(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    amount = rng.uniform(0.3, 0.6) * _full(of.use["electricity"])
    night = _at_hours(amount, range(7), range(20, 24))
    return _more(of, "electricity", _span(day, rng, 5, 15), night)


def _no_setback(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    """Air conditioning that keeps its load of the day through the night."""
    days, load = _span(day, rng, 7, 15), of.use["electricity"][:, 9:18].mean(axis=1)
    base = of.use["electricity"][:, 0:5].mean(axis=1)
    share = rng.uniform(0.5, 0.8)
    amount = (share * np.clip(load - base, 0, None))[days.start : days.stop, None]
    return _more(of, "electricity", days, amount * _at_hours(1.0, range(7), range(20, 24)))


def _early_start(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    amount = rng.uniform(0.5, 0.8) * _full(of.use["electricity"])
    return _more(of, "electricity", _span(day, rng, 7, 8), _at_hours(amount, range(3, 6)))


def _late_stop(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    amount = rng.uniform(0.5, 0.8) * _full(of.use["electricity"])
    days = _span(day, rng, 7, 11)
    return _more(of, "electricity", days, _worked(of, days) * _at_hours(amount, range(20, 24)))


def _day_off_worked(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    off = day + int(np.flatnonzero(~of.workday[day:])[0])
    before = int(np.flatnonzero(of.workday[:off])[-1])
    value = of.use["electricity"].copy()
    value[off] = value[before] * rng.uniform(0.8, 1.0)
    return Suffered(value, off, off + 1, float((value - of.use["electricity"]).sum()))


def _step(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    """Plant that was added and never leaves: a third to two thirds of the mean, at all hours."""
    amount = rng.uniform(0.33, 0.67) * float(of.use["electricity"].mean())
    return _more(of, "electricity", range(day, day + 14), amount)


def _outage(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    value = of.use["electricity"].copy()
    value[day, 3 : int(rng.integers(12, 24))] = 0.0
    return Suffered(value, day, day + 1)


def _frozen(part: str, least: int, most: int) -> Callable[[BuildingHours, int, Rng], Suffered]:
    def suffer(of: BuildingHours, day: int, rng: Rng) -> Suffered:
        days, value = _span(day, rng, least, most), of.use[part].copy()
        value[days.start : days.stop] = 0.0 if part == "water" else value[day, 0]
        return Suffered(value, days.start, days.stop)

    return suffer


def _mute(part: str) -> Callable[[BuildingHours, int, Rng], Suffered]:
    def suffer(of: BuildingHours, day: int, rng: Rng) -> Suffered:
        days, value = _span(day, rng, 1, 4), of.use[part].copy()
        value[days.start : days.stop] = np.nan
        return Suffered(value, days.start, days.stop)

    return suffer


def _spike(part: str) -> Callable[[BuildingHours, int, Rng], Suffered]:
    def suffer(of: BuildingHours, day: int, rng: Rng) -> Suffered:
        value = of.use[part].copy()
        value[day, int(rng.integers(0, 24))] += value.max() * rng.uniform(8, 30)
        return Suffered(value, day, day + 1)

    return suffer


def _leak(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    """A cistern or a joint: a tenth of the mean flow at least, or nobody could see it."""
    flow = max(rng.uniform(0.1, 0.4), rng.uniform(0.2, 0.5) * float(of.use["water"].mean()))
    return _more(of, "water", _span(day, rng, 10, 20), flow)


def _burst(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    flow = rng.uniform(1.0, 3.0) * _full(of.use["water"])
    return _more(of, "water", range(day, day + 4), flow)


def _valve_open(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    """A heating valve that no longer closes."""
    amount = rng.uniform(0.6, 1.0) * float(of.use["heat"][day - 14 : day].mean())
    return _more(of, "heat", _span(day, rng, 6, 12), amount)


def _string_lost(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    days, share = _span(day, rng, 10, 20), rng.uniform(0.3, 0.7)
    return _dimmed(of, days, share)


def _plant_off(of: BuildingHours, day: int, rng: Rng) -> Suffered:
    return _dimmed(of, _span(day, rng, 4, 10), 1.0)


def _dimmed(of: BuildingHours, days: range, share: float) -> Suffered:
    value = of.use["pv"].copy()
    value[days.start : days.stop] *= 1 - share
    return Suffered(value, days.start, days.stop, float((of.use["pv"] - value).sum()))


_SCHEDULE = frozenset({"unlike_usual", "night_load"})
METER_DEFECTS: Mapping[str, Defect] = {
    "left on outside hours": Defect("electricity", frozenset({"night_load"}), _left_on),
    "no night setback": Defect("electricity", frozenset({"night_load"}), _no_setback, closes=True),
    "starts hours early": Defect("electricity", _SCHEDULE, _early_start, closes=True),
    "stops hours late": Defect("electricity", _SCHEDULE, _late_stop, closes=True),
    "day off worked": Defect(
        "electricity", frozenset({"off_day_use"}), _day_off_worked, closes=True
    ),
    "step up": Defect("electricity", frozenset({"unlike_usual", "night_load"}), _step),
    "outage": Defect("electricity", frozenset({"stuck", "unlike_usual"}), _outage),
    "register stuck": Defect("electricity", frozenset({"stuck"}), _frozen("electricity", 1, 4)),
    "meter silent": Defect("electricity", frozenset({"silent"}), _mute("electricity")),
    "spike": Defect("electricity", frozenset({"implausible"}), _spike("electricity")),
    "leak": Defect("water", frozenset({"night_flow"}), _leak),
    "burst": Defect("water", frozenset({"night_flow"}), _burst),
    "water meter stands still": Defect("water", frozenset({"stuck"}), _frozen("water", 10, 15)),
    "water meter silent": Defect("water", frozenset({"silent"}), _mute("water")),
    "spike of water": Defect("water", frozenset({"implausible"}), _spike("water")),
    "heating valve stays open": Defect("heat", frozenset({"unlike_usual"}), _valve_open),
    "heat meter silent": Defect("heat", frozenset({"silent"}), _mute("heat")),
    "strings lost": Defect("pv", frozenset({"pv_yield"}), _string_lost),
    "plant off": Defect("pv", frozenset({"pv_yield"}), _plant_off),
}
"""By name; in the unit of the meter."""
