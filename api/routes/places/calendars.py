"""Calendars: years shown day by day, entered from the notice, corrected; heating seasons."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.if_match import IfMatch, want_unchanged
from api.page import Page
from api.problem import refuse
from api.scope import Scope, only_administrators
from api.settings import ApiSettings
from domain.calendar import CalendarDay, DayKind, contradiction, whole_year
from domain.errors import CalendarMissingError, ConfigurationError
from domain.local_day import local_day
from domain.sentence import Sentence
from domain.statutory_holiday import SOURCE, provisional_year
from store.people.session import audit
from store.places.calendar import (
    CalendarRow,
    add_calendar,
    calendar_of_year,
    calendar_years,
    calendars,
    put_day,
    put_year,
)

router = APIRouter(prefix="/calendars", tags=["calendars"])

_REMIND_FROM_MONTH = 11
"""From 1 November the following year should be entered: the notice comes in these weeks."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Year = Annotated[int, Path(ge=1949, le=2199)]


class CalendarYearOut(BaseModel):
    """A year that a calendar has."""

    model_config = ConfigDict(from_attributes=True)

    year: int
    provisional: bool = Field(description="Statutory holidays and weekends only.")
    source: str
    entered_at: datetime


class CalendarOut(BaseModel):
    """A calendar and its years."""

    code: str
    name_zh: str
    name_en: str
    years: list[CalendarYearOut]
    wanted_year: int | None = Field(
        description="Year that should be entered now and is missing or provisional."
    )


class DayOut(BaseModel):
    """One day of a calendar."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    kind: DayKind
    name: str
    source: str


class WholeYearOut(BaseModel):
    """Every day of a year."""

    calendar: str
    year: int
    provisional: bool
    workdays: int = Field(description="Days that are worked. [d]")
    days: list[DayOut]


class NoticeDay(Body):
    """A holiday or a makeup workday of a notice."""

    day: date
    kind: DayKind
    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""


class Notice(Body):
    """What the notice of a year says; other days are workdays and weekends."""

    source: Text = Field(description="Title or number of the notice.")
    days: list[NoticeDay] = Field(max_length=366)


class DayChange(Body):
    """A correction of one day."""

    kind: DayKind
    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    reason: Text = Field(description="Why, and on which document.")


class NewCalendar(Body):
    """A calendar that differs from the national one, such as a school's."""

    code: Code
    name_zh: Text
    name_en: Text


def today(zone: str) -> date:
    """Today there."""
    return local_day(datetime.now(UTC), ZoneInfo(zone))


@router.get("")
def list_calendars(scope: Scope, request: Request) -> Page[CalendarOut]:
    """Calendars with the years they have; all other years are missing."""
    settings: ApiSettings = request.app.state.settings
    now = today(settings.zone)
    wanted = now.year + (now.month >= _REMIND_FROM_MONTH)
    items = []
    for row in calendars(scope.conn):
        years = [CalendarYearOut.model_validate(y) for y in calendar_years(scope.conn, row.code)]
        entered = any(y.year == wanted and not y.provisional for y in years)
        items.append(
            CalendarOut(
                code=row.code,
                name_zh=row.name_zh,
                name_en=row.name_en,
                years=years,
                wanted_year=None if entered else wanted,
            )
        )
    return Page(items=items)


@router.post("", status_code=HTTPStatus.CREATED)
def new_calendar(new: NewCalendar, scope: Scope) -> None:
    """Add a calendar without years."""
    only_administrators(scope)
    if not add_calendar(scope.conn, CalendarRow(new.code, new.name_zh, new.name_en)):
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "calendar_exists", "there is a calendar {calendar} already", calendar=repr(new.code)
            ),
        )
    audit(scope.conn, "calendar_added", new.code, {})


@router.get("/{code}/years/{year}")
def one_year(code: str, year: Year, scope: Scope) -> WholeYearOut:
    """Every day of a year; 404 says that the year is missing."""
    return _year(scope, code, year)


@router.put("/{code}/years/{year}")
def enter_year(
    code: str, year: Year, notice: Notice, scope: Scope, if_match: IfMatch = None
) -> WholeYearOut:
    """Enter a year from its notice, in place of what was there of it."""
    only_administrators(scope)
    _known(scope, code)
    _want_seen(scope, if_match, code, year)
    entries = [CalendarDay(d.day, d.kind, d.name, notice.source) for d in notice.days]
    _refuse_contradictions(code, year, entries)
    whole = whole_year(year, entries, notice.source)
    put_year(scope.conn, code, whole, provisional=False, source=notice.source)
    detail = {"source": notice.source, "days": len(entries)}
    audit(scope.conn, "calendar_year_entered", f"{code} {year}", detail)
    return _year(scope, code, year)


@router.post("/{code}/years/{year}/provisional", status_code=HTTPStatus.CREATED)
def make_provisional(code: str, year: Year, scope: Scope) -> WholeYearOut:
    """Make a missing year of its statutory holidays; closing and signing refuse it."""
    only_administrators(scope)
    _known(scope, code)
    if any(row.year == year for row in calendar_years(scope.conn, code)):
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "calendar_year_exists",
                "calendar {calendar} has {year} already",
                calendar=repr(code),
                year=year,
            ),
        )
    try:
        entries = provisional_year(year)
    except ConfigurationError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    put_year(scope.conn, code, entries, provisional=True, source=SOURCE)
    audit(scope.conn, "calendar_year_provisional", f"{code} {year}", {})
    return _year(scope, code, year)


@router.patch("/{code}/days/{day}")
def change_day(
    code: str, day: date, change: DayChange, scope: Scope, if_match: IfMatch = None
) -> DayOut:
    """Correct one day of a year that is there; If-Match names the ETag of the year."""
    only_administrators(scope)
    _want_seen(scope, if_match, code, day.year)
    entry = CalendarDay(day, change.kind, change.name, change.reason)
    _refuse_contradictions(code, day.year, [entry])
    try:
        before = calendar_of_year(scope.conn, code, day.year).on(day)
        put_day(scope.conn, code, entry)
    except CalendarMissingError as error:
        raise refuse(HTTPStatus.NOT_FOUND, error) from None
    detail = {"kind": change.kind, "reason": change.reason, "was": before.kind}
    audit(scope.conn, "calendar_day_changed", f"{code} {day}", detail)
    return DayOut.model_validate(entry)


def _want_seen(scope: Scope, if_match: str | None, code: str, year: int) -> None:
    what = f"calendar {code} {year}"
    want_unchanged(scope, if_match, what, lambda: _year(scope, code, year))


def _known(scope: Scope, code: str) -> None:
    if not any(row.code == code for row in calendars(scope.conn)):
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_calendar", "there is no calendar {calendar}", calendar=repr(code)),
        )


def _refuse_contradictions(code: str, year: int, entries: list[CalendarDay]) -> None:
    wrong = []
    for entry in entries:
        wanted = contradiction(entry.day, entry.kind)
        if entry.day.year != year:
            wrong.append(f"{entry.day} is not in {year}")
        elif wanted:
            wrong.append(f"{entry.day} ({entry.day:%A}): {entry.kind}, want {wanted}")
    days = [entry.day for entry in entries]
    wrong += [f"{day} is named twice" for day in sorted(set(days)) if days.count(day) > 1]
    if wrong:
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence(
                "calendar_days_wrong",
                "calendar {calendar}: {wrong}",
                calendar=code,
                wrong="; ".join(wrong),
            ),
        )


def _year(scope: Scope, code: str, year: int) -> WholeYearOut:
    try:
        calendar = calendar_of_year(scope.conn, code, year)
    except CalendarMissingError as error:
        raise refuse(HTTPStatus.NOT_FOUND, error) from None
    return WholeYearOut(
        calendar=code,
        year=year,
        provisional=bool(calendar.provisional),
        workdays=calendar.workdays(date(year, 1, 1), date(year + 1, 1, 1)),
        days=[DayOut.model_validate(entry) for entry in calendar.days.values()],
    )
