"""A vehicle's day: errands on workdays, seldom at weekends, and a charge in the evening."""

from collections.abc import Iterator

import numpy as np

from device_sim.activity import Activity, Way, charge_up, drive
from device_sim.route import outbound
from device_sim.vehicle_model import VehicleModel

ERRANDS_ON_WORKDAY = (0.12, 0.42, 0.33, 0.13)
"""Chances of 0, 1, 2 and 3 errands."""
ERRANDS_ON_RESTDAY = (0.95, 0.05)
DAY_STARTS_H = 7
"""Local hour at which no vehicle drives or charges any more or yet [h]."""

_LAST_DEPARTURE_S = 9.5 * 3600
_MEDIAN_KM = 13.0
_SHORTEST_KM, _LONGEST_KM = 1.5, 38.0
_CAUTIOUS_KWH_KM = 0.30
_RESERVE = 0.15
_CHARGE_BELOW = 0.78
_CHARGE_ANYWAY = 0.25


def vehicle_day(
    model: VehicleModel,
    start_s: int,
    stored_kwh: float,
    *,
    workday: bool,
    outdoor_c: float,
    chance: np.random.Generator,
) -> Iterator[Activity]:
    """What it does between one morning and the next, in order of time.

    Parameters
    ----------
    start_s : int
        The morning, at `DAY_STARTS_H`. [s since 1970]
    stored_kwh : float
        Energy in the battery then. [kWh]
    outdoor_c : float
        Outdoor temperature of the day. [degC]
    """
    chances = ERRANDS_ON_WORKDAY if workday else ERRANDS_ON_RESTDAY
    errands = int(chance.choice(len(chances), p=chances))
    free_s = start_s + chance.uniform(0.5, 2.5) * 3600
    for _ in range(errands):
        distance_km = _distance_km(chance)
        need_kwh = 2 * distance_km * _CAUTIOUS_KWH_KM
        late = free_s > start_s + _LAST_DEPARTURE_S
        if late or stored_kwh - need_kwh < _RESERVE * model.battery_kwh:
            break
        way = Way(*outbound(distance_km, chance))
        out = drive(model, int(free_s), way, outdoor_c, chance)
        stay_s = int(chance.uniform(15, 100) * 60)
        home = drive(model, out.end_s + stay_s, way.back(), outdoor_c, chance)
        stored_kwh -= out.net_used_kwh + home.net_used_kwh
        free_s = home.end_s + chance.uniform(0.3, 2.0) * 3600
        yield out
        yield home
    plugs_in = stored_kwh < _CHARGE_BELOW * model.battery_kwh or (
        errands > 0 and chance.random() < _CHARGE_ANYWAY
    )
    if plugs_in:
        evening_s = max(int(free_s), start_s + 10 * 3600)
        yield charge_up(model, evening_s + int(chance.uniform(60, 900)), stored_kwh)


def _distance_km(chance: np.random.Generator) -> float:
    """One way, more often near than far [km]."""
    distance = _MEDIAN_KM * chance.lognormal(0.0, 0.65)
    return float(np.clip(distance, _SHORTEST_KM, _LONGEST_KM))
