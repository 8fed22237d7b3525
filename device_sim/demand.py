"""What a building draws under given conditions: each item of electricity, water, gas and heat.

Pure, and a function of each instant alone, so that any two windows agree where they overlap.
"""

import numpy as np

from device_sim.arrays import Floats
from device_sim.building_use import BuildingUse, Density
from device_sim.climate import Climate
from device_sim.conditions import Conditions
from device_sim.estate import Building
from device_sim.noise import fraction, key, smooth

#: Reactive over active power of each item. [kvar/kW]
_TAN_PHI = {
    "lighting_sockets": 0.22,
    "hvac": 0.55,
    "power": 0.62,
    "special": 0.30,
    "unmetered": 0.2,
}
_COOLING_FROM_C = 23.0
_COOLING_FULL_C = 34.0
_HEATING_FROM_C = 18.0
_HEATING_FULL_C = -9.0
_LAMPS_BELOW_WM2 = 180.0
_PERFORMANCE = 0.8
"""Of a PV plant: what it makes of its rated power under 1000 W/m2. [1]"""
_DAY_S = 86_400


def demand(
    building: Building, use: BuildingUse, climate: Climate, seed: int, given: Conditions
) -> dict[str, Floats]:
    """Draw of a building without its vehicles.

    Returns
    -------
    dict of Floats, each of shape (n,)
        The building's items and ``unmetered``, the share no submeter sees, whose sum is
        ``electricity`` [kW]; ``reactive`` [kvar]; where there is a plant ``pv``, and of what the
        boundary sees ``bought`` and ``fed_in`` [kW]; and where there is a meter for it ``water``,
        ``gas`` [m3/h] and ``heat`` [kW].
    """
    present = use.presence(given.hour, given.workday, given.within(use.leave))
    rates = _items(building, use, climate, seed, given, present)
    # Corridors, losses and what was wired before the submeters: 1.5 to 3 % of what they see.
    share = 0.015 + 0.015 * fraction(seed, building.code, "unmetered")
    rates["unmetered"] = share * np.sum(list(rates.values()), axis=0)
    reactive = np.sum([_TAN_PHI[item] * power for item, power in rates.items()], axis=0)
    rates["electricity"] = np.sum(list(rates.values()), axis=0)
    rates["reactive"] = reactive
    if building.pv_kw:
        rates["pv"] = building.pv_kw * given.irradiance_wm2 / 1000.0 * _PERFORMANCE
        net = rates["electricity"] - rates["pv"]
        rates["bought"], rates["fed_in"] = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    if building.water:
        stir = _unrest(seed, building, "water", given, 0.35)
        daily = use.water_lm2h * present**1.3 * stir + use.night_lm2h
        rates["water"] = building.area_m2 * daily / 1000.0
    if building.gas_m3h:
        rates["gas"] = _gas(building, seed, given, present)
    if building.heat and climate.heating:
        stir = _unrest(seed, building, "heat", given, 0.06)
        need = _cold(given.outdoor_c) * (0.8 + 0.2 * present) * stir
        season = given.within([climate.heating])
        rates["heat"] = np.where(season, building.area_m2 * use.heat_wm2 / 1000.0 * need, 0.0)
    return rates


def _items(
    building: Building,
    use: BuildingUse,
    climate: Climate,
    seed: int,
    given: Conditions,
    present: Floats,
) -> dict[str, Floats]:
    dark = np.clip(1.0 - given.irradiance_wm2 / _LAMPS_BELOW_WM2, 0.0, 1.0)
    warm = np.clip(
        (given.outdoor_c - _COOLING_FROM_C) / (_COOLING_FULL_C - _COOLING_FROM_C), 0.0, 1.3
    )
    # Rooms are kept warm by district heat where there is some, else by the same heat pumps.
    heated = building.heat and climate.heating is not None
    chill = 0.0 if heated else 0.75 * _cold(given.outdoor_c)
    running = np.clip(1.6 * present, 0.0, 1.0)
    loads = {
        "lighting_sockets": (use.lighting_sockets, present * (0.72 + 0.28 * dark), 0.05),
        "hvac": (use.hvac, running * (0.06 + warm + chill), 0.16),
        "power": (use.power, present, 0.22),
        "special": (use.special, present, 0.10),
    }
    return {
        item: _power_kw(loads[item][0], building, loads[item][1])
        * _unrest(seed, building, item, given, loads[item][2])
        for item in building.items
    }


def _power_kw(density: Density, building: Building, load: Floats) -> Floats:
    return building.area_m2 / 1000.0 * (density.idle + (density.full - density.idle) * load)


def _cold(outdoor_c: Floats) -> Floats:
    """Share of the full heat load that the weather asks for [1]."""
    span = _HEATING_FROM_C - _HEATING_FULL_C
    share: Floats = np.clip((_HEATING_FROM_C - outdoor_c) / span, 0.0, 1.25)
    return share


def _gas(building: Building, seed: int, given: Conditions, present: Floats) -> Floats:
    """Burners of the kitchen follow the meals, the boiler hot water and the weather [m3/h]."""
    stir = _unrest(seed, building, "gas", given, 0.2)
    rate = np.zeros(len(given.at))
    rate += building.gas_m3h.get("kitchen", 0.0) * np.clip(present - 0.12, 0.0, None) * stir
    boiler = 0.18 + 0.12 * present + 0.6 * _cold(given.outdoor_c)
    rate += building.gas_m3h.get("boiler", 0.0) * boiler * stir
    return rate


def _unrest(seed: int, building: Building, what: str, given: Conditions, spread: float) -> Floats:
    """A factor around 1: people and machines are never twice the same [1]."""
    waves = ((2 * _DAY_S, 0.45), (3 * 3600, 0.3), (1500, 0.25))
    factor: Floats = 1.0 + spread * np.sum(
        [
            share * smooth(key(seed, building.code, what, period_s), given.at, period_s)
            for period_s, share in waves
        ],
        axis=0,
    )
    return factor
