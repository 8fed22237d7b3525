"""The calendar that a command is told to use: a shipped one, or a file."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from civicwatt.published_calendar import published_year, published_years
from device_sim.recordings.table import Table
from domain import england_holiday
from domain.calendar import CalendarDay, DayKind, contradiction, usual_kind
from domain.errors import InputError
from domain.statutory_holiday import provisional_year

SHIPPED = ("CN", england_holiday.CODE)


def kinds(chosen: str, first: date, end: date) -> Mapping[date, DayKind]:
    """Kinds of the days [first, end) of which a calendar speaks.

    Parameters
    ----------
    chosen : str
        One of `SHIPPED`, or the path of a CSV file with date,kind; of days that a file does not
        name, the weekday tells.

    Raises
    ------
    CalendarMissingError
        If a shipped calendar does not have a year.
    InputError
        If the file cannot be read.
    """
    years = range(first.year, (end - timedelta(days=1)).year + 1)
    if chosen.upper() == SHIPPED[0]:
        return _of(day for year in years for day in _china(year))
    if chosen.upper() == SHIPPED[1]:
        return _of(day for year in years for day in england_holiday.england_year(year))
    return _file(Path(chosen))


def _china(year: int) -> list[CalendarDay]:
    return published_year(year) if year in published_years() else provisional_year(year)


def _of(found: Iterable[CalendarDay]) -> dict[date, DayKind]:
    return {entry.day: entry.kind for entry in found}


def _file(path: Path) -> dict[date, DayKind]:
    found: dict[date, DayKind] = {}
    with Table(path) as table:
        at, of = table.column("date"), table.column("kind")
        for row in table.rows():
            try:
                day = date.fromisoformat(row[at].strip())
            except ValueError as error:
                raise table.refusal(table.line, at, f"{error}: want YYYY-MM-DD") from None
            text = row[of].strip()
            if text not in set(DayKind):
                wanted = " | ".join(DayKind)
                raise table.refusal(table.line, of, f"{text!r} is no kind of day: want {wanted}")
            kind = DayKind(text)
            if wanted := contradiction(day, kind):
                raise table.refusal(table.line, of, f"{kind} on a {usual_kind(day)}: want {wanted}")
            if found.setdefault(day, kind) is not kind:
                raise InputError(f"{day} is named twice", place=f"{path}:{table.line}")
    return found
