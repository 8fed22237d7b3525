"""Statutory holidays of China by the regulation alone, for a year whose notice is not out yet.

Regulation on Public Holidays for National Annual Festivals and Memorial Days, as revised in
November 2024: New Year 1 day, Spring Festival 4 (from its eve), Qingming 1, Labour Day 2, Dragon
Boat 1, Mid-Autumn 1, National Day 3. What the notice adds every year - days off in lieu, and
weekends worked for them - cannot be known before it.
"""

import csv
from datetime import date, timedelta
from functools import cache
from importlib import resources

from domain.calendar import CalendarDay, DayKind, whole_year
from domain.errors import ConfigurationError

SOURCE = "statutory holidays and weekends; the notice is not entered"
_REACH_DAYS = 9
"""From its nearest holiday lay every day that the notices of 2020 to 2026 changed. [d]"""
_FIXED = (
    (1, 1, 1, "元旦"),
    (5, 1, 2, "劳动节"),
    (10, 1, 3, "国庆节"),
)
"""Month and day on which a holiday begins, and its length. [d]"""
_MOVING = (
    ("spring_festival", -1, 4, "春节"),
    ("qingming", 0, 1, "清明节"),
    ("dragon_boat", 0, 1, "端午节"),
    ("mid_autumn", 0, 1, "中秋节"),
)
"""Column of the table, days from it to the beginning, and length. [d]"""


@cache
def _table() -> dict[int, dict[str, date]]:
    text = (resources.files("domain") / "statutory_holidays.csv").read_text("utf-8")
    return {
        int(row.pop("year")): {name: date.fromisoformat(day) for name, day in row.items()}
        for row in csv.DictReader(text.splitlines())
    }


def provisional_year(year: int) -> list[CalendarDay]:
    """Every day of a year as far as it is known before its notice.

    Raises
    ------
    ConfigurationError
        If the lunar dates of the year are not in the table.
    """
    table = _table()
    if year not in table:
        raise ConfigurationError(
            f"no provisional calendar for {year}: the dates of its lunar holidays are known for "
            f"{min(table)} to {max(table)} only"
        )
    begins = [(date(year, month, day), length, name) for month, day, length, name in _FIXED]
    begins += [
        (table[year][column] + timedelta(days=ahead), length, name)
        for column, ahead, length, name in _MOVING
    ]
    named: dict[date, list[str]] = {}
    for first, length, name in begins:
        for number in range(length):
            named.setdefault(first + timedelta(days=number), []).append(name)
    holidays = [
        CalendarDay(day, DayKind.HOLIDAY, "、".join(names), SOURCE) for day, names in named.items()
    ]
    return whole_year(year, holidays, SOURCE)


def unsettled_days(year: int) -> frozenset[date]:
    """Days of a year of which only its notice will say whether they are worked.

    Those near a statutory holiday: it may take a workday off, and have a weekend worked for it.
    The holidays themselves are settled, and so are weeks without one.

    Raises
    ------
    ConfigurationError
        As `provisional_year`.
    """
    return frozenset(unsettled_near(year))


def unsettled_near(year: int) -> dict[date, str]:
    """Unsettled days of a year, each with the name of the holiday that is nearest.

    Raises
    ------
    ConfigurationError
        As `provisional_year`.
    """
    entries = provisional_year(year)
    holidays = {each.day: each.name for each in entries if each.kind is DayKind.HOLIDAY}
    holidays[date(year + 1, 1, 1)] = "next year"
    near: dict[date, str] = {}
    for each in entries:
        nearest = min(holidays, key=lambda holiday: abs((each.day - holiday).days))
        if each.day not in holidays and abs((each.day - nearest).days) <= _REACH_DAYS:
            near[each.day] = holidays[nearest]
    return near
