"""Calendars: the kind of each local day, and whether a year is known or only provisional.

A calendar has whole years. A year is entered from the published notice, or provisional: made of
statutory holidays and weekends because the notice, which moves workdays, is not out yet.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.errors import CalendarMissingError

NATIONAL = "cn"
"""Code of the calendar of the State Council's notices, which holds where no other is named."""
_SATURDAY = 5


class DayKind(StrEnum):
    """What a day is to those who work by the calendar."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"

    @property
    def works(self) -> bool:
        """Whether institutions work on such a day."""
        return self in {DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One entry of a calendar.

    Attributes
    ----------
    name : str
        Holiday for which it is off, or for which it is worked instead; empty for usual days.
    source : str
        Where the entry comes from.
    """

    day: date
    kind: DayKind
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Entries of one calendar for some years.

    Attributes
    ----------
    provisional : collection of int
        Years that are not entered yet.
    """

    code: str
    days: Mapping[date, CalendarDay]
    provisional: Collection[int] = frozenset()

    def on(self, day: date) -> CalendarDay:
        """Entry of a day.

        Raises
        ------
        CalendarMissingError
            If the calendar has no entry for it.
        """
        found = self.days.get(day)
        if found is None:
            raise CalendarMissingError(self.code, day.year)
        return found

    def is_provisional(self, first_day: date, end_day: date) -> bool:
        """Whether any day of [first_day, end_day) is of a provisional year.

        Closing and signing refuse such days.

        Raises
        ------
        CalendarMissingError
            If a year of them is missing altogether.
        """
        return any(self.on(day).day.year in self.provisional for day in days(first_day, end_day))

    def workdays(self, first_day: date, end_day: date) -> int:
        """Count the days of [first_day, end_day) that are worked.

        Raises
        ------
        CalendarMissingError
            If a year of them is missing.
        """
        return sum(self.on(day).kind.works for day in days(first_day, end_day))


def days(first_day: date, end_day: date) -> Iterator[date]:
    """Days of the half-open range [first_day, end_day), in order."""
    for number in range((end_day - first_day).days):
        yield first_day + timedelta(days=number)


def days_of_year(year: int) -> Iterator[date]:
    """Days of a year, in order."""
    return days(date(year, 1, 1), date(year + 1, 1, 1))


def usual_kind(day: date) -> DayKind:
    """Kind of a day of which no notice speaks."""
    return DayKind.WORKDAY if day.weekday() < _SATURDAY else DayKind.WEEKEND


def contradiction(day: date, kind: DayKind) -> str:
    """What contradicts the day of the week in an entry, as what is wanted; empty if nothing.

    A workday moved to Saturday or Sunday is a makeup workday, so that both can be told apart;
    a Monday to Friday that is off is a holiday.
    """
    if kind is DayKind.HOLIDAY:
        return ""
    wanted = [DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY]
    if day.weekday() < _SATURDAY:
        wanted = [DayKind.WORKDAY, DayKind.HOLIDAY]
    return "" if kind in wanted else " | ".join(wanted)


def whole_year(year: int, entries: Collection[CalendarDay], source: str) -> list[CalendarDay]:
    """Fill a year up from what a notice says: its holidays and makeup workdays.

    Parameters
    ----------
    entries : collection of CalendarDay
        Days of the notice; days of other years are left out.
    source : str
        Source of the days that are filled in.

    Returns
    -------
    list of CalendarDay
        Every day of the year, in order.
    """
    said = {entry.day: entry for entry in entries}
    return [
        said.get(day) or CalendarDay(day, usual_kind(day), source=source)
        for day in days_of_year(year)
    ]
