"""How warm rooms were in the hours in which they are occupied, by a contract's measure. Pure.

An hour without a temperature is missing: the contract's rule says what it counts as, and it is
never compliant.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.settlement.active_month import ActiveMonth
from domain.calendar import DayKind, days
from domain.contract_kpi import Kpi, KpiFigure, RoomHours, Rooms
from domain.errors import MissingInputError

Hours = Mapping[datetime, float]
"""Mean temperature of a room by the beginning of an hour. [degC]"""
_HUNDREDTH = 2
"""Decimals of a mean: its bounds are met by what a thermometer shows, not by a last digit."""


def room_figure(
    kpi: Kpi,
    rule: Rooms,
    month: ActiveMonth,
    kinds: Mapping[date, DayKind],
    rooms: Mapping[str, Hours],
) -> KpiFigure:
    """What a measure comes to by the temperatures of its rooms.

    Parameters
    ----------
    kinds : mapping of date to DayKind
        Of the days of the month, where the calendar is known.
    rooms : mapping of str to Hours
        By device; one that tells nothing is there without hours.

    Raises
    ------
    MissingInputError
        If whether a day is a workday is not known, or a room is not.
    """
    lacking = [device for device in rule.devices if device not in rooms]
    if lacking:
        reason = f"temperatures of {', '.join(lacking)} are not known or not seen"
        raise MissingInputError(reason, code="kpi")
    occupied = [*_occupied(rule, month, kinds)]
    told = tuple(_room(rule, device, occupied, rooms[device]) for device in rule.devices)
    if not occupied:
        return KpiFigure(kpi.code, "rooms", 0, 0, 0, rooms=())
    compliant, valid, expected = (
        sum(getattr(each, name) for each in told) for name in ("compliant", "valid", "expected")
    )
    source = f"rooms {', '.join(rule.devices)}"
    return KpiFigure(kpi.code, source, compliant, valid, expected, rooms=told)


def _occupied(rule: Rooms, month: ActiveMonth, kinds: Mapping[date, DayKind]) -> Iterator[datetime]:
    """Instants at which occupied hours begin: not on days on which the premises are closed."""
    if rule.months and month.month.number not in rule.months:
        return
    zone = ZoneInfo(month.contract.zone)
    closed = [(each.first_day, each.end_day) for each in month.events.closed]
    for day in days(month.first_day, month.end_day):
        if any(first <= day < end for first, end in closed):
            continue
        if not rule.every_day and day not in kinds:
            raise MissingInputError(f"whether {day} is a workday is not known", code="kpi")
        if rule.every_day or kinds[day].works:
            for hour in range(rule.from_hour, rule.end_hour):
                yield datetime(day.year, day.month, day.day, hour, tzinfo=zone)


def _room(rule: Rooms, device: str, occupied: list[datetime], hours: Hours) -> RoomHours:
    told = [
        Decimal(str(round(hours[at], _HUNDREDTH)))
        for at in (each.astimezone(UTC) for each in occupied)
        if at in hours
    ]
    inside = [each for each in told if _inside(rule, each)]
    return RoomHours(
        device,
        len(inside),
        len(told),
        len(occupied),
        min(told, default=None),
        max(told, default=None),
    )


def _inside(rule: Rooms, warm: Decimal) -> bool:
    above = rule.lowest_c is None or warm >= rule.lowest_c
    return above and (rule.highest_c is None or warm <= rule.highest_c)
