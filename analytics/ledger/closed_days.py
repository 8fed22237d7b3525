"""Whether a place was closed over a span of time, by its days off. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from analytics.ledger.frozen import Closed
from analytics.ledger.local_grid import by_weekday
from analytics.ledger.segments import us
from domain.epoch import from_us
from domain.local_day import day_start, local_day

Kinds = Callable[[date, date], Sequence[int]]
"""Tells of each of the local days [first, end) whether it is worked, 0, or off, 1."""


def weekdays(first: date, end: date) -> list[int]:
    """Saturdays and Sundays are off; holidays are not known."""
    return [by_weekday(first + timedelta(days=n)) for n in range((end - first).days)]


def closed_days(zone: ZoneInfo, kinds: Kinds = weekdays) -> Closed:
    """Who tells whether every local day of which a span takes more than half was off."""

    def closed(begin: int, end: int) -> bool:
        first = local_day(from_us(begin), zone)
        last = local_day(from_us(end), zone) + timedelta(days=1)
        off = []
        for number, kind in enumerate(kinds(first, last)):
            day = first + timedelta(days=number)
            lo, hi = us(day_start(day, zone)), us(day_start(day + timedelta(days=1), zone))
            if 2 * (min(hi, end) - max(lo, begin)) > hi - lo:
                off.append(kind == 1)
        return bool(off) and all(off)

    return closed
