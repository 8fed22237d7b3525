"""Writes that are asked under a key of the caller's, so that asking again does nothing again."""

from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What was asked first under a key, and what came of it.

    Attributes
    ----------
    asked_sha256 : bytes
        Of method, address and body.
    status : int or None
        None: it was done, and its answer is not kept.
    """

    asked_sha256: bytes
    status: int | None
    content_type: str | None
    answer: bytes | None


def claim(conn: Connection, key: str, asked_sha256: bytes) -> FirstAnswer | None:
    """Take a key for the current person, in the transaction of what they ask.

    Returns
    -------
    FirstAnswer or None
        None when it is theirs now; it is free again if the transaction comes to nothing.
    """
    conn.execute(sql("once", "forget"))
    row = {"key": key, "asked": asked_sha256}
    if conn.execute(sql("once", "claim"), row).rowcount == 1:
        return None
    with conn.cursor(row_factory=class_row(FirstAnswer)) as cursor:
        return cursor.execute(sql("once", "first"), {"key": key}).fetchone()


def keep_answer(
    conn: Connection, person_id: int, key: str, *, status: int, content_type: str, answer: bytes
) -> None:
    """Keep what came of it; a first answer stays."""
    row = {"person_id": person_id, "key": key, "status": status, "answer": answer}
    conn.execute(sql("once", "keep"), row | {"content_type": content_type})
