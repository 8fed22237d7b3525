"""The way a drive takes through a city of square blocks.

On such a grid the way's length is the sum of its steps, so that the track is exactly as long as
the odometer says.
"""

import numpy as np

from device_sim.arrays import Floats

_BLOCK_KM = 0.9
_KM_PER_DEG = 6371.0088 * np.pi / 180.0
"""Length of a degree of latitude on the mean sphere [km]."""


def outbound(distance_km: float, chance: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """A way from the garage.

    Returns
    -------
    way_km, east_km, north_km : Floats, each of shape (k,)
        Corners: length of way so far, and place relative to the garage, from 0 to the far end.
    """
    blocks = max(2, int(distance_km / _BLOCK_KM))
    lengths = chance.uniform(0.5, 1.5, blocks)
    lengths *= distance_km / lengths.sum()
    eastward = chance.random(blocks) < chance.uniform(0.2, 0.8)
    side = chance.choice([-1.0, 1.0], 2)
    east = np.where(eastward, lengths * side[0], 0.0)
    north = np.where(eastward, 0.0, lengths * side[1])
    return _from_zero(lengths), _from_zero(east), _from_zero(north)


def degrees(
    centre: tuple[float, float], east_km: Floats, north_km: Floats
) -> tuple[Floats, Floats]:
    """Latitude and longitude of places given relative to a centre [deg]."""
    latitude = centre[0] + north_km / _KM_PER_DEG
    longitude = centre[1] + east_km / (_KM_PER_DEG * np.cos(np.radians(latitude)))
    return latitude, longitude


def _from_zero(steps: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(steps)])
