"""Which days public institutions work on: the Chinese calendar with its moved workdays.

The State Council publishes each year's holidays, and the weekends that become workdays, late in
the year before; `chinesecalendar` carries what is published. For other years only what the
regulation fixes to a solar date is known: weekends, 1 January, 1 May and 1-3 October.
"""

from datetime import date
from functools import cache

import chinese_calendar  # type: ignore[import-untyped]  # the package has no annotations

_FIXED_HOLIDAYS = {(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)}
_SATURDAY = 5


@cache
def is_published(year: int) -> bool:
    """Whether the holidays of the year are known, rather than guessed by the fixed ones."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@cache
def is_workday(day: date) -> bool:
    """Whether institutions work; provisional in a year that is not published."""
    if is_published(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED_HOLIDAYS
