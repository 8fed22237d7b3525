"""What the notice of a year may still move in a baseline, while its calendar is provisional. Pure.

The notice takes workdays off around a holiday and has weekends worked for them. How much a day
would use as the other kind the model tells; which days will be moved nobody knows. Around one
holiday no notice of 2010 to 2026 exchanged more than two days, and up to two more are off where the
holiday itself falls on a weekend; one more is allowed for here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from domain.calendar import DayKind, days_of_year
from domain.errors import ConfigurationError
from domain.statutory_holiday import unsettled_near

MOST_MOVED = 5
"""Days around one holiday that a notice takes off, and as many that it has worked."""


def unsettled_of(years: Iterable[int]) -> dict[date, str]:
    """Days of provisional years that may become of the other kind, each by its holiday."""
    near: dict[date, str] = {}
    for year in years:
        try:
            near |= {day: f"{year} {name}" for day, name in unsettled_near(year).items()}
        except ConfigurationError:  # its holidays are not known: any day may be moved
            near |= {day: str(day) for day in days_of_year(year)}
    return near


def other_kinds(kinds: Mapping[date, DayKind], unsettled: Iterable[date]) -> dict[date, DayKind]:
    """The same days, of which those unsettled are worked instead of off, or off instead."""
    moved = {
        day: DayKind.HOLIDAY if kinds[day].works else DayKind.MAKEUP_WORKDAY
        for day in unsettled
        if day in kinds
    }
    return {**kinds, **moved}


def leeway(moves: Iterable[tuple[str, float]]) -> tuple[float, float]:
    """By how much the greatest moves around each holiday lower and raise a sum of days.

    Parameters
    ----------
    moves : iterable of (str, float)
        Holiday a day is near, and how much more it would use as the other kind. [unit of the use]
    """
    near: dict[str, list[float]] = defaultdict(list)
    for holiday, change in moves:
        near[holiday].append(change)
    down = up = 0.0
    for changes in near.values():
        down += sum(sorted(min(change, 0.0) for change in changes)[:MOST_MOVED])
        up += sum(sorted(max(change, 0.0) for change in changes)[-MOST_MOVED:])
    return down, up
