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

_AT_ONCE = timedelta(days=30)


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
    piles = {
        int(code.rpartition("-")[2]): code
        for code, point in district.points.items()
        if point.meter.item == EV_CHARGING and point.meter.role is MeterRole.SUB
    }
    start = settings.first
    # Some weeks at a time for all, as the history behind them is worked out in such blocks.
    while start < end:
        until = min(start + _AT_ONCE, end)
        yield from _days(district, start, until)
        for code, vehicle in district.vehicles.items():
            yield from _activities(code, vehicle, piles[vehicle.number], start, until)
        start = until


def _days(district: District, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """Whole days that end within (start, end]."""
    zone = ZoneInfo(district.settings.zone)
    days = list(_whole_days(district.settings.first, start, end, zone))
    if not days:
        return
    bounds = [start_of(day, zone) for day in (*days, days[-1] + timedelta(1))]
    for code, point in district.points.items():
        amounts = np.diff(point.model.amount(np.array(bounds, np.int64))).tolist()
        for day, amount in zip(days, amounts, strict=True):
            yield {
                "kind": "day",
                "meter": code,
                "quantity": point.meter.quantity or REGISTER_OF_MEDIUM[point.meter.medium],
                "day": day.isoformat(),
                "amount": amount,
            }


def _whole_days(first: datetime, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day = start.astimezone(zone).date()
    while (over_s := start_of(day + timedelta(1), zone)) <= end.timestamp():
        if start_of(day, zone) >= first.timestamp() and over_s > start.timestamp():
            yield day
        day += timedelta(1)


def _activities(
    code: str, vehicle: Vehicle, pile: str, start: datetime, end: datetime
) -> Iterator[dict[str, Any]]:
    """Trips and charges that end within (start, end]."""
    start_s, end_s = int(start.timestamp()), int(end.timestamp())
    done = [a for a in vehicle.activities(start_s, end_s) if a.end_s <= end_s]
    at = np.array([(activity.start_s, activity.end_s) for activity in done], np.int64)
    soc = 100.0 * vehicle.motion(at.reshape(-1)).soc.reshape(-1, 2)
    for activity, (soc_start, soc_end) in zip(done, soc.tolist(), strict=True):
        yield _record(code, activity, pile) | {"soc_start": soc_start, "soc_end": soc_end}


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
