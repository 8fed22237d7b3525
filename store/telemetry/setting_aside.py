"""Put what could not be read into quarantine: whole while it is bearable, counted always.

A broken or hostile device must not fill the disk. Of one source and hour only so much is kept; the
rest is a number in `quarantine_count`, so that nobody takes the part for the whole.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from store.queries import sql

MOST_MESSAGES = 5_000
"""So many messages are kept an hour of one device, profile and reason."""
MOST_BYTES = 8 * 2**20
"""So much of their payloads, topics and reasons. [byte]"""
AWAITING = frozenset({"birth_awaited"})
"""Reasons that pass by themselves: nothing is wrong with the message, and it is read later."""
MOST_AWAITING, MOST_AWAITING_BYTES = 100_000, 64 * 2**20
"""So much is kept of those: a day's backlog of a node with sixty devices a minute."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message, or some samples of one, that could not be read.

    Attributes
    ----------
    payload : bytes
        The message whole, or only its beginning where it would fill the disk; `size_bytes` is its
        true length.
    profile : str or None
        Codec or profile that could not read it; None when none claims its topic.
    code, reason : str
        Machine name of the reason, and the sentence.
    samples : int
        How many samples of the message are here and not in a reading table.
    """

    received_at: datetime
    topic: str
    payload: bytes
    size_bytes: int
    device_id: int | None
    profile: str | None
    code: str
    reason: str
    samples: int


_Source = tuple[datetime, int, str, str]
"""Hour, device or 0, profile or nothing, code of the reason. All of them are few, whatever is sent:
a topic is not among them, since a sender may make up as many as he likes."""


def set_aside(conn: Connection, items: Sequence[Quarantined], *, collector: str) -> int:
    """Keep or count messages, inside the caller's transaction; returns how many were not kept."""
    if not items:
        return 0
    of_source: dict[_Source, dict[int, Quarantined]] = defaultdict(dict)
    for number, item in enumerate(items):
        hour = item.received_at.replace(minute=0, second=0, microsecond=0)
        of_source[hour, item.device_id or 0, item.profile or "", item.code][number] = item
    kept: set[int] = set()
    for source in sorted(of_source):  # so that two collectors never wait for each other in a ring
        kept.update(_count(conn, source, of_source[source]))
    with conn.cursor() as cursor:
        rows = [_row_of(item, collector) for item in map(items.__getitem__, sorted(kept))]
        cursor.executemany(sql("setting_aside", "keep"), rows)
    return len(items) - len(kept)


def _count(
    conn: Connection, source: _Source, arrived: Mapping[int, Quarantined]
) -> Mapping[int, Quarantined]:
    """Count messages of one source, by their number in the batch; returns those to be kept."""
    named = dict(zip(("hour", "device_id", "profile", "reason_code"), source, strict=True))
    last_at = max(item.received_at for item in arrived.values())
    arguments = named | _sums(arrived) | {"last_at": last_at}
    (before,) = conn.execute(sql("setting_aside", "arrive"), arguments).fetchall()
    kept = _bearable(arrived, *before, awaits=source[-1] in AWAITING)
    if kept:
        conn.execute(sql("setting_aside", "count_kept"), named | _sums(kept))
    return kept


def _sums(items: Mapping[int, Quarantined]) -> dict[str, object]:
    return {
        "messages": len(items),
        "samples": sum(item.samples for item in items.values()),
        "bytes": sum(map(_size, items.values())),
    }


def _bearable(
    arrived: Mapping[int, Quarantined], messages: int, size: int, *, awaits: bool
) -> dict[int, Quarantined]:
    """The messages there is still room for, beside so many of so many bytes."""
    most, most_bytes = MOST_MESSAGES, MOST_BYTES
    if awaits:
        most, most_bytes = MOST_AWAITING, MOST_AWAITING_BYTES
    kept: dict[int, Quarantined] = {}
    for number, item in arrived.items():
        if messages + len(kept) < most and size + _size(item) <= most_bytes:
            kept[number] = item
            size += _size(item)
    return kept


def _size(item: Quarantined) -> int:
    return len(item.payload) + len(item.topic) + len(item.reason)


def _row_of(item: Quarantined, collector: str) -> dict[str, object]:
    return {
        "received_at": item.received_at,
        "collector": collector,
        "topic": item.topic,
        "payload": item.payload,
        "size_bytes": item.size_bytes,
        "device_id": item.device_id,
        "profile": item.profile,
        "reason_code": item.code,
        "reason": item.reason,
        "samples": item.samples,
    }
