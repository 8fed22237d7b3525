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

_AT_ONCE = 30


def truth(district: District, end: datetime) -> Iterator[dict[str, Any]]:
    """Records of whole local days, and of trips and charges, that ended before `end`.

    Yields
    ------
    dict
        ``kind`` day: meter, quantity, day, amount [kWh], [m3] or [GJ];
        trip: vehicle, start, end, km, kwh net out of the battery, soc_start and soc_end [%];
        charge: the same with kwh into the battery, grid_kwh at the pile, and the pile's meter.
    """
    settings = district.settings
    days = list(_whole_days(settings.first, end, ZoneInfo(settings.zone)))
    # Some weeks at a time for all, as the history behind them is worked out in such blocks.
    for first in range(0, len(days), _AT_ONCE):
        yield from _days(district, days[first : first + _AT_ONCE])
    piles = {
        int(code.rpartition("-")[2]): code
        for code, point in district.points.items()
        if point.meter.item == EV_CHARGING and point.meter.role is MeterRole.SUB
    }
    for code, vehicle in district.vehicles.items():
        yield from _activities(code, vehicle, piles[vehicle.number], settings.first, end)


def _days(district: District, days: list[date]) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(district.settings.zone)
    bounds = [start_of(day, zone) for day in (*days, days[-1] + timedelta(1))]
    for code, point in district.points.items():
        amounts = np.diff(point.model.amount(np.array(bounds, np.int64))).tolist()
        for day, amount in zip(days, amounts, strict=True):
            yield {
                "kind": "day",
                "meter": code,
                "quantity": REGISTER_OF_MEDIUM[point.meter.medium],
                "day": day.isoformat(),
                "amount": amount,
            }


def _whole_days(first: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day = first.astimezone(zone).date()
    while start_of(day + timedelta(1), zone) <= end.timestamp():
        if start_of(day, zone) >= first.timestamp():
            yield day
        day += timedelta(1)


def _activities(
    code: str, vehicle: Vehicle, pile: str, first: datetime, end: datetime
) -> Iterator[dict[str, Any]]:
    end_s = int(end.timestamp())
    done = [
        activity
        for activity in vehicle.activities(int(first.timestamp()), end_s)
        if activity.end_s <= end_s
    ]
    at = np.array([(activity.start_s, activity.end_s) for activity in done], np.int64)
    soc = 100.0 * vehicle.motion(at.reshape(-1)).soc.reshape(-1, 2)
    for activity, (start, end_) in zip(done, soc.tolist(), strict=True):
        yield _record(code, activity, pile) | {"soc_start": start, "soc_end": end_}


def _record(code: str, activity: Activity, pile: str) -> dict[str, Any]:
    amount = dict(zip(CHANNELS, activity.amounts.tolist(), strict=True))
    record = {
        "vehicle": code,
        "start": datetime.fromtimestamp(activity.start_s, UTC),
        "end": datetime.fromtimestamp(activity.end_s, UTC),
    }
    if activity.way is None:
        into_kwh = amount[Channel.CHARGED]
        grid_kwh = into_kwh / EFFICIENCY
        return {"kind": "charge", **record, "kwh": into_kwh, "grid_kwh": grid_kwh, "pile": pile}
    return {
        "kind": "trip",
        **record,
        "km": amount[Channel.SPEED],
        "kwh": activity.net_used_kwh,
    }
