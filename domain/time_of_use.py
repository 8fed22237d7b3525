"""Time-of-use periods (尖峰平谷深谷): which period a minute of a local day belongs to.

Windows are data. Where several hold at once, sharp goes before peak and peak before deep valley,
deep valley before valley; flat is everything else. Every minute thus has exactly one period.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.calendar import DayKind
from domain.local_day import day_end, day_start
from domain.sentence import Sentence

DAY_MINUTES = 24 * 60
HOT_DAYS_MOST = 10
"""More days in a row no rule asks for. [d]"""


class Period(StrEnum):
    """Periods in the order of their precedence; flat is what no window claims."""

    SHARP = "sharp"
    PEAK = "peak"
    DEEP_VALLEY = "deep_valley"
    VALLEY = "valley"
    FLAT = "flat"


class Calendar(Protocol):
    """Says what kind of day a local day is."""

    def __call__(self, day: date, /) -> DayKind:
        """Kind of `day`; raises `CalendarMissingError` for a year nobody has entered."""


class Weather(Protocol):
    """Says how hot a local day was by the source that the tariff names."""

    def __call__(self, day: date, /) -> Decimal:
        """Highest air temperature of `day` [degC]; raises `MissingInputError` when unknown."""


@dataclass(frozen=True, slots=True)
class Window:
    """A claim on some minutes of some days.

    Attributes
    ----------
    period : Period
        Any but flat.
    first_minute, end_minute : int
        Half-open part of the day, from local midnight; an end at or before the beginning wraps
        over midnight, and then the part after midnight belongs to the following day's own months
        and kind. [min]
    months : frozenset of int
        Months of the year it holds in, 1 to 12.
    days : frozenset of DayKind
        Kinds of day it holds on; empty for every day, and then no calendar is asked.
    at_or_above_c : Decimal or None
        Holds only on days whose highest temperature reaches this. [degC]
    hot_days : int
        So many days in a row, up to and with the day itself, have to reach it. [d]
    """

    period: Period
    first_minute: int
    end_minute: int
    months: frozenset[int] = frozenset(range(1, 13))
    days: frozenset[DayKind] = frozenset()
    at_or_above_c: Decimal | None = None
    hot_days: int = 1

    def minutes(self) -> list[tuple[int, int]]:
        """Its parts of one calendar day, half-open; two where it wraps over midnight."""
        if self.first_minute < self.end_minute:
            return [(self.first_minute, self.end_minute)]
        parts = [(0, self.end_minute), (self.first_minute, DAY_MINUTES)]
        return [(first, end) for first, end in parts if first < end]

    def holds(self, day: date, calendar: Calendar, weather: Weather) -> bool:
        """Whether it holds on a local day. Asks calendar and weather only where it must."""
        return (
            day.month in self.months
            and (not self.days or calendar(day) in self.days)
            and self._is_hot(day, weather)
        )

    def _is_hot(self, day: date, weather: Weather) -> bool:
        if self.at_or_above_c is None:
            return True
        row = (day - timedelta(days=n) for n in range(self.hot_days))
        return all(weather(each) >= self.at_or_above_c for each in row)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open part of a local day in one period, in minutes of its wall clock. [min]."""

    first_minute: int
    end_minute: int
    period: Period


_ORDER = list(Period)


def day_spans(
    windows: Iterable[Window], day: date, *, calendar: Calendar, weather: Weather
) -> list[Span]:
    """Parts of a local day by the wall clock, in order, without gap or overlap."""
    claims = [
        (first, end, _ORDER.index(window.period))
        for window in windows
        if window.holds(day, calendar, weather)
        for first, end in window.minutes()
    ]
    edges = sorted({0, DAY_MINUTES, *(edge for claim in claims for edge in claim[:2])})
    spans: list[Span] = []
    for first, end in pairwise(edges):
        ranks = [rank for begin, stop, rank in claims if begin <= first and end <= stop]
        period = _ORDER[min(ranks, default=_ORDER.index(Period.FLAT))]
        if spans and spans[-1].period is period:
            spans[-1] = Span(spans[-1].first_minute, end, period)
        else:
            spans.append(Span(first, end, period))
    return spans


def instants(
    spans: Iterable[Span], day: date, zone: ZoneInfo
) -> list[tuple[datetime, datetime, Period]]:
    """The same parts as half-open ranges of instants in UTC.

    The tariff follows the clock on the wall: an hour that comes twice is in its period twice, an
    hour that is skipped is in none.
    """
    found: list[tuple[datetime, datetime, Period]] = []
    start, stop = day_start(day, zone), day_end(day, zone)
    moments = [(start, _minute(start, zone))]
    moments += [(at, _minute(at, zone)) for at in _clock_changes(start, stop, zone)]
    for (begin, minute), (until, _) in pairwise([*moments, (stop, DAY_MINUTES)]):
        for span in spans:
            first = max(begin, begin + timedelta(minutes=span.first_minute - minute))
            end = min(until, begin + timedelta(minutes=span.end_minute - minute))
            if first < end:
                found.append((first, end, span.period))
    return found


def _minute(instant: datetime, zone: ZoneInfo) -> int:
    local = instant.astimezone(zone)
    return local.hour * 60 + local.minute


def _clock_changes(start: datetime, stop: datetime, zone: ZoneInfo) -> list[datetime]:
    """Instants inside a day at which the wall clock is moved; found to the minute."""
    if start.astimezone(zone).utcoffset() == stop.astimezone(zone).utcoffset():
        return []
    low, high = start, stop
    offset = start.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return [high]


def clock_minute(text: str) -> int:
    """Read ``HH:MM`` up to ``24:00``. [min].

    Raises
    ------
    ValueError
        If it is no time of day.
    """
    if text == "24:00":
        return DAY_MINUTES
    moment = time.fromisoformat(text)
    if moment.second or moment.microsecond or moment.tzinfo:
        raise ValueError(Sentence("want_clock", "{text}, want HH:MM", text=repr(text)))
    return moment.hour * 60 + moment.minute
