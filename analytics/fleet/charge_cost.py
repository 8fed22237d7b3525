"""What a plug-in at a pile of our own costs: the pile's meter, priced when it counted. Pure.

The price is that of each interval of the meter, by the tariff then in force. It is computed anew
whenever it is asked for, so that later prices and readings count back. An interval belongs to the
local month in which it lies, the fee of a session to that in which the plug-in began.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.ledger.interval_cost import IntervalCost
from domain.local_day import local_day
from domain.money import cents, exact


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A plug-in at a pile of our own, in [start, end)."""

    id: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PileFees:
    """What a pile costs beside its energy.

    Attributes
    ----------
    session : Decimal
        Once per plug-in, however often it pauses. [CNY]
    service : Decimal
        [CNY/kWh]
    """

    session: Decimal = Decimal(0)
    service: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class MonthCost:
    """What a plug-in costs in one local month.

    Attributes
    ----------
    month : date
        First day of it.
    kwh : Decimal
        Counted by the pile's meter.
    energy : Decimal or None
        Rounded; None while an interval has no price. [CNY]
    fees : Decimal
        Session and service. [CNY]
    unpriced_kwh : Decimal
        Of the kWh, without a price.
    """

    month: date
    kwh: Decimal
    energy: Decimal | None
    fees: Decimal
    unpriced_kwh: Decimal

    @property
    def amount(self) -> Decimal | None:
        """Energy and fees. [CNY]; None while a price is missing."""
        return None if self.energy is None else self.energy + self.fees


@dataclass(frozen=True, slots=True)
class ChargeCost:
    """Cost of a plug-in by local month; no month where the meter counted nothing."""

    charge: PlugIn
    months: tuple[MonthCost, ...]

    def within(self, first_day: date, end_day: date) -> "ChargeCost":
        """The part of it in whole local months [first_day, end_day)."""
        months = (each for each in self.months if first_day <= each.month < end_day)
        return replace(self, months=tuple(months))

    @property
    def kwh(self) -> Decimal:
        """Counted at the pile, loss included."""
        return sum((each.kwh for each in self.months), Decimal(0))

    @property
    def amount(self) -> Decimal | None:
        """In all. [CNY]; None while a price is missing or the meter has no figures."""
        amounts = [each.amount for each in self.months]
        known = [each for each in amounts if each is not None]
        return sum(known, Decimal(0)) if amounts and len(known) == len(amounts) else None


Span = tuple[datetime, datetime]


def uncounted(
    charges: Iterable[PlugIn], intervals: Iterable[IntervalCost]
) -> dict[str, list[Span]]:
    """Spans of each plug-in of a pile for which the pile's meter has no figure, by its id."""
    told = sorted((each.start, each.end) for each in intervals)
    starts = [start for start, _ in told]
    return {each.id: list(_gaps(each, told, starts)) for each in charges}


def _gaps(charge: PlugIn, told: Sequence[Span], starts: Sequence[datetime]) -> Iterator[Span]:
    at = charge.start
    for start, end in told[max(bisect_right(starts, at) - 1, 0) :]:
        if start >= charge.end:
            break
        if start > at:
            yield at, start
        at = max(at, end)
    if at < charge.end:
        yield at, charge.end


def charge_costs(
    charges: Iterable[PlugIn],
    intervals: Iterable[IntervalCost],
    fees: PileFees,
    zone: ZoneInfo,
    *,
    others: Iterable[PlugIn] = (),
) -> list[ChargeCost]:
    """Price the plug-ins of one pile.

    Parameters
    ----------
    intervals : iterable of IntervalCost
        Of the pile's meter, over all of the plug-ins. One that meets several plug-ins is split
        among them by the time each spent in it; one that meets none costs nobody here.
    others : iterable of PlugIn
        At the same pile, whosoever: they have their share of its intervals and are not priced.
    """
    asked = {charge.id: charge for charge in charges}
    each = sorted((*asked.values(), *others), key=lambda charge: (charge.start, charge.id))
    shares: dict[str, list[tuple[IntervalCost, Decimal]]] = defaultdict(list)
    first = 0
    for interval in sorted(intervals, key=lambda found: found.start):
        while first < len(each) and each[first].end <= interval.start:
            first += 1
        for charge, share in _shared(interval, each, first):
            shares[charge.id].append((interval, share))
    return [
        ChargeCost(charge, _months(charge, shares[charge.id], fees, zone))
        for charge in each
        if charge.id in asked
    ]


def _shared(
    interval: IntervalCost, charges: Sequence[PlugIn], first: int
) -> list[tuple[PlugIn, Decimal]]:
    """Share of an interval that belongs to each plug-in in it; together 1, or nothing."""
    met = []
    for charge in charges[first:]:
        if charge.start >= interval.end:
            break
        inside = min(charge.end, interval.end) - max(charge.start, interval.start)
        if inside.total_seconds() > 0:
            met.append((charge, inside))
    whole = sum((inside.total_seconds() for _, inside in met), 0.0)
    return [(charge, exact(inside.total_seconds() / whole)) for charge, inside in met]


def _months(
    charge: PlugIn,
    shares: Sequence[tuple[IntervalCost, Decimal]],
    fees: PileFees,
    zone: ZoneInfo,
) -> tuple[MonthCost, ...]:
    if not shares:
        return ()
    began = local_day(charge.start, zone).replace(day=1)
    parts: dict[date, list[tuple[IntervalCost, Decimal]]] = defaultdict(list)
    for interval, share in shares:
        at = max(interval.start, charge.start)
        parts[local_day(at, zone).replace(day=1)].append((interval, share))
    parts.setdefault(began, [])
    return tuple(
        _month(month, parts[month], fees, with_session=month == began) for month in sorted(parts)
    )


def _month(
    month: date,
    parts: Sequence[tuple[IntervalCost, Decimal]],
    fees: PileFees,
    *,
    with_session: bool,
) -> MonthCost:
    kwh = sum((each.value * share for each, share in parts), Decimal(0))
    unpriced = sum((each.value * share for each, share in parts if each.amount is None), Decimal(0))
    amounts = (each.amount * share for each, share in parts if each.amount is not None)
    energy = cents(sum(amounts, Decimal(0)))
    session = fees.session if with_session else Decimal(0)
    return MonthCost(
        month,
        kwh,
        energy if unpriced == 0 else None,
        cents(session) + cents(fees.service * kwh),
        unpriced,
    )
