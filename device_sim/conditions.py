"""What all buildings of the district share at the same instants: local clock, calendar, weather."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from device_sim.arrays import Flags, Floats, Seconds
from device_sim.climate import Climate, irradiance_wm2, outdoor_c
from device_sim.local_clock import local, offset_s
from device_sim.workday import is_workday

_JANUARY_S = 1_735_689_600  # 2025-01-01: clocks of the northern zones show standard time


@dataclass(frozen=True)
class Surroundings:
    """Where and under which sky the district lies."""

    climate: Climate
    seed: int
    zone: ZoneInfo

    @property
    def east_h(self) -> float:
        """Hours by which the sun runs ahead of Greenwich: the zone's standard time [h]."""
        return offset_s(_JANUARY_S, self.zone) / 3600.0

    def outdoor_c(self, at: Seconds) -> Floats:
        """Outdoor air temperature [degC]."""
        return outdoor_c(self.climate, self.seed, at, self.east_h)

    def irradiance_wm2(self, at: Seconds) -> Floats:
        """Global horizontal irradiance [W/m2]."""
        return irradiance_wm2(self.climate, self.seed, at, self.east_h)


@dataclass(frozen=True)
class Conditions:
    """Conditions at n instants; every array has the shape (n,).

    Attributes
    ----------
    hour : Floats
        Local hour in [0, 24). [h]
    month_day : array of str
        Local day, such as ``11-15``.
    """

    at: Seconds
    hour: Floats
    workday: Flags
    month_day: NDArray[np.str_]
    outdoor_c: Floats
    irradiance_wm2: Floats

    def within(self, seasons: Iterable[tuple[str, str]]) -> Flags:
        """Whether the local day lies in one of the seasons, half-open; they may pass New Year."""
        inside = np.zeros(len(self.at), np.bool_)
        for start, end in seasons:
            begun, over = self.month_day >= start, self.month_day >= end
            inside |= (begun & ~over) if start <= end else (begun | ~over)
        return inside


def conditions(around: Surroundings, at: Seconds) -> Conditions:
    """Conditions of the district at the given instants."""
    ordinals, hour = local(at, around.zone)
    days, place = np.unique(ordinals, return_inverse=True)
    dates = [date.fromordinal(int(day)) for day in days]
    workday = np.array([is_workday(day) for day in dates], np.bool_)
    month_day = np.array([f"{day:%m-%d}" for day in dates])
    return Conditions(
        at,
        hour,
        workday[place],
        month_day[place],
        around.outdoor_c(at),
        around.irradiance_wm2(at),
    )
