"""How a place uses over the week and over the kinds of its days. Pure.

Only hours that are measured in amount and shape are taken: an hour that was filled up after the
place's own profile would confirm that profile.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from analytics.ledger.place_use import Use

FEWEST = 5
"""So many days have to tell a band; below, quantiles would be the extremes of a few."""
_LOW, _HIGH = 0.1, 0.9
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Cell:
    """Mean use per hour on one weekday (0 = Monday) in one hour, over `days` days."""

    weekday: int
    hour: int
    mean: float
    days: int


@dataclass(frozen=True, slots=True)
class HourBand:
    """Use per hour in one hour of the day, over `days` days.

    Attributes
    ----------
    low, high : float or None
        Tenth and ninetieth percentile, between order statistics linearly; None below `FEWEST` days.
    """

    hour: int
    median: float
    low: float | None
    high: float | None
    days: int


@dataclass(frozen=True, slots=True)
class Profile:
    """The usual course of one kind of day.

    Attributes
    ----------
    kind : str
        Kind of day by the calendar.
    heating : bool or None
        In or out of the heating season; None where nothing is known of one.
    days : int
        Days that have at least one measured hour.
    """

    kind: str
    heating: bool | None
    days: int
    hours: tuple[HourBand, ...]


@dataclass(frozen=True, slots=True)
class DayPattern:
    """The week, the kinds of day, and how many hours they rest on.

    Attributes
    ----------
    measured, left_out : int
        Hours with a figure that were taken, and that were not because they are not measured.
    """

    week: tuple[Cell, ...]
    profiles: tuple[Profile, ...]
    measured: int
    left_out: int


Kind = Callable[[date], tuple[str, bool | None] | None]
"""Kind of a day and whether it is heated; None for a day the calendar does not know."""


def day_pattern(hours: Sequence[Use], zone: ZoneInfo, kind: Kind) -> DayPattern:
    """Lay the hours of a place over its week and over the kinds of its days.

    Parameters
    ----------
    hours : sequence of Use
        Hour by hour, of the place as a whole.
    """
    taken = [use for use in hours if use.is_measured and _is_hour(use)]
    week: dict[tuple[int, int], list[float]] = defaultdict(list)
    kinds: dict[tuple[str, bool | None], list[tuple[datetime, float]]] = defaultdict(list)
    known: dict[date, tuple[str, bool | None] | None] = {}
    for use in taken:
        local = use.start.astimezone(zone)
        week[local.weekday(), local.hour].append(use.value)
        day = local.date()
        if day not in known:
            known[day] = kind(day)
        group = known[day]
        if group is not None:
            kinds[group].append((local, use.value))
    return DayPattern(
        tuple(
            Cell(weekday, hour, float(np.mean(values)), len(values))
            for (weekday, hour), values in sorted(week.items())
        ),
        tuple(_profile(*group, values) for group, values in kinds.items()),
        len(taken),
        len(hours) - len(taken),
    )


def _is_hour(use: Use) -> bool:
    return (use.end - use.start).total_seconds() == _HOUR_S


def _profile(kind: str, heating: bool | None, values: Iterable[tuple[datetime, float]]) -> Profile:
    by_hour: dict[int, list[float]] = defaultdict(list)
    days = set()
    for local, value in values:
        by_hour[local.hour].append(value)
        days.add(local.date())
    bands = tuple(_band(hour, by_hour[hour]) for hour in sorted(by_hour))
    return Profile(kind, heating, len(days), bands)


def _band(hour: int, values: Sequence[float]) -> HourBand:
    low, high = None, None
    if len(values) >= FEWEST:
        low, high = (float(value) for value in np.quantile(values, [_LOW, _HIGH]))
    return HourBand(hour, float(np.median(values)), low, high, len(values))
