"""Speed over time on a drive of a given length: start, cruise, brake, wait, again and again."""

from dataclasses import dataclass

import numpy as np

from device_sim.arrays import Floats

_HOP_M = 1400.0
_ACCELERATION_MS2 = 0.9
_LONGEST_WAIT_S = 38.0
_CITY_MS = (8.0, 15.5)
_ROAD_MS = (12.0, 22.0)
_ROAD_FROM_M = 11_000.0


@dataclass(frozen=True)
class DriveCycle:
    """Corners of a drive, two for each phase, so that acceleration may jump between phases.

    Attributes
    ----------
    after_s : Floats, shape (2 k,)
        Time from the start, never falling. [s]
    speed_ms : Floats, shape (2 k,)
        Straight between corners. [m/s]
    acceleration_ms2 : Floats, shape (2 k,)
        Of the phase the corner belongs to. [m/s2]
    """

    after_s: Floats
    speed_ms: Floats
    acceleration_ms2: Floats

    @property
    def duration_s(self) -> int:
        """Whole seconds it takes; less than a second of standing fills the last one [s]."""
        return int(np.ceil(self.after_s[-1]))


def drive_cycle(distance_m: float, chance: np.random.Generator) -> DriveCycle:
    """A drive whose integral of speed is exactly the distance [m]."""
    hops = int(np.ceil(distance_m / _HOP_M))
    weights = chance.uniform(0.5, 1.5, hops)
    length = distance_m * weights / weights.sum()
    wished = chance.uniform(*(_ROAD_MS if distance_m > _ROAD_FROM_M else _CITY_MS), hops)
    cruise = np.minimum(wished, np.sqrt(0.9 * _ACCELERATION_MS2 * length))
    ramp_s = cruise / _ACCELERATION_MS2
    cruise_s = length / cruise - ramp_s
    wait_s = chance.uniform(0.0, _LONGEST_WAIT_S, hops)
    wait_s[-1] = 0.0  # arrived
    # Four phases to a hop (start, cruise, brake, wait), two corners to a phase.
    durations = np.column_stack([ramp_s, cruise_s, ramp_s, wait_s]).ravel()
    after_s = np.repeat(np.cumsum(durations), 2)
    after_s[::2] -= durations
    speed = np.zeros((hops, 8))
    speed[:, 1:5] = cruise[:, np.newaxis]
    acceleration = np.zeros((hops, 8))
    acceleration[:, :2] = _ACCELERATION_MS2
    acceleration[:, 4:6] = -_ACCELERATION_MS2
    return DriveCycle(after_s, speed.ravel(), acceleration.ravel())
