"""What explains a place's use beside its calendar: school terms, and events with place and time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql

EVENT_KINDS = ("reception", "meeting", "large_event", "closure", "works", "other")


@dataclass(frozen=True, slots=True)
class TermRow:
    """Local days [first_day, end_day) on which a school is in term."""

    id: int
    name: str
    first_day: date
    end_day: date
    source: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened at a place during [start_at, end_at)."""

    id: int
    place: str
    kind: str
    name: str
    start_at: datetime
    end_at: datetime
    source: str


def terms(conn: Connection, organisation_id: int) -> list[TermRow]:
    """Terms of a school, by time."""
    with conn.cursor(row_factory=class_row(TermRow)) as cursor:
        arguments = {"organisation_id": organisation_id}
        return cursor.execute(sql("occasion", "terms"), arguments).fetchall()


def terms_of_places(
    conn: Connection, place_ids: Iterable[int]
) -> dict[int, tuple[tuple[date, date], ...]]:
    """Terms each place lives by: its own, else of the nearest place above; none: no key.

    Local days [first, end) in order.
    """
    rows = conn.execute(sql("occasion", "terms_of_places"), {"place_ids": [*place_ids]})
    found: dict[int, tuple[tuple[date, date], ...]] = {}
    for place_id, first_day, end_day in rows:
        found[place_id] = (*found.get(place_id, ()), (first_day, end_day))
    return found


def every_term(conn: Connection) -> list[tuple[str, TermRow]]:
    """Terms of every school the person may see, each with the school's code, by code and time."""
    return [(code, TermRow(*row)) for code, *row in conn.execute(sql("occasion", "every_term"))]


def add_term(conn: Connection, organisation_id: int, row: TermRow) -> None:
    """Add a term; its `id` is not looked at.

    Raises
    ------
    psycopg.errors.ExclusionViolation
        If the school is in another term on one of its days.
    """
    arguments = {
        "organisation_id": organisation_id,
        "name": row.name,
        "first_day": row.first_day,
        "end_day": row.end_day,
        "source": row.source,
    }
    conn.execute(sql("occasion", "add_term"), arguments)


def remove_term(conn: Connection, organisation_id: int, term_id: int) -> bool:
    """Remove a term; False when the school has none of this id."""
    arguments = {"organisation_id": organisation_id, "id": term_id}
    return conn.execute(sql("occasion", "remove_term"), arguments).rowcount == 1


def events(
    conn: Connection, organisation_id: int, since: datetime, until: datetime
) -> list[EventRow]:
    """Events at a place, above and below it, that touch [since, until), by time."""
    arguments = {"organisation_id": organisation_id, "since": since, "until": until}
    with conn.cursor(row_factory=class_row(EventRow)) as cursor:
        return cursor.execute(sql("occasion", "events"), arguments).fetchall()


def every_event(conn: Connection) -> list[EventRow]:
    """Every event the person may see, by place and time."""
    with conn.cursor(row_factory=class_row(EventRow)) as cursor:
        return cursor.execute(sql("occasion", "every_event")).fetchall()


def add_event(conn: Connection, organisation_id: int, row: EventRow) -> None:
    """Add an event at a place; its `id` and `place` are not looked at."""
    arguments = {
        "organisation_id": organisation_id,
        "kind": row.kind,
        "name": row.name,
        "start_at": row.start_at,
        "end_at": row.end_at,
        "source": row.source,
    }
    conn.execute(sql("occasion", "add_event"), arguments)


def remove_event(conn: Connection, organisation_id: int, event_id: int) -> bool:
    """Remove an event; False when the place has none of this id."""
    arguments = {"organisation_id": organisation_id, "id": event_id}
    return conn.execute(sql("occasion", "remove_event"), arguments).rowcount == 1
