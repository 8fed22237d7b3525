"""Readings as they are, and what the collectors counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.sql import SQL, Identifier

from store.queries import sql
from store.telemetry.reading_table import shapes


@dataclass(frozen=True, slots=True)
class CollectorRow:
    """What one collector has committed, in samples."""

    name: str
    as_of: datetime
    received: int
    stored: int
    merged: int
    duplicate: int
    conflicting: int
    quarantined: int
    without_reading: int


def readings(
    conn: Connection, device_id: int, first: datetime, last: datetime, *, at_most: int
) -> list[dict[str, Any]]:
    """Rows of every table a device has readings in, in [first, last), newest first."""
    arguments = {"device_id": device_id, "first": first, "last": last, "at_most": at_most}
    found = _from_tables(conn, "readings", arguments)
    return sorted(found, key=lambda row: row["ts"], reverse=True)[:at_most]


def latest(conn: Connection, device_ids: Sequence[int], *, since: datetime) -> list[dict[str, Any]]:
    """Newest row per device and table, not older than `since`."""
    return _from_tables(conn, "latest", {"device_ids": list(device_ids), "since": since})


def collectors(conn: Connection) -> list[CollectorRow]:
    """Counts of every collector there ever was."""
    with conn.cursor(row_factory=class_row(CollectorRow)) as cursor:
        return cursor.execute(sql("inspection", "collectors")).fetchall()


def _from_tables(
    conn: Connection, name: str, arguments: Mapping[str, object]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    text = sql("inspection", "readings") if name == "readings" else sql("inspection", "latest")
    with conn.cursor(row_factory=dict_row) as cursor:
        for shape in shapes():
            statement = SQL(text).format(table=Identifier(shape.name))
            found += cursor.execute(statement, arguments).fetchall()
    return found
