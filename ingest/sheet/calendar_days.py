"""The table of a calendar: the holidays and makeup workdays of a notice make a year entered.

Days the table does not name are workdays and weekends by the day of the week. Whoever exports a
year, changes it and takes it over again gives all of its days.
"""

from collections.abc import Collection, Sequence
from datetime import date

from psycopg import Connection

from domain.calendar import CalendarDay, DayKind, contradiction, whole_year
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from store.places.calendar import calendar_of_year, calendar_years, calendars, put_year
from store.places.organisation import may_put_organisations

_SAID = (DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY)
"""What a notice speaks of; every other day is what its day of the week makes it."""
_TOLD = 5


class CalendarDays:
    """Days of calendars, a whole year at a time."""

    form = Form(
        "calendar_days",
        (
            Column("calendar", "日历", parse_text, "not_text"),
            Column("date", "日期", parse_day, "not_a_day"),
            Column("kind", "类型", choice(*DayKind), "not_one_of"),
            Column("name", "名称", parse_text, "not_text", required=False),
            Column("source", "来源", parse_text, "not_text"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Calendars that are not there, days twice, kinds that contradict the day of the week."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("calendar", "not_administered", "")]
        known = {row.code for row in calendars(conn)}
        faults, first = [], dict[tuple[str, date], int]()
        for row in rows:
            entry, code = _entry(row), str(row.values["calendar"])
            if code not in known:
                faults.append(row.fault("calendar", "unknown_calendar", " | ".join(sorted(known))))
            if (code, entry.day) in first:
                faults.append(row.fault("date", "twice", str(first[code, entry.day])))
            first.setdefault((code, entry.day), row.number)
            if wanted := contradiction(entry.day, entry.kind):
                faults.append(row.fault("kind", "contradicts_weekday", wanted))
        return faults + _left_out(conn, rows, known)

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter every year of which the table names a day."""
        years: dict[tuple[str, int], list[CalendarDay]] = {}
        for row in rows:
            entry = _entry(row)
            years.setdefault((str(row.values["calendar"]), entry.day.year), []).append(entry)
        entered = {(row.calendar, row.year) for row in calendar_years(conn) if not row.provisional}
        for (code, year), entries in years.items():
            source = entries[0].source
            whole = whole_year(year, entries, source)
            if (code, year) not in entered or not _stands(conn, code, whole, entries):
                put_year(conn, code, whole, provisional=False, source=source)

    def export(self, conn: Connection) -> list[list[str]]:
        """Holidays and makeup workdays of every year that is entered."""
        return [
            [year.calendar, entry.day.isoformat(), entry.kind.value, entry.name, entry.source]
            for year in calendar_years(conn)
            if not year.provisional
            for entry in calendar_of_year(conn, year.calendar, year.year).days.values()
            if entry.kind in _SAID
        ]


def _left_out(
    conn: Connection, rows: Sequence[FormRow], known: Collection[str]
) -> list[SheetFault]:
    """Holidays and makeup workdays that stand in a year of the table which it does not name.

    A short table, meant to correct a day, would make workdays of all of them. One that is no
    holiday any more is named as the workday or weekend it is.
    """
    first: dict[tuple[str, int], FormRow] = {}
    named = set()
    for row in rows:
        entry, code = _entry(row), str(row.values["calendar"])
        first.setdefault((code, entry.day.year), row)
        named.add((code, entry.day))
    stand = {(row.calendar, row.year) for row in calendar_years(conn)}
    faults = []
    for (code, year), row in first.items():
        if code not in known or (code, year) not in stand:
            continue
        days = [
            each.day.isoformat()
            for each in calendar_of_year(conn, code, year).days.values()
            if each.kind in _SAID and (code, each.day) not in named
        ]
        if days:
            more = f" +{len(days) - _TOLD}" if len(days) > _TOLD else ""
            faults.append(row.fault("date", "days_left_out", ", ".join(days[:_TOLD]) + more))
    return faults


def _stands(
    conn: Connection, code: str, whole: Sequence[CalendarDay], said: Collection[CalendarDay]
) -> bool:
    """Whether every day is what it is already, and of those that are named name and source too."""
    days = calendar_of_year(conn, code, whole[0].day.year).days
    return all(days[each.day].kind is each.kind for each in whole) and all(
        days[each.day] == each for each in said
    )


def _entry(row: FormRow) -> CalendarDay:
    day = row.values["date"]
    assert isinstance(day, date)  # noqa: S101 - the form has parsed it
    return CalendarDay(
        day,
        DayKind(str(row.values["kind"])),
        str(row.values["name"] or ""),
        str(row.values["source"]),
    )
