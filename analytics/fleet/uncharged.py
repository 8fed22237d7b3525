"""Plug-in hybrids that drove a whole month and were not plugged in once. Pure.

Whether a vehicle was charged in a silence of its terminal shows in its state of charge, so a trip
that does not tell it, and a month that is hardly known, say nothing.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from analytics.fleet.plug_in_hybrid import hybrid_use
from analytics.fleet.segment import Segment, SegmentKind
from analytics.fleet.suspicion import Held, Suspicion
from analytics.fleet.use_rules import UseRule
from analytics.ledger.timetable import next_month
from domain.epoch import from_us, to_us
from domain.local_day import day_start, local_day

LEAST_DAYS_KNOWN = 15
"""A month of which fewer local days are known says nothing. [d]"""
_DAY = timedelta(days=1)


def uncharged_months(
    segments: Sequence[Segment], months: Sequence[date], zone: ZoneInfo, held: Held
) -> list[Suspicion]:
    """Look for months in which a plug-in hybrid drove and was never charged.

    Parameters
    ----------
    segments : sequence of Segment
        Of one plug-in hybrid, with every charge that touches the months; in any order.
    months : sequence of date
        First days of local months that are over.
    held : callable
        Tells how far it may be driven in a month without a charge: by what held as it began.
    """
    found = []
    for month in months:
        around = held(to_us(day_start(month, zone)))
        if around is not None and UseRule.UNCHARGED in around.rules.in_use:
            found.append(_in_month(segments, month, zone, around.rules.terms.uncharged_km))
    return [each for each in found if each is not None]


def _in_month(
    segments: Sequence[Segment], month: date, zone: ZoneInfo, limit_km: float
) -> Suspicion | None:
    first, end = (to_us(day_start(day, zone)) for day in (month, next_month(month)))
    within = [each for each in segments if each.start < end and each.end > first]
    if any(each.kind is SegmentKind.CHARGE for each in within):
        return None
    trips = [
        each
        for each in within
        if each.kind is SegmentKind.TRIP and first <= each.start and _tells_charge(each)
    ]
    use = hybrid_use(trips)
    days = {day for each in within if not each.estimated for day in _days(each, zone)}
    known = sum(month <= day < next_month(month) for day in days)
    if use.km < limit_km or known < LEAST_DAYS_KNOWN:
        return None
    told = {
        "month": f"{month:%Y-%m}",
        "km": round(use.km, 1),
        "electric_km": None if use.electric_km is None else round(use.electric_km, 1),
        "trips": len(trips),
        "days_known": known,
        "uncharged_km": limit_km,
    }
    return Suspicion(UseRule.UNCHARGED, f"month:{month:%Y-%m}", first, end, told)


def _tells_charge(trip: Segment) -> bool:
    return trip.soc_start is not None and trip.soc_end is not None


def _days(segment: Segment, zone: ZoneInfo) -> list[date]:
    """Local days that a segment touches."""
    first, last = (local_day(from_us(at), zone) for at in (segment.start, segment.end))
    return [first + number * _DAY for number in range((last - first).days + 1)]
