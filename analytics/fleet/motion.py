"""What each interval between two samples says of motion, by the strongest evidence it has. Pure.

Order of evidence: the odometer, then gear or ready, then speed, then displacement. Arrays of
intervals have one entry a sample, that of the interval which begins there; the last one is void.
"""

from dataclasses import dataclass

import numpy as np

from analytics.fleet.rising import Rising, rising
from analytics.fleet.samples import (
    CHARGING,
    FORWARD,
    OFF,
    ON,
    PARK,
    REVERSE,
    UNKNOWN,
    Codes,
    Marks,
    VehicleSamples,
)
from analytics.fleet.track import crept_kmh, straight_km
from analytics.fleet.vehicle_class import VehicleClass
from analytics.ledger.readings import Floats

_MOVES_KMH = 3.0
"""A slower speed may be noise of the sensor."""
_ODOMETER_SLACK_KM = 5.0
"""Some odometers are told each few kilometres only."""
_DOUBTED_KM = 2.0
"""So far a speed is believed while the odometer does not move."""
_CREEPS_KMH = 6.0
"""A displacement that is slower may be jitter of the receiver."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Evidence of motion, each array of shape (n,).

    Attributes
    ----------
    length_s : ndarray of float
        Length of intervals. [s]
    silent : ndarray of bool
        Intervals as long as a parking: nobody knows what happened inside.
    odometer : Rising or None
        Without spikes and resets.
    step_km : ndarray of float
        Rise of the odometer; NaN where it tells nothing. [km]
    speed_km : ndarray of float
        Integral of speed; NaN where it tells nothing. [km]
    leap_km : ndarray of float
        Way across a silence, by the odometer, else straight; NaN where unknown or not silent. [km]
    ready : ndarray of int8
        Whether a sample says that the vehicle is about to drive: 1, 0, or `UNKNOWN`.
    driving, unsaid : ndarray of bool
        Samples that say so by gear, ready or speed; those that tell nothing of these.
    held : ndarray of bool
        Intervals that are ready at both ends.
    moved : ndarray of bool
        Intervals in which the vehicle certainly moved.
    """

    length_s: Floats
    silent: Marks
    odometer: Rising | None
    step_km: Floats
    speed_km: Floats
    leap_km: Floats
    ready: Codes
    driving: Marks
    unsaid: Marks
    held: Marks
    moved: Marks


def motion(samples: VehicleSamples, kind: VehicleClass) -> Motion:
    """Judge every interval of some samples, of which there is at least one."""
    length_s = np.append(np.diff(samples.ts) / 1e6, 0.0)
    silent = length_s >= kind.parking_s
    told = samples.number("odometer_km")
    odometer = rising(samples.ts, told, kind.fastest_kmh, _ODOMETER_SLACK_KM)
    nothing = np.full(len(samples), np.nan)
    step_km = nothing if odometer is None else odometer.step
    ready = _ready(samples)
    speed = samples.number("speed_kmh")
    speed = nothing if speed is None else speed
    fast = speed >= _MOVES_KMH
    unsaid = (ready == UNKNOWN) & np.isnan(speed)
    driving = (ready == 1) | (fast & (ready != 0))
    held = _both(ready == 1) & ~silent
    counted = step_km > 0
    if odometer is not None and not odometer.known.all():
        counted &= ~_told_late(odometer, driving)
    seen = _Seen(samples, length_s, silent, step_km, counted, fast, ready, held)
    leap_km = _leap_km(samples, silent, step_km)
    passed = (leap_km >= kind.least_km) & (leap_km * 3600 >= kind.crawling_kmh * length_s)
    moved = np.where(silent, passed & _both(driving), seen.moved())
    moved[-1] = False
    return Motion(
        length_s,
        silent,
        odometer,
        step_km,
        seen.speed_km,
        leap_km,
        ready,
        driving,
        unsaid,
        held,
        moved,
    )


def _ready(samples: VehicleSamples) -> Codes:
    """Gear decides; where there is none, or in neutral, whether it is switched on."""
    ready = np.full(len(samples), UNKNOWN, np.int8)
    state, gear = samples.state("vehicle_state"), samples.state("gear")
    charge = samples.state("charge_state")
    if state is not None:
        ready[state == ON] = 1
    if gear is not None:
        ready[gear == PARK] = 0
        ready[(gear == REVERSE) | (gear == FORWARD)] = 1
    if state is not None:
        ready[state == OFF] = 0
    if charge is not None:
        ready[charge == CHARGING] = 0
    return ready


def _leap_km(samples: VehicleSamples, silent: Marks, step_km: Floats) -> Floats:
    leap = np.where(silent, step_km, np.nan)
    by_place = np.flatnonzero(silent[:-1] & np.isnan(step_km[:-1]))
    if len(by_place):
        leap[by_place] = straight_km(samples, by_place, by_place + 1)
    return leap


def _both(mark: Marks) -> Marks:
    """Whether both ends of an interval have a mark."""
    both = np.zeros_like(mark)
    np.logical_and(mark[:-1], mark[1:], out=both[:-1])
    return both


def _either(mark: Marks) -> Marks:
    either = mark.copy()
    either[:-1] |= mark[1:]
    return either


def _told_late(odometer: Rising, driving: Marks) -> Marks:
    """Where an odometer that is told seldom shows what was driven before.

    Other evidence since it was told last explains the step, and the vehicle has stopped.
    """
    drove = np.append(0, np.cumsum(driving))
    at = np.arange(len(driving))
    told = np.maximum.accumulate(np.where(odometer.known, at, 0))
    return np.asarray(~odometer.known & ~driving & (drove[at] > drove[told]))


class _Seen:
    """Motion within intervals in which sampling went on."""

    def __init__(
        self,
        samples: VehicleSamples,
        length_s: Floats,
        silent: Marks,
        step_km: Floats,
        counted: Marks,
        fast: Marks,
        ready: Codes,
        held: Marks,
    ) -> None:
        self._samples = samples
        self._silent = silent
        self._step_km, self._counted = step_km, counted
        self._ready, self._held = ready, held
        self._fast = _either(fast & (ready != 0)) & ~silent
        self.speed_km = _speed_km(samples.number("speed_kmh"), length_s, silent)

    def moved(self) -> Marks:
        by_odometer = np.isfinite(self._step_km)
        moved = self._counted
        if by_odometer.all():
            return moved | (self._fast & ~self._contradicted())
        moved = moved | (self._fast & ~self._contradicted())
        by_speed = np.isfinite(self.speed_km)
        rest = ~by_odometer & ~by_speed & ~self._silent
        if not rest[:-1].any():
            return np.asarray(moved)
        crept = crept_kmh(self._samples)
        slow = _both(self._ready == 0)
        return moved | (
            rest & np.where(np.isnan(crept), self._held, (crept >= _CREEPS_KMH) & ~slow)
        )

    def _contradicted(self) -> Marks:
        """Where the odometer has stood so long that a speed must be wrong, or the odometer is.

        It is frozen, and not contradicting, while gear, ready or the place agree with the speed.
        """
        still = self._fast & (self._step_km == 0)
        way = np.cumsum(np.where(still, np.nan_to_num(self.speed_km), 0.0))
        ticked = np.where(self._step_km > 0, np.arange(len(way)), -1)
        last = np.maximum.accumulate(ticked)
        since = way - np.where(last >= 0, way[last], 0.0)
        doubted: Marks = still & (since > _DOUBTED_KM)
        if not doubted.any():
            return doubted
        doubted &= ~_either(self._ready == 1)
        doubted &= ~(crept_kmh(self._samples) >= _CREEPS_KMH)
        return doubted


def _speed_km(speed: Floats | None, length_s: Floats, silent: Marks) -> Floats:
    if speed is None:
        return np.full(len(length_s), np.nan)
    way = np.full(len(length_s), np.nan)
    np.add(speed[:-1], speed[1:], out=way[:-1])
    way *= length_s / 7200.0
    way[silent] = np.nan
    return way
