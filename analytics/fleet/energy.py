"""Energy of trips and charges from counters, power and state of charge, side by side. Pure."""

from dataclasses import dataclass

import numpy as np

from analytics.fleet.charging import MOST_KW, SLACK_KWH, Sessions, carried
from analytics.fleet.interval import share, sums
from analytics.fleet.motion import Motion
from analytics.fleet.rising import Rising, rising
from analytics.fleet.samples import Marks, Places, VehicleSamples
from analytics.fleet.spans import Spans
from analytics.fleet.vehicle_class import VehicleClass
from analytics.ledger.readings import Floats

BY = ("counter", "power", "level", "soc")
"""Ways of telling an energy, in the order in which they count: the vehicle's registers; voltage
times current; the energy it says is left in the battery; state of charge times capacity."""
_COVERED = 0.9
"""Share of the time in which voltage and current must be known for an integral. [1]"""
_EXACT = 0.05
"""Share by which two sound ways may differ. [1]"""
_EXACT_KWH = 0.1
_NOISE = 2.0
"""Standard errors by which an integral of samples may be off. [1]"""
_STEP_PCT = 1.0
"""A state of charge is rarely told finer than this. [%]"""


@dataclass(frozen=True, slots=True)
class Energies:
    """Energies of k trips or charges, arrays of shape (k,).

    Attributes
    ----------
    kwh : ndarray of float
        What counts: net out of the battery on a trip, into it in a charge; NaN if nothing tells.
    by : ndarray of float, shape (4, k)
        In the order of `BY`; NaN where it tells nothing. [kWh]
    chosen : ndarray of int
        Place in `BY` of the one that counts; -1 for none.
    told : ndarray of float
        Share of the time in which power was known. [1]
    spread : ndarray of float
        Greatest difference of two ways over the energy that counts; NaN with fewer than two. [1]
    disagree : ndarray of bool
        The spread is more than the ways are exact to.
    recovered_kwh : ndarray of float
        Energy back into the battery by braking; NaN where unknown, and in charges.
    """

    kwh: Floats
    by: Floats
    chosen: Places
    told: Floats
    spread: Floats
    disagree: Marks
    recovered_kwh: Floats


@dataclass(frozen=True, slots=True)
class Battery:
    """What a vehicle tells of its battery, carried forward; arrays of shape (n,).

    Attributes
    ----------
    out_kwh, in_kwh : ndarray of float
        Integral of power over each interval, by its sign; NaN where unknown.
    full_kwh : ndarray of float
        Energy of a full battery: by the class, or by capacity and voltage. NaN where unknown.
    weight : ndarray of float
        Current by which the voltage of a span is weighed, as a mean over time is not that of the
        charge that flowed. [A]
    """

    length_s: Floats
    silent: Marks
    used: Rising | None
    recovered: Rising | None
    charged: Rising | None
    out_kwh: Floats
    in_kwh: Floats
    soc: Floats
    level_kwh: Floats
    full_kwh: Floats
    weight: Floats


def battery(samples: VehicleSamples, found: Motion, kind: VehicleClass) -> Battery:
    """Read the columns that tell of the battery."""
    count, number = len(samples), samples.number
    volts, amps = number("pack_voltage_v"), number("pack_current_a")
    unknown = np.full(count, np.nan)
    power = unknown if volts is None or amps is None else volts * amps / 1000.0
    hours = np.where(found.silent, np.nan, found.length_s / 3600.0)
    full = unknown if kind.battery_kwh is None else np.full(count, kind.battery_kwh)
    capacity = number("battery_capacity_ah")
    if capacity is not None and volts is not None:
        full = carried(capacity, count) * carried(volts, count) / 1000.0
    used, recovered, charged = (
        rising(samples.ts, number(f"energy_{name}_kwh"), MOST_KW, SLACK_KWH)
        for name in ("used", "recovered", "charged")
    )
    return Battery(
        found.length_s,
        found.silent,
        used,
        recovered,
        charged,
        _integral(np.maximum(power, 0.0), hours),
        _integral(np.maximum(-power, 0.0), hours),
        carried(number("soc_pct"), count),
        carried(number("battery_energy_kwh"), count),
        full,
        np.ones(count) if amps is None else np.abs(np.nan_to_num(amps)) + 1e-6,
    )


def _integral(power: Floats, hours: Floats) -> Floats:
    area = np.full(len(power), np.nan)
    np.add(power[:-1], power[1:], out=area[:-1])
    return np.asarray(area * (0.5 * hours))


def of_trips(cell: Battery, spans: Spans) -> Energies:
    """Net energy out of the battery, and what braking brought back."""
    first, last = _without_charge(cell, spans)
    used, recovered = _rise(cell.used, first, last), _rise(cell.recovered, first, last)
    counter = used - (np.nan_to_num(recovered) if cell.recovered is None else recovered)
    told, out = _power(cell, cell.out_kwh, first, last)
    back = _power(cell, cell.in_kwh, first, last)[1]
    level = cell.level_kwh[first] - cell.level_kwh[last]
    soc = (cell.soc[first] - cell.soc[last]) / 100.0 * _full(cell, first, last)
    filled = spans.inferred & _gained(cell, first, last)
    level, soc = np.where(filled, np.nan, level), np.where(filled, np.nan, soc)
    recovered = np.where(np.isnan(recovered), back, recovered)
    return _chosen(np.vstack([counter, out - back, level, soc]), told, cell, first, last, recovered)


def of_charges(cell: Battery, found: Sessions) -> Energies:
    """Energy into the battery."""
    first, last = found.base, found.close
    counter = _rise(cell.charged, first, last)
    inside = _rise(cell.charged, found.start, found.end)
    counter = np.where(np.isnan(counter), inside, counter)  # some count each plug-in from zero
    told, into = _power(cell, cell.in_kwh, first, last)
    out = _power(cell, cell.out_kwh, first, last)[1]
    level = cell.level_kwh[last] - cell.level_kwh[first]
    soc = (cell.soc[last] - cell.soc[first]) / 100.0 * _full(cell, first, last)
    none = np.full(len(found), np.nan)
    return _chosen(np.vstack([counter, into - out, level, soc]), told, cell, first, last, none)


def _without_charge(cell: Battery, spans: Spans) -> tuple[Places, Places]:
    """Spans without the silences at their ends in which the battery was charged."""
    own = ~spans.inferred
    late = own & cell.silent[spans.base] & _gained(cell, spans.base, spans.start)
    early = own & cell.silent[spans.close - 1] & _gained(cell, spans.end, spans.close)
    return np.where(late, spans.start, spans.base), np.where(early, spans.end, spans.close)


def _gained(cell: Battery, first: Places, last: Places) -> Marks:
    """Whether there is more in the battery at the later one of two samples."""
    gained = cell.soc[last] > cell.soc[first]
    if cell.charged is not None:
        gained |= cell.charged.value[last] > cell.charged.value[first]
    return np.asarray(gained)


def _rise(counter: Rising | None, first: Places, last: Places) -> Floats:
    return np.full(len(first), np.nan) if counter is None else counter.rise(first, last)


def _power(cell: Battery, area: Floats, first: Places, last: Places) -> tuple[Floats, Floats]:
    told = share(np.isfinite(area), cell.length_s, first, last)
    return told, np.where(told >= _COVERED, sums(area, first, last), np.nan)


def _full(cell: Battery, first: Places, last: Places) -> Floats:
    """Energy of a full battery, by the mean over each span. [kWh]."""
    known = sums(np.where(np.isfinite(cell.full_kwh), cell.weight, 0.0), first, last)
    total = sums(cell.full_kwh * cell.weight, first, last)
    return np.asarray(np.divide(total, known, out=np.full(len(first), np.nan), where=known > 0))


def _scatter(area: Floats, first: Places, last: Places) -> Floats:
    """Standard error of a sum of samples that were taken out of a varying power. [kWh]."""
    count = np.maximum(sums(np.isfinite(area), first, last), 1.0)
    squares = sums(area * area, first, last) - sums(area, first, last) ** 2 / count
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _chosen(
    by: Floats, told: Floats, cell: Battery, first: Places, last: Places, recovered: Floats
) -> Energies:
    noise = _NOISE * _scatter(cell.out_kwh - cell.in_kwh, first, last)
    known = np.isfinite(by)
    chosen = np.where(known.any(axis=0), known.argmax(axis=0), -1)
    kwh = np.where(chosen < 0, np.nan, by[chosen, np.arange(by.shape[1])])
    several = known.sum(axis=0) > 1
    apart = np.fmax.reduce(by) - np.fmin.reduce(by)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(several, apart / np.abs(kwh), np.nan)
    step = np.where(known[3], _STEP_PCT / 100.0 * np.nan_to_num(_full(cell, first, last)), 0.0)
    exact = _EXACT * np.abs(kwh) + _EXACT_KWH + step + np.where(known[1], noise, 0.0)
    return Energies(kwh, by, chosen, told, spread, several & (apart > exact), recovered)
