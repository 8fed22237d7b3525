"""Where a vehicle was at an instant, by the fix nearest before it. Pure."""

from collections.abc import Sequence

import numpy as np

from analytics.fleet.samples import VehicleSamples

_AGE_US = 15 * 60 * 1_000_000
"""An older fix says nothing of an instant. [us]"""

Place = tuple[float, float] | None
"""Latitude and longitude, WGS-84 [deg]; None: nothing told it."""


def whereabouts(samples: VehicleSamples, instants: Sequence[int]) -> list[Place]:
    """Place at each instant: of the last fix at or before it, else of the next one.

    Parameters
    ----------
    instants : sequence of int
        [us since 1970]
    """
    latitude, longitude = samples.number("latitude_deg"), samples.number("longitude_deg")
    if latitude is None or longitude is None:
        return [None] * len(instants)
    fixed = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if not len(fixed):
        return [None] * len(instants)
    at, wanted = samples.ts[fixed], np.asarray(instants, np.int64)
    after = np.searchsorted(at, wanted, side="right")
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(fixed) - 1)
    old = (after > 0) & (wanted - at[before] >= 0) & (wanted - at[before] <= _AGE_US)
    old |= (before == 0) & (at[0] <= wanted) & (wanted - at[0] <= _AGE_US)
    chosen = np.where(old, before, after)
    near = np.abs(at[chosen] - wanted) <= _AGE_US
    rows = fixed[chosen]
    return [
        (north, east) if told else None
        for north, east, told in zip(
            latitude[rows].tolist(), longitude[rows].tolist(), near.tolist(), strict=True
        )
    ]
