"""Messages of the quarantine that somebody wants to be read again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to be read again.

    Attributes
    ----------
    any_age : bool
        Whether samples are to be stored that are older than their device accepts.
    """

    quarantine_id: int
    received_at: datetime
    topic: str
    payload: bytes
    any_age: bool


def take_asked(conn: Connection) -> Asked | None:
    """The oldest message somebody asked to be read again, kept from other collectors till commit.

    Call inside a transaction.
    """
    with conn.cursor(row_factory=class_row(Asked)) as cursor:
        return cursor.execute(sql("replay", "take_asked")).fetchone()


def free(conn: Connection, topics: Collection[str]) -> None:
    """Ask for what came on topics and waits for a birth to be read again; in a transaction."""
    conn.execute(sql("replay", "free"), {"topics": list(topics)})


def settle(conn: Connection, ids: Collection[int], *, now: datetime) -> None:
    """Close messages that were read after all."""
    conn.execute(sql("replay", "settle"), {"ids": list(ids), "now": now})


def refuse_again(conn: Connection, quarantine_id: int, *, code: str, reason: str) -> None:
    """Put the new reason on a message that still cannot be read, and wait to be asked again."""
    arguments = {"id": quarantine_id, "reason_code": code, "reason": reason}
    conn.execute(sql("replay", "refuse_again"), arguments)
