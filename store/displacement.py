"""Parameters of displaced fuel, and statements of it: added to, never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A stated set of parameters, and the place at which it was entered."""

    terms_id: int
    organisation_id: int
    holds_from: date
    name: str
    terms: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class DisplacementStatementRow:
    """What was stated of a place and local days [first_day, end_day), in one version."""

    id: int
    organisation_id: int
    first_day: date
    end_day: date
    version: int
    terms_id: int
    content: str
    digest: str
    stated_by: str
    at: datetime


def terms_in_force(conn: Connection, place_id: int, day: date) -> TermsRow | None:
    """Newest terms in force on a day, of the place or the nearest above it that has any."""
    arguments = {"place_id": place_id, "day": day}
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql("displacement", "terms_of"), arguments).fetchone()


def all_terms(conn: Connection) -> list[TermsRow]:
    """Terms entered at places the person may see, newest first."""
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql("displacement", "all_terms")).fetchall()


def add_terms(
    conn: Connection, place_id: int, holds_from: date, name: str, terms: dict[str, Any]
) -> int:
    """Add terms of a place. Returns their id."""
    arguments = {
        "organisation_id": place_id,
        "holds_from": holds_from,
        "name": name,
        "terms": Json(terms),
    }
    return int(one_row(conn, sql("displacement", "add_terms"), arguments)[0])


def add_statement(
    conn: Connection,
    place_id: int,
    days: tuple[date, date],
    *,
    terms_id: int,
    content: str,
    digest: str,
) -> int:
    """Add the next version of a place and local days [first, end). Returns its id."""
    arguments = {
        "organisation_id": place_id,
        "first_day": days[0],
        "end_day": days[1],
        "terms_id": terms_id,
        "content": content,
        "digest": digest,
    }
    return int(one_row(conn, sql("displacement", "add_statement"), arguments)[0])


def statements_of(
    conn: Connection, *, place_id: int | None = None, statement_id: int | None = None, at_most: int
) -> list[DisplacementStatementRow]:
    """Statements the person may see, newest first."""
    arguments = {"place_id": place_id, "statement_id": statement_id, "at_most": at_most}
    with conn.cursor(row_factory=class_row(DisplacementStatementRow)) as cursor:
        return cursor.execute(sql("displacement", "statements"), arguments).fetchall()
