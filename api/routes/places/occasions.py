"""The days of a place in their context: calendar, term, heating, events. And what explains them."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.moment import EndDay, FirstDay, From, To, span
from api.named import place_of
from api.page import Page
from api.problem import refuse
from api.routes.places.place_facts import own_place
from api.scope import Scope
from domain.calendar import DayKind, days
from domain.errors import CalendarMissingError
from domain.local_day import day_end, day_start
from domain.sentence import Sentence
from store.people.session import audit
from store.places.calendar import calendar_of_place
from store.places.heating_day import HeatingDays
from store.places.occasion import (
    EventRow,
    TermRow,
    add_event,
    add_term,
    events,
    remove_event,
    remove_term,
    terms,
)
from store.places.place import OrganisationRow

router = APIRouter(prefix="/organisations/{code}", tags=["facts"])

_LONGEST = timedelta(days=732)
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Source = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
EventKind = Literal["reception", "meeting", "large_event", "closure", "works", "other"]


class ContextDayOut(BaseModel):
    """One local day of a place and what it was."""

    day: date
    kind: DayKind
    name: str
    provisional: bool = Field(description="The year is not entered yet.")
    term: str | None = Field(description="School term it lies in.")
    heating: bool | None = Field(description="In the heating season; null if nothing is known.")
    events: list[str]


class TermOut(BaseModel):
    """Local days [first_day, end_day) on which a school is in term."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    first_day: date
    end_day: date
    source: str


class NewTerm(Body):
    """A term to add."""

    name: Text
    first_day: date
    end_day: date = Field(description="Day after the last one.")
    source: Source = ""


class CalendarEventOut(BaseModel):
    """Something that happened at a place during [start_at, end_at)."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    place: str
    kind: EventKind
    name: str
    start_at: datetime
    end_at: datetime
    source: str


class NewCalendarEvent(Body):
    """An event to add."""

    kind: EventKind
    name: Text
    start_at: AwareDatetime
    end_at: AwareDatetime
    source: Source = ""


@router.get("/days")
def list_days(code: str, first_day: FirstDay, end_day: EndDay, scope: Scope) -> Page[ContextDayOut]:
    """Days of a place, by the calendar it works by; 404 when a year of them is missing."""
    place = place_of(scope, code)
    if not timedelta(0) < end_day - first_day <= _LONGEST:
        detail = Sentence(
            "days_out_of_bounds",
            "first_day {first_day} to end_day {end_day}: want 1 to {most} days",
            first_day=first_day,
            end_day=end_day,
            most=_LONGEST.days,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    try:
        calendar = calendar_of_place(scope.conn, place.id, first_day, end_day)
    except CalendarMissingError as error:
        raise refuse(HTTPStatus.NOT_FOUND, error) from None
    context = _Context(scope, place, first_day, end_day)
    items = []
    for day in days(first_day, end_day):
        entry = calendar.on(day)
        items.append(
            ContextDayOut(
                day=day,
                kind=entry.kind,
                name=entry.name,
                provisional=day.year in calendar.provisional,
                term=context.term(day),
                heating=context.heating(day),
                events=context.events(day),
            )
        )
    return Page(items=items)


class _Context:
    """Terms, events and heating season of a place, asked day by day."""

    def __init__(self, scope: Scope, place: OrganisationRow, first: date, end: date) -> None:
        conn = scope.conn
        self._zone = ZoneInfo(place.zone or "UTC")
        since, until = day_start(first, self._zone), day_start(end, self._zone)
        self._terms = terms(conn, place.id)
        self._events = events(conn, place.id, since, until)
        self._heating = HeatingDays(conn, place.id, since)

    def term(self, day: date) -> str | None:
        """Name of the term a day lies in."""
        found = (row.name for row in self._terms if row.first_day <= day < row.end_day)
        return next(found, None)

    def events(self, day: date) -> list[str]:
        """Names of the events that touch a day."""
        begin, end = day_start(day, self._zone), day_end(day, self._zone)
        return [e.name for e in self._events if e.start_at < end and e.end_at > begin]

    def heating(self, day: date) -> bool | None:
        """Whether the place's city is heated on a day."""
        return self._heating.on(day)


@router.get("/terms")
def list_terms(code: str, scope: Scope) -> Page[TermOut]:
    """Terms of a school, by time."""
    rows = terms(scope.conn, place_of(scope, code).id)
    return Page(items=[TermOut.model_validate(row) for row in rows])


@router.post("/terms", status_code=HTTPStatus.CREATED)
def new_term(code: str, new: NewTerm, scope: Scope) -> Page[TermOut]:
    """Add a term."""
    place = own_place(scope, code)
    if new.first_day >= new.end_day:
        detail = Sentence(
            "days_backwards_at",
            "{where}: first_day {first_day} is not before end_day {end_day}",
            where=code,
            first_day=new.first_day,
            end_day=new.end_day,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    try:
        row = TermRow(0, new.name, new.first_day, new.end_day, new.source)
        add_term(scope.conn, place.id, row)
    except psycopg.errors.ExclusionViolation:
        detail = Sentence(
            "term_overlaps",
            "{place}: {name} from {first_day} overlaps another term",
            place=code,
            name=new.name,
            first_day=new.first_day,
        )
        raise refuse(HTTPStatus.CONFLICT, detail) from None
    audit(scope.conn, "term_added", code, new.model_dump(mode="json"))
    return list_terms(code, scope)


@router.delete("/terms/{term_id}", status_code=HTTPStatus.NO_CONTENT)
def delete_term(code: str, term_id: int, scope: Scope) -> None:
    """Remove a term."""
    if not remove_term(scope.conn, own_place(scope, code).id, term_id):
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_term", "{place} has no term {term}", place=code, term=term_id),
        )
    audit(scope.conn, "term_removed", code, {"term": term_id})


@router.get("/events")
def list_events(code: str, first: From, last: To, scope: Scope) -> Page[CalendarEventOut]:
    """Events at a place, above and below it, that touch a time."""
    rows = events(scope.conn, place_of(scope, code).id, *span(first, last))
    return Page(items=[CalendarEventOut.model_validate(row) for row in rows])


@router.post("/events", status_code=HTTPStatus.CREATED)
def new_event(code: str, new: NewCalendarEvent, scope: Scope) -> None:
    """Add an event."""
    place = own_place(scope, code)
    start_at, end_at = span(new.start_at, new.end_at)
    row = EventRow(0, code, new.kind, new.name, start_at, end_at, new.source)
    add_event(scope.conn, place.id, row)
    audit(scope.conn, "event_added", code, new.model_dump(mode="json"))


@router.delete("/events/{event_id}", status_code=HTTPStatus.NO_CONTENT)
def delete_event(code: str, event_id: int, scope: Scope) -> None:
    """Remove an event."""
    if not remove_event(scope.conn, own_place(scope, code).id, event_id):
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_place_event", "{place} has no event {event}", place=code, event=event_id),
        )
    audit(scope.conn, "event_removed", code, {"event": event_id})
