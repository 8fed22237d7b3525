"""Fills the national calendar with the years that are published, as `chinesecalendar` carries them.

The year after the last published one is made provisional. What a person has entered is never
replaced.
"""

from datetime import date
from importlib.metadata import version

import chinese_calendar  # type: ignore[import-untyped]  # the package has no annotations
from psycopg import Connection

from domain.calendar import NATIONAL, CalendarDay, DayKind, whole_year
from domain.statutory_holiday import SOURCE, provisional_year
from store.places.calendar import calendar_years, put_year

_HOLIDAYS: dict[date, str] = chinese_calendar.constants.holidays
_MAKEUP: dict[date, str] = chinese_calendar.constants.workdays
_NAMES = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}


def published_years() -> list[int]:
    """Years whose notice the package carries, in order."""
    return sorted({day.year for day in _HOLIDAYS})


def published_year(year: int) -> list[CalendarDay]:
    """Every day of a published year, with the moved workdays."""
    source = _source()
    entries = [
        CalendarDay(day, kind, _NAMES.get(name, name), source)
        for kind, said in ((DayKind.HOLIDAY, _HOLIDAYS), (DayKind.MAKEUP_WORKDAY, _MAKEUP))
        for day, name in said.items()
        if day.year == year
    ]
    return whole_year(year, entries, source)


def seed(conn: Connection) -> list[int]:
    """Write the years the national calendar lacks, and those it has provisionally only.

    Returns
    -------
    list of int
        Years written now; none when it is run again.
    """
    states = {row.year: row.provisional for row in calendar_years(conn, NATIONAL)}
    known = published_years()
    wanted = [year for year in known if states.get(year, True)]
    for year in wanted:
        put_year(conn, NATIONAL, published_year(year), provisional=False, source=_source())
    following = known[-1] + 1
    if following not in states:
        put_year(conn, NATIONAL, provisional_year(following), provisional=True, source=SOURCE)
        wanted.append(following)
    return wanted


def _source() -> str:
    return f"chinesecalendar {version('chinesecalendar')}"
