"""The ledger of alerts: what was found, what was mended, and what really stopped."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import fsum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics.alerts.stopped import Stopped, stopped
from analytics.models.record import Record
from analytics.models.series import Series
from analytics.place.day_drivers import kinds_of_days, warmth
from domain.local_day import day_start, local_day
from store.alerts.alert_ledger import Matter, use_hours

_TRAINED = timedelta(days=366)
_CENT = Decimal("0.01")
_Hours = tuple[NDArray[np.int64], NDArray[np.float64]]
ReadHours = Callable[[Connection, int, str, datetime, datetime], _Hours]
"""Starts [us] and amounts of the hours of a meter's quantity in [first, last)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What stopped, and what that is in money at the price of the promise. [CNY]."""

    stopped: Stopped
    cny: Decimal | None = None
    low_cny: Decimal | None = None
    high_cny: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """Matters of one rule, place or contractor in one unit: promised, and verified as stopped.

    Attributes
    ----------
    key, name_zh, name_en : str
        Of the rule, place or contractor; what has no names of its own has its key.
    promised, promised_cny : float and Decimal
        Of thirty days, of all orders. [unit, CNY]
    verified : int
        Orders of which the baseline can say what stopped.
    stopped, low, high : float
        Of these, of thirty days. The bands are added as if all errors went together, which is
        the widest they can be. [unit]
    stopped_cny : Decimal
        Of those with a price. [CNY]
    """

    key: str
    name_zh: str
    name_en: str
    unit: str
    orders: int
    closed: int
    promised: float
    promised_cny: Decimal
    verified: int
    stopped: float
    low: float
    high: float
    stopped_cny: Decimal


def sums(
    told: Mapping[Matter, Verified], named: Callable[[Matter], tuple[str, str, str]]
) -> list[Sum]:
    """Add up matters of one key and unit, the largest promise in money first.

    Parameters
    ----------
    named : callable
        Key and both names of what a matter is added to.
    """
    groups: dict[tuple[str, str], list[tuple[Matter, Verified]]] = defaultdict(list)
    for matter, each in told.items():
        if matter.unit is not None:
            groups[named(matter)[0], matter.unit].append((matter, each))
    found = [_sum(named(each[0][0]), unit, each) for (_, unit), each in groups.items()]
    return sorted(found, key=lambda each: (-each.promised_cny, each.key, each.unit))


def _sum(names: tuple[str, str, str], unit: str, of: list[tuple[Matter, Verified]]) -> Sum:
    measured = [each.stopped for _, each in of if each.stopped.month is not None]
    return Sum(
        *names,
        unit,
        orders=len(of),
        closed=sum(matter.closed_at is not None for matter, _ in of),
        promised=fsum(matter.month or 0.0 for matter, _ in of),
        promised_cny=sum((matter.month_cny or Decimal(0) for matter, _ in of), Decimal(0)),
        verified=len(measured),
        stopped=fsum(each.month or 0.0 for each in measured),
        low=fsum(each.low or 0.0 for each in measured),
        high=fsum(each.high or 0.0 for each in measured),
        stopped_cny=sum((each.cny or Decimal(0) for _, each in of), Decimal(0)),
    )


def verified(
    conn: Connection, matter: Matter, *, now: datetime, read: ReadHours = use_hours
) -> Verified:
    """Measure what stopped when an order was closed; computed anew whenever it is asked for.

    Parameters
    ----------
    read : callable
        Reads the use; as the person may see it, unless the worker asks.
    """
    if matter.closed_at is None or matter.done_at is None:
        return Verified(Stopped(reason="not_closed"))
    if matter.meter_id is None or matter.quantity is None:
        return Verified(Stopped(reason="no_meter"))
    zone = ZoneInfo(matter.zone)
    began, mended = local_day(matter.began_at, zone), local_day(matter.done_at, zone)
    until = local_day(now, zone)
    found = stopped(
        _record(conn, matter, zone, (began, until), read),
        zone,
        kinds_of_days(conn, matter.place_id, began - _TRAINED, until).kinds,
        began=began,
        mended=mended,
        until=until,
    )
    price = _price(matter)
    return Verified(found, *(_money(each, price) for each in (found.month, found.low, found.high)))


def _record(
    conn: Connection, matter: Matter, zone: ZoneInfo, days: tuple[date, date], read: ReadHours
) -> Record:
    began, until = days
    first = began - _TRAINED
    span = day_start(first, zone), day_start(until, zone)
    use = Series(*read(conn, matter.meter_id or 0, matter.quantity or "", *span))
    air = warmth(conn, matter.place_id, zone, first, until).hours
    nothing = Series(np.empty(0, np.int64), np.empty(0))
    return Record(use, air, nothing)


def _price(matter: Matter) -> Decimal | None:
    """CNY a unit, as the promise had it."""
    if matter.month is None or matter.month <= 0 or matter.month_cny is None:
        return None
    return matter.month_cny / Decimal(repr(matter.month))


def _money(amount: float | None, price: Decimal | None) -> Decimal | None:
    if amount is None or price is None:
        return None
    return (Decimal(repr(amount)) * price).quantize(_CENT, ROUND_HALF_UP)


def kept_promises(told: Mapping[Matter, Verified]) -> tuple[int, int]:
    """Promises that lay within the band of what really stopped, and those that could be held."""
    held = [
        (matter.month, each.stopped)
        for matter, each in told.items()
        if matter.month is not None and each.stopped.low is not None
    ]
    kept = sum(each.low <= month <= each.high for month, each in held)  # type: ignore[operator]  # all three are known together
    return kept, len(held)
