"""What terminals of vehicles get wrong, done to samples of which the truth is known. Pure."""

from collections.abc import Sequence

import numpy as np

from device_sim.arrays import Flags, Floats, Seconds
from device_sim.samples import Column, Samples

MILE_KM = 1.609344
"""Length of a mile [km]."""
_KM_PER_DEG = 111.195
_INVALID = {
    "odometer_km": 429_496_729.5,
    "speed_kmh": 6_553.5,
    "soc_pct": 255.0,
    "pack_voltage_v": 6_553.5,
    "pack_current_a": 5_553.5,
    "latitude_deg": 4_294.967295,
}
"""All bits set, scaled as if it were a number."""


def chosen(samples: Samples, kept: Flags) -> Samples:
    """Some of the samples."""
    where = np.flatnonzero(kept)
    return Samples(
        samples.device,
        samples.at_s[where],
        {name: _taken(column, where) for name, column in samples.values.items()},
    )


def asleep(samples: Samples, busy: Sequence[tuple[int, int]], after_s: int = 180) -> Samples:
    """Only what is told while it is busy, for some time after, and before it falls asleep first.

    Parameters
    ----------
    busy : sequence of (int, int)
        Start and end of drives and charges, in order of time. [s since 1970]
    """
    starts, ends = np.array(busy, np.int64).reshape(-1, 2).T
    begun = np.searchsorted(starts, samples.at_s, "right")
    last = ends[np.maximum(begun - 1, 0)] + after_s
    kept = (begun > 0) & (samples.at_s <= last)
    kept[:1] = True
    return chosen(samples, kept)


def deaf(samples: Samples, start_s: int, end_s: int) -> Samples:
    """Nothing within (start, end): a tunnel, a basement, a network that is away. [s since 1970]."""
    return chosen(samples, (samples.at_s <= start_s) | (samples.at_s >= end_s))


def without(samples: Samples, *names: str) -> Samples:
    """As a terminal that does not tell some quantities."""
    values = {name: column for name, column in samples.values.items() if name not in names}
    return Samples(samples.device, samples.at_s, values)


def jittering(samples: Samples, metres: float, chance: np.random.Generator) -> Samples:
    """A receiver whose place wanders about, also while the vehicle stands."""
    changed = {
        name: _floats(samples, name)
        + chance.normal(0.0, metres / 1000.0 / _KM_PER_DEG, len(samples))
        for name in ("latitude_deg", "longitude_deg")
    }
    return _with(samples, changed)


def odometer_standing(samples: Samples, start_s: int, end_s: int) -> Samples:
    """An odometer that is not told anew within [start, end), and then catches up."""
    told = _floats(samples, "odometer_km").copy()
    within = (samples.at_s >= start_s) & (samples.at_s < end_s)
    if within.any():
        told[within] = told[np.flatnonzero(within)[0]]
    return _with(samples, {"odometer_km": told})


def odometer_anew(samples: Samples, at_s: int) -> Samples:
    """An odometer that begins at zero at an instant."""
    told = _floats(samples, "odometer_km").copy()
    later = samples.at_s >= at_s
    if later.any():
        told[later] -= told[np.flatnonzero(later)[0]]
    return _with(samples, {"odometer_km": told})


def scaled(samples: Samples, name: str, factor: float) -> Samples:
    """A quantity in another unit than it is said to be."""
    return _with(samples, {name: _floats(samples, name) * factor})


def invalid(samples: Samples, share: float, chance: np.random.Generator) -> Samples:
    """Codes for "invalid" in place of some values, in each quantity at other samples."""
    return _with(
        samples,
        {
            name: np.where(chance.random(len(samples)) < share, code, _floats(samples, name))
            for name, code in _INVALID.items()
            if name in samples.values
        },
    )


def _floats(samples: Samples, name: str) -> Floats:
    return np.asarray(samples.values[name], np.float64)


def _with(samples: Samples, changed: dict[str, Floats]) -> Samples:
    return Samples(samples.device, samples.at_s, {**samples.values, **changed})


def _taken(column: Column, where: Seconds) -> Column:
    if isinstance(column, np.ndarray):
        return column[where]
    return [column[index] for index in where.tolist()]
