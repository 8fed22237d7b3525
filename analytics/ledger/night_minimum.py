"""The least flow of each night: what runs when nobody draws water. Pure.

A tight building comes down to nothing, or nearly so, in some hour of every night. What never stops
is a leak, or something that runs at night; which of the two is for a person to find out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from statistics import median
from zoneinfo import ZoneInfo

from analytics.ledger.place_use import Use
from domain.local_day import day_start

NIGHT = range(5)
"""Local hours of a night: from 00:00 until 05:00."""
FEWEST_NIGHTS = 10
"""So many nights have to tell a trend."""
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Night:
    """The hours from midnight until five of one local day.

    Attributes
    ----------
    lowest : float or None
        Least use of an hour; None when not every hour is measured, for the least may be missing.
    at : datetime or None
        Start of that hour, the first one of equals.
    hours : int
        Hours that are measured.
    """

    day: date
    lowest: float | None
    at: datetime | None
    hours: int


@dataclass(frozen=True, slots=True)
class NightMinimum:
    """Least flows of some nights.

    Attributes
    ----------
    usual : float or None
        Median of the nights. [unit of the register per hour]
    slope : float or None
        Median of the slopes between any two nights (Theil-Sen), which a few odd nights do not
        turn; None below `FEWEST_NIGHTS` nights. [unit per hour, per day]
    """

    nights: tuple[Night, ...]
    usual: float | None
    slope: float | None


def night_minimum(hours: Sequence[Use], days: Sequence[date], zone: ZoneInfo) -> NightMinimum:
    """Find the least hour of each night.

    Parameters
    ----------
    hours : sequence of Use
        Hour by hour, of the place as a whole.
    days : sequence of date
        Local days whose nights are asked for, in order.
    """
    by_day: dict[date, list[Use]] = defaultdict(list)
    for use in hours:
        local = use.start.astimezone(zone)
        is_hour = (use.end - use.start).total_seconds() == _HOUR_S
        if local.hour in NIGHT and use.is_measured and is_hour:
            by_day[local.date()].append(use)
    nights = tuple(_night(day, by_day.get(day, []), _length(day, zone)) for day in days)
    known = [(night.day, night.lowest) for night in nights if night.lowest is not None]
    return NightMinimum(
        nights, median(lowest for _, lowest in known) if known else None, _slope(known)
    )


def _length(day: date, zone: ZoneInfo) -> int:
    """Hours of a night: five but where the clock is changed in it."""
    end = datetime.combine(day, time(NIGHT.stop), tzinfo=zone).astimezone(UTC)
    return round((end - day_start(day, zone)).total_seconds() / _HOUR_S)


def _night(day: date, hours: Sequence[Use], wanted: int) -> Night:
    if len(hours) < wanted:
        return Night(day, None, None, len(hours))
    least = min(hours, key=lambda use: (use.value, use.start))
    return Night(day, least.value, least.start, len(hours))


def _slope(known: Sequence[tuple[date, float]]) -> float | None:
    if len(known) < FEWEST_NIGHTS:
        return None
    return median(
        (later - earlier) / (there - here).days
        for index, (here, earlier) in enumerate(known)
        for there, later in known[index + 1 :]
    )
