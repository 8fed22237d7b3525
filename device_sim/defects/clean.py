"""What meters of a simulated building count by the hour when nothing is wrong."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from device_sim.arrays import Flags, Floats, Seconds
from device_sim.building_use import building_uses
from device_sim.climate import climates
from device_sim.conditions import Conditions, Surroundings, conditions
from device_sim.demand import demand
from device_sim.estate import Building, estate
from device_sim.local_clock import start_of
from device_sim.noise import fraction, key, smooth, uniform

ZONE = ZoneInfo("Asia/Shanghai")
_INSTITUTIONS = 8
"""Whose buildings are gone round."""
_CLOSES = frozenset({"office", "service_hall"})
_STEP_S, _HOUR_S = 900, 3600
_CLIMATES = ("north", "south")
_PERFORMANCE = 0.82
"""Of a plant: what its modules make of the light on the way to its meter. [1]"""


@dataclass(frozen=True)
class BuildingHours:
    """Hours of whole local days; arrays have the shape (n_days, 24), in the unit of their meter.

    Attributes
    ----------
    first : date
        First local day.
    at_s : Seconds
        Beginnings of the hours. [s since 1970]
    workday : Flags, shape (n_days,)
        Whether the institution works: not between the terms of a school.
    use : dict of Floats
        ``electricity`` and its items, ``reactive``, ``water``, ``heat``, ``cooling``, ``pv``.
        [kWh], [kvarh], [m3], heat and cold [GJ]
    outdoor_c, irradiance_wm2 : Floats
        As a station nearby tells them. [degC], [W/m2]
    """

    first: date
    at_s: Seconds
    workday: Flags
    use: dict[str, Floats]
    outdoor_c: Floats
    irradiance_wm2: Floats


def building_hours(
    seed: int, first: date, days: int, *, climate: str = "", closes: bool = False
) -> BuildingHours:
    """Hours of one building without a fault, a function of the seed alone.

    Parameters
    ----------
    climate : str, optional
        Of `climates`; without it the seed says.
    closes : bool, default False
        Of a use that goes home at night and on days off.
    """
    building = _building(seed, closes=closes)
    under = climates()[climate or _CLIMATES[seed % len(_CLIMATES)]]
    around = Surroundings(under, seed, ZONE)
    given = _given(around, first, days)
    use = building_uses()[building.use]
    drawn = demand(building, use, under, seed, given)
    drawn["water"] = _pulses(drawn["water"], seed)
    warm = np.clip((given.outdoor_c - 23.0) / 11.0, 0.0, 1.3) * use.presence(
        given.hour, given.workday, given.within(use.leave)
    )
    drawn["cooling"] = building.area_m2 * 0.06 * warm * 0.0036
    drawn["heat"] = drawn.get("heat", np.zeros(len(given.at))) * 0.0036
    bright = given.irradiance_wm2 * (1 - 0.004 * np.clip(given.outdoor_c - 15, 0, None))
    dust = 1 + 0.03 * smooth(key(seed, "dust"), given.at, 10 * 86_400)
    drawn["pv"] = 0.02 * building.area_m2 * bright / 1000 * _PERFORMANCE * dust
    rain = 1 + 0.03 * (uniform(key(seed, "sensor"), given.at) - 0.5)
    hourly = {name: _by_hour(rate, days) for name, rate in drawn.items()}
    work = (given.workday & ~given.within(use.leave)).reshape(days, -1)[:, 0]
    return BuildingHours(
        first, given.at[::4].reshape(days, 24) - _STEP_S // 2, work, hourly,
        _by_hour(given.outdoor_c, days), _by_hour(given.irradiance_wm2 * rain, days),
    )  # fmt: skip


def _building(seed: int, *, closes: bool) -> Building:
    every = [each for institution in estate(_INSTITUTIONS) for each in institution.buildings]
    known = [each for each in every if not closes or each.use in _CLOSES]
    chosen = known[int(fraction(seed, "which") * len(known))]
    size = chosen.area_m2 * (0.6 + 0.8 * fraction(seed, "area"))
    return msgspec.structs.replace(
        chosen, code=f"{chosen.code}-{seed}", area_m2=size, water=True, heat=True
    )


@cache
def _given(around: Surroundings, first: date, days: int) -> Conditions:
    start = start_of(first, ZONE)
    end = start_of(first + timedelta(days=days), ZONE)
    return conditions(around, np.arange(start + _STEP_S // 2, end, _STEP_S, dtype=np.int64))


def _pulses(rate_m3h: Floats, seed: int) -> Floats:
    """Water is drawn by the tap, and counted in pulses of 10 L. [m3/h]."""
    rng = np.random.default_rng(seed)
    quarter = np.asarray(rng.poisson(rate_m3h * _STEP_S / _HOUR_S / 0.01), np.float64) * 0.01
    return np.asarray(quarter * _HOUR_S / _STEP_S)


def _by_hour(rate: Floats, days: int) -> Floats:
    return np.asarray(rate.reshape(days, 24, -1).mean(axis=2), np.float64)
