"""Messages that could not be read: looking at them, asking for their replay, giving them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql

HEAD_BYTES = 400
"""So much of a payload a list shows. [byte]"""


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One message set aside; `head` is the beginning of its payload.

    Attributes
    ----------
    samples : int
        Samples of the message that are here and in no reading table.
    replay_asked_at : datetime or None
        When its replay was asked for; the collector answers with an outcome or a new reason.
    settled_at, outcome : datetime and str, or None
        When it was replayed or discarded, and which.
    """

    id: int
    received_at: datetime
    topic: str
    profile: str | None
    device_id: int | None
    reason_code: str
    reason: str
    size_bytes: int
    samples: int
    replay_asked_at: datetime | None
    settled_at: datetime | None
    outcome: str | None
    head: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Messages of one device, profile and reason that are counted and not kept.

    Attributes
    ----------
    since : datetime
        Beginning of the first hour in which some were left out.
    until : datetime
        Arrival of the last message of the last such hour.
    """

    device_id: int | None
    device_code: str | None
    profile: str | None
    reason_code: str
    messages: int
    samples: int
    since: datetime
    until: datetime


def quarantine(
    conn: Connection,
    *,
    settled: bool | None = None,
    reason_code: str | None = None,
    topic_prefix: str | None = None,
    device_id: int | None = None,
    before: int,
    at_most: int,
) -> list[QuarantineRow]:
    """Messages set aside, newest first, with ids below `before`."""
    arguments = {
        "settled": settled,
        "reason_code": reason_code,
        "topic_prefix": topic_prefix,
        "device_id": device_id,
        "before": before,
        "head_bytes": HEAD_BYTES,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(QuarantineRow)) as cursor:
        return cursor.execute(sql("quarantine", "list"), arguments).fetchall()


def quarantined(conn: Connection, quarantine_id: int, *, at_most: int) -> QuarantineRow | None:
    """One message, with at most so many bytes of its payload; None when there is none."""
    with conn.cursor(row_factory=class_row(QuarantineRow)) as cursor:
        arguments = {"id": quarantine_id, "at_most": at_most}
        return cursor.execute(sql("quarantine", "one"), arguments).fetchone()


def reasons(conn: Connection) -> dict[str, int]:
    """Unsettled messages by reason, the most frequent first."""
    return dict(conn.execute(sql("quarantine", "reasons")).fetchall())


def left_out(conn: Connection, *, at_most: int) -> list[LeftOut]:
    """What was not kept because too much came, the latest first."""
    with conn.cursor(row_factory=class_row(LeftOut)) as cursor:
        return cursor.execute(sql("quarantine", "left_out"), {"at_most": at_most}).fetchall()


def unsettled(
    conn: Connection, *, reason_code: str | None, topic_prefix: str | None, at_most: int
) -> list[int]:
    """Ids of messages neither replayed nor given up, the oldest first."""
    arguments = {"reason_code": reason_code, "topic_prefix": topic_prefix, "at_most": at_most}
    return [row[0] for row in conn.execute(sql("quarantine", "unsettled"), arguments)]


def ask_replay(conn: Connection, ids: Sequence[int], *, any_age: bool) -> int:
    """Ask the collector to read messages again.

    Parameters
    ----------
    any_age : bool
        Store also samples that are older than their device accepts.

    Returns
    -------
    int
        How many were asked for; a settled one never is.
    """
    arguments = {"ids": list(ids), "any_age": any_age}
    return conn.execute(sql("quarantine", "ask_replay"), arguments).rowcount


def discard(conn: Connection, ids: Sequence[int]) -> int:
    """Give messages up. Returns how many; a settled one never is."""
    return conn.execute(sql("quarantine", "discard"), {"ids": list(ids)}).rowcount
