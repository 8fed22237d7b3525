"""The table of a calendar: the holidays and makeup workdays of a notice make a year entered.

Days the table does not name are workdays and weekends by the day of the week. Whoever exports a
year, changes it and takes it over again gives all of its days.
"""

from collections.abc import Sequence
from datetime import date

from psycopg import Connection

from domain.calendar import CalendarDay, DayKind, contradiction, whole_year
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from store.places.calendar import calendar_of_year, calendar_years, calendars, put_year
from store.places.organisation import may_put_organisations


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
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter every year of which the table names a day."""
        years: dict[tuple[str, int], list[CalendarDay]] = {}
        for row in rows:
            entry = _entry(row)
            years.setdefault((str(row.values["calendar"]), entry.day.year), []).append(entry)
        for (code, year), entries in years.items():
            source = entries[0].source
            whole = whole_year(year, entries, source)
            put_year(conn, code, whole, provisional=False, source=source)

    def export(self, conn: Connection) -> list[list[str]]:
        """Holidays and makeup workdays of every year that is entered."""
        return [
            [year.calendar, entry.day.isoformat(), entry.kind.value, entry.name, entry.source]
            for year in calendar_years(conn)
            if not year.provisional
            for entry in calendar_of_year(conn, year.calendar, year.year).days.values()
            if entry.kind in {DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY}
        ]


def _entry(row: FormRow) -> CalendarDay:
    day = row.values["date"]
    assert isinstance(day, date)  # noqa: S101 - the form has parsed it
    return CalendarDay(
        day,
        DayKind(str(row.values["kind"])),
        str(row.values["name"] or ""),
        str(row.values["source"]),
    )
