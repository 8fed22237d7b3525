"""Areas on the ground, and whether a place lies in them. Pure; WGS-84."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import cos, hypot, radians

from analytics.fleet.whereabouts import Place

_M_PER_DEG = 111_194.93
"""Length of a degree of the mean sphere. [m]"""


class FenceKind(StrEnum):
    """What an area means."""

    HOME = "home"
    """Where vehicles are kept over night."""
    AREA = "area"
    """Where they may go."""
    FORBIDDEN = "forbidden"
    """Where they may not stand."""


@dataclass(frozen=True, slots=True)
class Fence:
    """An area.

    Attributes
    ----------
    ring : sequence of float
        Corners as latitude, longitude, latitude, longitude ..; at least three. [deg]
    """

    id: int
    kind: FenceKind
    name: str
    ring: Sequence[float]

    def holds(self, place: tuple[float, float]) -> bool:
        """Whether a place lies inside; crossings of a ray to the east are odd."""
        north, east = place
        corners = list(zip(self.ring[::2], self.ring[1::2], strict=True))
        inside = False
        for (n1, e1), (n2, e2) in zip(corners, [*corners[1:], corners[0]], strict=True):
            if (n1 > north) != (n2 > north) and east < e1 + (north - n1) / (n2 - n1) * (e2 - e1):
                inside = not inside
        return inside


def held_by(fences: Sequence[Fence], kind: FenceKind, place: Place) -> Fence | None:
    """First area of a kind in which a place lies."""
    if place is None:
        return None
    return next((each for each in fences if each.kind is kind and each.holds(place)), None)


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance of two places that are near each other. [m]."""
    east = (one[1] - other[1]) * cos(radians((one[0] + other[0]) / 2))
    return _M_PER_DEG * hypot(one[0] - other[0], east)
