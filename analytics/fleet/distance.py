"""How far trips went, by odometer, speed and track, and which of them counts. Pure."""

from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_

import numpy as np

from analytics.fleet.gaps import standing_odometer
from analytics.fleet.interval import share, sums
from analytics.fleet.motion import Motion
from analytics.fleet.samples import ELECTRIC, UNKNOWN, Marks, Places, VehicleSamples
from analytics.fleet.spans import Spans
from analytics.fleet.track import track_km
from analytics.fleet.vehicle_class import VehicleClass
from analytics.ledger.readings import Flags, Floats

BY = ("odometer", "speed", "track")
"""Ways of measuring a distance, in the order in which they count."""
_COVERED = 0.9
"""Share of the time in which speed must be known for its integral to be a distance. [1]"""
_AGREE = 0.1
_UNIT_WITHIN = 0.04
_UNITS = (1.609344, 1 / 1.609344, 1000.0, 0.001, 100.0, 0.01, 10.0, 0.1, 3.6, 1 / 3.6)
"""What a wrong unit makes of a distance: miles, metres, tenths, metres a second. [1]"""
_DISAGREE = (0.5, 0.05)
"""Distances that differ by more than so many km and this share of the greater do not agree."""


class Doubt(IntFlag):
    """What is to be known of a trip before its figures are used."""

    ODOMETER_STOOD = 1
    """The odometer did not move while speed and gear or place did."""
    ODOMETER_BROKE = 2
    """The odometer began anew or jumped; what it lost is taken from speed."""
    ODOMETER_UNIT = 4
    """The odometer tells another unit than speed and track, which agree."""
    SPEED_UNIT = 8
    """Speed tells another unit than the odometer."""
    DISTANCES_DISAGREE = 16
    """Odometer, speed and track differ by more than 5 %."""
    IMPLAUSIBLE = 32
    """Faster than the class allows, or longer than a week: shown, and in no total."""
    ENERGIES_DISAGREE = 64
    """Counter, power and state of charge differ by more than they are exact to."""
    NEGATIVE_LOSS = 128
    """The battery took more than the pile gave."""

    @property
    def names(self) -> list[str]:
        """Names in lower case."""
        return [str(each.name).lower() for each in Doubt if each in self]


NO_DOUBT = Doubt(0)


@dataclass(frozen=True, slots=True)
class Distances:
    """Distances of k trips, arrays of shape (k,).

    Attributes
    ----------
    km : ndarray of float
        What counts; NaN where nothing tells.
    by : ndarray of float, shape (3, k)
        In the order of `BY`; NaN where it tells nothing. [km]
    chosen : ndarray of int
        Place in `BY` of the one that counts; -1 for none.
    doubts : ndarray of int
        Sets of `Doubt`.
    electric_km : ndarray of float
        Driven in electric mode; NaN where the vehicle may burn fuel and does not say.
    """

    km: Floats
    by: Floats
    chosen: Places
    doubts: Flags
    electric_km: Floats

    def only(self, chosen: Marks) -> "Distances":
        """Distances of some of the trips."""
        return Distances(
            self.km[chosen],
            self.by[:, chosen],
            self.chosen[chosen],
            self.doubts[chosen],
            self.electric_km[chosen],
        )


def distances(
    samples: VehicleSamples, found: Motion, spans: Spans, kind: VehicleClass
) -> Distances:
    """Measure spans in every way there is; the odometer counts unless it certainly is wrong."""
    first, last = spans.base, spans.close
    way = sums(found.speed_km, first, last)
    told = share(np.isfinite(found.speed_km), found.length_s, first, last)
    speed = np.where(told >= _COVERED, way, np.nan)
    track = track_km(samples, first, last)
    odometer, broke = _odometer(found, spans)
    ready = sums(found.ready == 1, first, last) > 0
    moving = ready | (track >= kind.least_km)
    short = (odometer == 0) & (way >= kind.least_km)
    stood = (short | standing_odometer(spans, found)) & moving & np.isfinite(odometer)
    stood &= ~spans.inferred
    stood |= broke & (np.abs(odometer - speed) > _AGREE * speed)
    unit = _unit(odometer, speed) & _unit(odometer, track) & _alike(speed, track)
    counted = np.where(unit, odometer / _factor(odometer, speed), odometer)
    counted = np.where(stood, np.nan, counted)
    by = np.vstack([odometer, speed, track])
    known = np.vstack([counted, np.where(stood & np.isnan(speed), way, speed), track])
    chosen = np.where(np.isfinite(known).any(axis=0), np.isfinite(known).argmax(axis=0), -1)
    km = np.where(chosen < 0, np.nan, known[chosen, np.arange(len(chosen))])
    mean_kmh = 3.6e9 * km / np.maximum(samples.ts[last] - samples.ts[first], 1)
    wrong = (mean_kmh > kind.fastest_kmh) | (
        samples.ts[last] - samples.ts[first] > kind.longest_s * 1e6
    )
    doubts = _marked(
        (stood, Doubt.ODOMETER_STOOD),
        (broke, Doubt.ODOMETER_BROKE),
        (unit, Doubt.ODOMETER_UNIT),
        (_unit(odometer, speed) & ~unit & ~stood, Doubt.SPEED_UNIT),
        (_apart(by) & ~unit & ~stood, Doubt.DISTANCES_DISAGREE),
        (wrong, Doubt.IMPLAUSIBLE),
    )
    return Distances(km, by, chosen, doubts, _electric_km(samples, found, spans, km, kind))


def _odometer(found: Motion, spans: Spans) -> tuple[Floats, Marks]:
    """Rise of the odometer, and where it broke on the way."""
    nowhere = np.full(len(spans), np.nan)
    if found.odometer is None:
        return nowhere, np.zeros(len(spans), np.bool_)
    first, last = spans.base, spans.close
    rise = found.odometer.rise(first, last)
    broke = found.odometer.life[first] != found.odometer.life[last]
    lost = np.isnan(found.step_km)
    mended = sums(found.step_km, first, last) + sums(
        np.where(lost, found.speed_km, 0.0), first, last
    )
    return np.where(broke, mended, rise) - spans.caught_km, broke


def _electric_km(
    samples: VehicleSamples, found: Motion, spans: Spans, km: Floats, kind: VehicleClass
) -> Floats:
    """Kilometres of intervals that are electric at both ends, and in which no fuel was burnt."""
    if not kind.hybrid:
        return km
    mode = samples.state("run_mode")
    if mode is None:
        return np.full(len(spans), np.nan)
    first, last = spans.base, spans.close
    electric = np.zeros(len(mode), np.bool_)
    np.logical_and(mode[:-1] == ELECTRIC, mode[1:] == ELECTRIC, out=electric[:-1])
    fuel = samples.number("fuel_used_l")
    if fuel is not None:
        electric[:-1] &= ~(np.diff(fuel) > 0)
    told = mode != UNKNOWN
    step = np.where(np.isfinite(found.step_km), found.step_km, np.nan_to_num(found.speed_km))
    whole = sums(step, first, last)
    part = np.divide(
        sums(np.where(electric, step, 0.0), first, last),
        whole,
        out=np.zeros(len(spans)),
        where=whole > 0,
    )
    return np.where(sums(told, first, last) > 0, km * part, np.nan)


def _factor(one: Floats, other: Floats) -> Floats:
    """Ratio of two distances as a known factor of units; 1 where it is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = one / other
    factor = np.ones(len(ratio))
    for unit in _UNITS:
        factor[np.abs(ratio / unit - 1) < _UNIT_WITHIN] = unit
    return factor


def _unit(one: Floats, other: Floats) -> Marks:
    return np.asarray(_factor(one, other) != 1)


def _alike(one: Floats, other: Floats) -> Marks:
    return np.asarray(np.abs(one - other) <= _AGREE * np.fmax(one, other))


def _apart(by: Floats) -> Marks:
    most, least = np.fmax.reduce(by), np.fmin.reduce(by)
    return np.asarray(most - least > np.fmax(_DISAGREE[0], _DISAGREE[1] * most))


def _marked(*doubts: tuple[Marks, Doubt]) -> Flags:
    return np.asarray(
        reduce(or_, (np.where(mark, int(doubt), 0) for mark, doubt in doubts)), np.int32
    )
