"""A baseline's load shape read by other periods of the day, from its interval data. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

from analytics.ledger.shape_price import shares
from domain.time_of_use import Calendar, Period, Weather, Window, day_spans, instants

_INSTANT = timedelta(microseconds=1)
_DIGITS = Decimal("0.000001")


def rebucketed(
    amounts: Iterable[tuple[datetime, datetime, Decimal]],
    windows: Sequence[Window],
    *,
    zone: ZoneInfo,
    calendar: Calendar,
    weather: Weather,
) -> dict[Period, Decimal]:
    """Share of each period, with six decimals; the greatest takes what rounding leaves. [1].

    Parameters
    ----------
    amounts : iterable of (datetime, datetime, Decimal)
        Use of the baseline by half-open interval [unit]; one that a period's border cuts is split
        by time.
    windows : sequence of Window
        The new periods.

    Raises
    ------
    MissingInputError
        If nothing was used, or a window asks for weather that is not known.
    CalendarMissingError
        If a window asks for days of a year the calendar does not have.
    """

    @cache
    def parts(day: date) -> list[tuple[datetime, datetime, Period]]:
        spans = day_spans(windows, day, calendar=calendar, weather=weather)
        return instants(spans, day, zone)

    by_period: dict[Period, Decimal] = {}
    for start, end, amount in amounts:
        first_day = start.astimezone(zone).date()
        days = ((end - _INSTANT).astimezone(zone).date() - first_day).days + 1
        for first, until, period in chain.from_iterable(
            parts(first_day + timedelta(days=n)) for n in range(days)
        ):
            inside = max(min(end, until) - max(start, first), timedelta(0))
            share = Decimal(inside // _INSTANT) / Decimal((end - start) // _INSTANT)
            if share:
                by_period[period] = by_period.get(period, Decimal(0)) + amount * share
    found = {period: share.quantize(_DIGITS) for period, share in shares(by_period).items()}
    greatest = max(found, key=lambda period: found[period])
    found[greatest] += 1 - sum(found.values(), Decimal(0))
    return found
