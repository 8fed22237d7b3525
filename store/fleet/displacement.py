"""Statements of displaced fuel: added to, never changed."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.one_row import one_row
from store.queries import sql


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
    conn: Connection,
    *,
    place_id: int | None = None,
    statement_id: int | None = None,
    before: int,
    at_most: int,
) -> list[DisplacementStatementRow]:
    """Statements the person may see, newest first."""
    arguments = {
        "place_id": place_id,
        "statement_id": statement_id,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(DisplacementStatementRow)) as cursor:
        return cursor.execute(sql("displacement", "statements"), arguments).fetchall()
