"""What a district truly did: amounts per meter and local day, and every trip and charge.

Exact, not as the rounded registers show it: what later figures are to be held against.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from device_sim.activity import CHANNELS, Activity, Channel
from device_sim.charging import EFFICIENCY
from device_sim.district import District
from device_sim.local_clock import start_of
from device_sim.metering import EV_CHARGING
from device_sim.vehicle import Vehicle
from domain.registry import REGISTER_OF_MEDIUM, MeterRole


def truth(district: District, end: datetime) -> Iterator[dict[str, Any]]:
    """Records of whole local days, and of trips and charges, that ended before `end`.

    Yields
    ------
    dict
        ``kind`` day: meter, quantity, day, amount [kWh], [m3] or [GJ];
        trip: vehicle, start, end, km, kwh net out of the battery, soc_start and soc_end [%];
        charge: the same with kwh into the battery, grid_kwh at the pile, and the pile's meter.
    """
    zone = ZoneInfo(district.settings.zone)
    days = list(_whole_days(district.settings.first, end, zone))
    if days:
        bounds = np.array([start_of(day, zone) for day in (*days, days[-1] + timedelta(1))])
        for code, point in district.points.items():
            amounts = np.diff(point.model.amount(bounds)).tolist()
            quantity = REGISTER_OF_MEDIUM[point.meter.medium]
            for day, amount in zip(days, amounts, strict=True):
                yield {
                    "kind": "day",
                    "meter": code,
                    "quantity": quantity,
                    "day": day.isoformat(),
                    "amount": amount,
                }
    piles = {
        int(code.rpartition("-")[2]): code
        for code, point in district.points.items()
        if point.meter.item == EV_CHARGING and point.meter.role is MeterRole.SUB
    }
    first_s, end_s = int(district.settings.first.timestamp()), int(end.timestamp())
    for code, vehicle in district.vehicles.items():
        for activity in vehicle.activities(first_s, end_s):
            if activity.end_s <= end_s:
                yield _activity(code, vehicle, activity, piles[vehicle.number])


def _whole_days(first: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day = first.astimezone(zone).date()
    while start_of(day + timedelta(1), zone) <= end.timestamp():
        if start_of(day, zone) >= first.timestamp():
            yield day
        day += timedelta(1)


def _activity(code: str, vehicle: Vehicle, activity: Activity, pile: str) -> dict[str, Any]:
    ends = vehicle.motion(np.array([activity.start_s, activity.end_s], np.int64)).soc
    amount = dict(zip(CHANNELS, activity.amounts.tolist(), strict=True))
    record = {
        "kind": "charge" if activity.way is None else "trip",
        "vehicle": code,
        "start": datetime.fromtimestamp(activity.start_s, UTC),
        "end": datetime.fromtimestamp(activity.end_s, UTC),
        "soc_start": 100.0 * float(ends[0]),
        "soc_end": 100.0 * float(ends[1]),
    }
    if activity.way is None:
        into_kwh = amount[Channel.CHARGED]
        return record | {"kwh": into_kwh, "grid_kwh": into_kwh / EFFICIENCY, "pile": pile}
    return record | {"km": amount[Channel.SPEED], "kwh": activity.net_used_kwh}
