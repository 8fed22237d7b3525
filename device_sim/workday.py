"""Which days public institutions work on: the Chinese calendar with its moved workdays.

The State Council publishes each year's holidays, and the weekends that become workdays, late in
the year before; `chinesecalendar` carries what is published. Other years go by the provisional
calendar of statutory holidays and weekends, as everything else does until the notice is out.
"""

from datetime import date
from functools import cache

import chinese_calendar  # type: ignore[import-untyped]  # the package has no annotations

from domain.calendar import usual_kind
from domain.errors import ConfigurationError
from domain.statutory_holiday import provisional_year


@cache
def is_published(year: int) -> bool:
    """Whether the holidays of the year are known, rather than taken from the regulation."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@cache
def is_workday(day: date) -> bool:
    """Whether institutions work; provisional in a year that is not published.

    Where not even the dates of lunar holidays are known, Monday to Friday are worked.
    """
    if is_published(day.year):
        return bool(chinese_calendar.is_workday(day))
    return _provisional(day.year).get(day, usual_kind(day).works)


@cache
def _provisional(year: int) -> dict[date, bool]:
    try:
        return {entry.day: entry.kind.works for entry in provisional_year(year)}
    except ConfigurationError:
        return {}
