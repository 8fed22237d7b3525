"""Map coordinates of China: GCJ-02, to which licensed maps are shifted, and WGS-84, which we keep.

Source: the public approximation of the shift (Krassovsky 1940 ellipsoid), exact to about a metre.
Outside China nothing is shifted.
"""

from enum import StrEnum
from math import cos, pi, sin, sqrt

_AXIS_M = 6_378_245.0
_ECCENTRICITY = 0.006_693_421_622_965_943
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
_ROUNDS = 4
"""Of the fixed point; each takes the error to about a thousandth."""


class CoordinateSystem(StrEnum):
    """What latitude and longitude refer to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Shift a place of WGS-84 [deg] as licensed maps do."""
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        return latitude, longitude
    x, y = longitude - 105.0, latitude - 35.0
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _waves(x)
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _waves(x)
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    angle = latitude / 180 * pi
    flat = 1 - _ECCENTRICITY * sin(angle) ** 2
    per_north = _AXIS_M * (1 - _ECCENTRICITY) / (flat * sqrt(flat)) * pi / 180
    per_east = _AXIS_M / sqrt(flat) * cos(angle) * pi / 180
    return latitude + north / per_north, longitude + east / per_east


def from_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Place of WGS-84 [deg] that is shown at a place of GCJ-02, within a centimetre."""
    north, east = latitude, longitude
    for _ in range(_ROUNDS):
        shown = to_gcj02(north, east)
        north, east = north + latitude - shown[0], east + longitude - shown[1]
    return north, east


def _waves(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
