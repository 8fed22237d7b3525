"""Candidates that may replace petrol cars, and how long those stood near piles."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from store.displacement import TermsRow
from store.one_row import one_row
from store.queries import sql


def replacement_in_force(conn: Connection, place_id: int, day: date) -> TermsRow | None:
    """Newest candidates in force on a day, of the place or the nearest above that has any."""
    arguments = {"place_id": place_id, "day": day}
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql("replacement", "terms_of"), arguments).fetchone()


def all_replacements(conn: Connection) -> list[TermsRow]:
    """Candidates entered at places the person may see, newest first."""
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql("replacement", "all_terms")).fetchall()


def add_replacement(
    conn: Connection, place_id: int, holds_from: date, name: str, terms: dict[str, Any]
) -> int:
    """Add candidates of a place. Returns their id."""
    arguments = {
        "organisation_id": place_id,
        "holds_from": holds_from,
        "name": name,
        "terms": Json(terms),
    }
    return int(one_row(conn, sql("replacement", "add_terms"), arguments)[0])


def hours_near_piles(
    conn: Connection,
    vehicles: Collection[int],
    piles: Collection[int],
    span: tuple[datetime, datetime],
    *,
    zone: str,
    near_m: float,
) -> dict[int, dict[date, float]]:
    """Hours that vehicles stood near any of some piles, by local day. [h].

    A day on which no stop has a position is absent: it is not known where the vehicle stood.
    """
    arguments = {
        "vehicle_ids": list(vehicles),
        "pile_ids": list(piles),
        "first": span[0],
        "until": span[1],
        "zone": zone,
        "near_m": near_m,
    }
    found: dict[int, dict[date, float]] = {vehicle: {} for vehicle in vehicles}
    for vehicle_id, day, hours in conn.execute(sql("replacement", "standing"), arguments):
        found[vehicle_id][day] = hours
    return found
