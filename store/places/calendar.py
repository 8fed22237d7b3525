"""Calendars in the store: whole years of days, entered or provisional."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.calendar import NATIONAL, Calendar, CalendarDay, DayKind, days_of_year
from domain.errors import CalendarMissingError, MissingInputError
from domain.sentence import Sentence
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One calendar."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year that a calendar has."""

    calendar: str
    year: int
    provisional: bool
    source: str
    entered_at: datetime


def calendars(conn: Connection) -> list[CalendarRow]:
    """All calendars, the national one first."""
    with conn.cursor(row_factory=class_row(CalendarRow)) as cursor:
        return cursor.execute(sql("calendar", "calendars")).fetchall()


def calendar_years(conn: Connection, calendar: str | None = None) -> list[CalendarYear]:
    """Years that a calendar has, or all have."""
    with conn.cursor(row_factory=class_row(CalendarYear)) as cursor:
        return cursor.execute(sql("calendar", "years"), {"calendar": calendar}).fetchall()


def calendar_of_year(conn: Connection, code: str, year: int) -> Calendar:
    """One year of a calendar.

    Raises
    ------
    CalendarMissingError
        If it lacks the year.
    """
    span = {"calendar": code, "first_day": date(year, 1, 1), "end_day": date(year + 1, 1, 1)}
    found: dict[date, CalendarDay] = {
        day: CalendarDay(day, DayKind(kind), name, source)
        for day, kind, name, source in conn.execute(sql("calendar", "days"), span)
    }
    if not found:
        raise CalendarMissingError(code, year)
    states = {row.year: row.provisional for row in calendar_years(conn, code)}
    return Calendar(code, found, frozenset({year} if states[year] else ()))


def calendar_of_place(
    conn: Connection,
    organisation_id: int,
    first_day: date,
    end_day: date,
    *,
    as_of: datetime | None = None,
) -> Calendar:
    """Days [first_day, end_day) by the calendar that a place works by.

    Ask it `is_provisional` before a month is closed or a statement is signed.

    Parameters
    ----------
    as_of : datetime or None
        As it was known at this instant; None: as it is known now.

    Raises
    ------
    CalendarMissingError
        If a year of them is missing.
    MissingInputError
        ``calendar`` if what was known at `as_of` is not kept.
    """
    arguments = {
        "organisation_id": organisation_id,
        "first_day": first_day,
        "end_day": end_day,
        "national": NATIONAL,
    }
    found, provisional, code = {}, set(), NATIONAL
    if as_of is None:
        rows = conn.execute(sql("calendar", "days_of_place"), arguments)
    else:
        then = {**arguments, "as_of": as_of}
        _refuse_changed(conn, then)
        rows = conn.execute(sql("calendar", "days_of_place_as_of"), then)
    for day, code, kind, name, source, is_provisional, *kept_from in rows:
        if kind is None:
            raise CalendarMissingError(code, day.year)
        if as_of is not None and kept_from[0] > as_of:
            raise _not_kept(code, day.year, kept_from[0], as_of)
        found[day] = CalendarDay(day, DayKind(kind), name, source)
        if is_provisional:
            provisional.add(day.year)
    return Calendar(code, found, frozenset(provisional))


def _refuse_changed(conn: Connection, arguments: dict[str, object]) -> None:
    """Refuse an instant after which the place came to work by another calendar."""
    [changed_at] = one_row(conn, sql("calendar", "changed"), arguments)
    if changed_at is not None:
        reason = Sentence(
            "calendar_of_place_not_kept",
            "by which calendar the place worked as known at {as_of} is not kept: that, or where it "
            "stands, was changed at {changed_at}",
            as_of=str(arguments["as_of"]),
            changed_at=str(changed_at),
        )
        raise MissingInputError(reason, code="calendar")


def _not_kept(code: str, year: int, kept_from: datetime, as_of: datetime) -> MissingInputError:
    reason = Sentence(
        "calendar_not_kept",
        "what calendar {calendar} said of {year} at {as_of} is not known: it is kept since "
        "{kept_from}",
        calendar=repr(code),
        year=year,
        as_of=str(as_of),
        kept_from=str(kept_from),
    )
    return MissingInputError(reason, code="calendar")


def add_calendar(conn: Connection, row: CalendarRow) -> bool:
    """Add a calendar without years; False when there is one of this code."""
    arguments = {"code": row.code, "name_zh": row.name_zh, "name_en": row.name_en}
    return conn.execute(sql("calendar", "add"), arguments).rowcount == 1


def put_year(
    conn: Connection, code: str, entries: Iterable[CalendarDay], *, provisional: bool, source: str
) -> None:
    """Write a whole year in place of what was there of it.

    Raises
    ------
    ValueError
        If the entries are not exactly the days of one year.
    """
    whole = sorted(entries, key=lambda entry: entry.day)
    if not whole or [entry.day for entry in whole] != list(days_of_year(whole[0].day.year)):
        raise ValueError(f"calendar {code!r}: want every day of one year once")
    year = whole[0].day.year
    row = {"calendar": code, "year": year, "provisional": provisional, "source": source}
    with conn.transaction():
        conn.execute(sql("calendar", "put_year"), row)
        columns = {
            "days": [entry.day for entry in whole],
            "kinds": [entry.kind.value for entry in whole],
            "names": [entry.name for entry in whole],
            "sources": [entry.source or source for entry in whole],
        }
        conn.execute(sql("calendar", "put_days"), {"calendar": code, **columns})


def put_day(conn: Connection, code: str, entry: CalendarDay) -> None:
    """Change one day of a year that is there.

    Raises
    ------
    CalendarMissingError
        If the calendar lacks the year.
    """
    row = {
        "calendar": code,
        "day": entry.day,
        "kind": entry.kind.value,
        "name": entry.name,
        "source": entry.source,
    }
    if conn.execute(sql("calendar", "put_day"), row).rowcount != 1:
        raise CalendarMissingError(code, entry.day.year)


def has_calendar(conn: Connection, code: str) -> bool:
    """Whether there is a calendar of this code."""
    return any(row.code == code for row in calendars(conn))
