"""Stated parameters of fleets at a place, from a day on: added to, never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from store.one_row import one_row
from store.queries import sql


class Terms(StrEnum):
    """What the parameters are of; each kind has its table and its file of statements."""

    DISPLACEMENT = "displacement"
    REPLACEMENT = "replacement"


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A stated set of parameters, and the place at which it was entered."""

    terms_id: int
    organisation_id: int
    holds_from: date
    name: str
    terms: dict[str, Any]
    at: datetime


def terms_in_force(conn: Connection, of: Terms, place_id: int, day: date) -> TermsRow | None:
    """Newest terms in force on a day, of the place or the nearest above it that has any."""
    arguments = {"place_id": place_id, "day": day}
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql(of.value, "terms_of"), arguments).fetchone()


def all_terms(conn: Connection, of: Terms) -> list[TermsRow]:
    """Terms entered at places the person may see, newest first."""
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql(of.value, "all_terms")).fetchall()


def add_terms(
    conn: Connection, of: Terms, place_id: int, holds_from: date, name: str, terms: dict[str, Any]
) -> int:
    """Add terms of a place. Returns their id."""
    arguments = {
        "organisation_id": place_id,
        "holds_from": holds_from,
        "name": name,
        "terms": Json(terms),
    }
    return int(one_row(conn, sql(of.value, "add_terms"), arguments)[0])
