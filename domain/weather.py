"""Whether outdoor values can be believed: within what nature allows, fresh, and like those nearby.

Weather comes from outdoor sensors that send as meters do. A sensor outdoors stands at a site, or at
an institution or bureau as a whole; one that stands in a building or space is indoors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

LIMITS: Mapping[str, tuple[float, float]] = {
    "air_temperature_c": (-60.0, 60.0),
    "relative_humidity_pct": (0.0, 100.0),
    "irradiance_wm2": (-20.0, 1600.0),
}
"""What can be outdoors on the ground; an irradiance sensor reads a little below 0 at night."""
STALE_AFTER = timedelta(hours=3)
"""Unless a setting says otherwise."""
NEIGHBOURS_LEAST = 2
UNLIKE_K = 8.0
"""A fresh temperature further than this from the median of its neighbours is doubted. [K]"""


class Doubt(StrEnum):
    """Why a value is not believed."""

    BEYOND_LIMITS = "beyond_limits"
    UNLIKE_NEIGHBOURS = "unlike_neighbours"


@dataclass(frozen=True, slots=True)
class Observed:
    """One value of one station.

    Attributes
    ----------
    value : float
        In the unit of the quantity.
    """

    station: str
    quantity: str
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Assessed:
    """A value and what is to be thought of it.

    Attributes
    ----------
    neighbours : float or None
        Median of the neighbours' fresh temperatures; None where there are too few. [degC]
    """

    observed: Observed
    stale: bool
    doubt: Doubt | None
    neighbours: float | None = None


def assess(
    observed: Sequence[Observed], now: datetime, *, stale_after: timedelta = STALE_AFTER
) -> list[Assessed]:
    """Judge the newest values of several stations of one district, each beside the others."""
    oldest = now - stale_after
    fresh = {
        each.station: each.value
        for each in observed
        if each.quantity == "air_temperature_c" and _possible(each) and each.at >= oldest
    }
    return [_assessed(each, fresh, oldest) for each in observed]


def _assessed(one: Observed, fresh: Mapping[str, float], oldest: datetime) -> Assessed:
    stale = one.at < oldest
    if not _possible(one):
        return Assessed(one, stale, Doubt.BEYOND_LIMITS)
    others = [value for station, value in fresh.items() if station != one.station]
    if one.quantity != "air_temperature_c" or stale or len(others) < NEIGHBOURS_LEAST:
        return Assessed(one, stale, None)
    middle = median(others)
    unlike = abs(one.value - middle) > UNLIKE_K
    return Assessed(one, stale, Doubt.UNLIKE_NEIGHBOURS if unlike else None, middle)


def _possible(one: Observed) -> bool:
    least, greatest = LIMITS[one.quantity]
    return least <= one.value <= greatest
