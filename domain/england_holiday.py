"""Bank holidays of England, and the usual closure of public institutions at the end of the year.

By the Banking and Financial Dealings Act 1971 and the proclamations since, for the years in which
every exception is known. The closure from 24 to 31 December is no law: offices, schools and
universities are usually shut, so those days are used like Sundays.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.calendar import CalendarDay, DayKind, days, whole_year
from domain.errors import CalendarMissingError

CODE = "GB-ENG"
SOURCE = "bank holidays of England by rule and proclamation; 24 to 31 December is usual closure"
FIRST_YEAR, LAST_YEAR = 2010, 2027
_WEEK = timedelta(days=7)
_SATURDAY = 5
_EXTRA = {
    date(2011, 4, 29): "royal wedding",
    date(2012, 6, 5): "Diamond Jubilee",
    date(2022, 6, 3): "Platinum Jubilee",
    date(2022, 9, 19): "state funeral",
    date(2023, 5, 8): "coronation",
}
_MOVED = {
    date(2012, 5, 28): date(2012, 6, 4),
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
}


def england_year(year: int) -> list[CalendarDay]:
    """Every day of a year.

    Raises
    ------
    CalendarMissingError
        If the exceptions of the year are not known here.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarMissingError(CODE, year)
    named = dict.fromkeys(days(date(year, 12, 24), date(year + 1, 1, 1)), "usual closure")
    for day, name in _bank_holidays(year):
        named[_MOVED.get(day, day)] = name
    named |= {day: name for day, name in _EXTRA.items() if day.year == year}
    holidays = [CalendarDay(day, DayKind.HOLIDAY, name, SOURCE) for day, name in named.items()]
    return whole_year(year, holidays, SOURCE)


def _bank_holidays(year: int) -> Iterator[tuple[date, str]]:
    new_year = date(year, 1, 1)
    yield new_year, "New Year's Day"
    if new_year.weekday() >= _SATURDAY:
        yield _monday_from(new_year), "New Year's Day, substitute"
    easter = _easter(year)
    yield easter - timedelta(days=2), "Good Friday"
    yield easter + timedelta(days=1), "Easter Monday"
    yield _monday_from(date(year, 5, 1)), "Early May bank holiday"
    yield _monday_from(date(year, 6, 1)) - _WEEK, "Spring bank holiday"
    yield _monday_from(date(year, 9, 1)) - _WEEK, "Summer bank holiday"
    yield date(year, 12, 25), "Christmas Day"
    yield date(year, 12, 26), "Boxing Day"


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (anonymous algorithm, Nature 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - correction + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
