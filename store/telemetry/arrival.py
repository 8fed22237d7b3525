"""What a batch says beside its readings: newest values, message numbers, clocks, status, doubts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString

import msgspec
from psycopg import Connection

from domain.epoch import from_us
from domain.reading import Value
from store.queries import sql
from store.telemetry.sequence import HeardNumbers, log_numbers

_MOST_NAMED = 1000
"""PostgreSQL tells 8,000 bytes; more devices than this are told as "many"."""
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Newest:
    """The newest a device has said, by the instant of each value.

    Attributes
    ----------
    said : dict
        Name to value and instant. [epoch ms]
    """

    device_id: int
    ts: datetime
    received_at: datetime
    oldest: datetime
    said: dict[str, tuple[Value, int]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message in which a device told its values; shown to whoever connects it."""

    received_at: datetime
    topic: str
    profile: str
    payload: bytes


@dataclass(slots=True)
class Arrival:
    """Notes of one batch, written in its transaction.

    Attributes
    ----------
    newest : dict of int to Newest
        By device.
    numbers : HeardNumbers
        Numbers of messages heard.
    clocks : dict of int to float
        Estimated clock offset by device, where it has changed. [s]
    statuses : dict of int to (bool, datetime)
        Whether a device is connected, and since when.
    facts : dict
        What a device says of itself: by device and name, the value and the instant.
    suspects : set of (int, datetime, str, str)
        Device, instant, quantity and reason.
    raw : set of (int, datetime, str, bytes)
        Device, instant, name and content of a part nobody has described.
    memory : dict
        What codecs must remember: by codec and key, the content and the instant.
    spoke : set of int
        Devices that have new readings.
    messages : dict of int to Heard
        By device, of some that have not been kept for a while.
    """

    newest: dict[int, Newest] = field(default_factory=dict)
    numbers: HeardNumbers = field(default_factory=HeardNumbers)
    clocks: dict[int, float] = field(default_factory=dict)
    statuses: dict[int, tuple[bool, datetime]] = field(default_factory=dict)
    facts: dict[tuple[int, str], tuple[str, datetime]] = field(default_factory=dict)
    suspects: set[tuple[int, datetime, str, str]] = field(default_factory=set)
    raw: set[tuple[int, datetime, str, bytes]] = field(default_factory=set)
    memory: dict[tuple[str, str], tuple[bytes, datetime]] = field(default_factory=dict)
    spoke: set[int] = field(default_factory=set)
    messages: dict[int, Heard] = field(default_factory=dict)


def note(conn: Connection, arrival: Arrival, *, now: datetime) -> None:
    """Write all notes, inside the caller's transaction."""
    _note_newest(conn, arrival.newest)
    log_numbers(conn, arrival.numbers, now=now)
    if arrival.clocks:
        offsets = {"device_ids": list(arrival.clocks), "offsets_s": list(arrival.clocks.values())}
        conn.execute(sql("arrival", "note_clock"), {**offsets, "estimated_at": now})
    _each(conn, "note_status", (
        {"device_id": device, "online": online, "since": since}
        for device, (online, since) in sorted(arrival.statuses.items())
    ))  # fmt: skip
    _each(conn, "note_fact", (
        {"device_id": device, "name": name, "value": value, "said_at": said_at}
        for (device, name), (value, said_at) in sorted(arrival.facts.items())
    ))  # fmt: skip
    _each(conn, "doubt", (
        {"device_id": device, "ts": ts, "quantity": quantity, "reason": reason}
        for device, ts, quantity, reason in sorted(arrival.suspects)
    ))  # fmt: skip
    _each(conn, "keep_raw", (
        {"device_id": device, "ts": ts, "name": name, "content": content}
        for device, ts, name, content in sorted(arrival.raw)
    ))  # fmt: skip
    _each(conn, "keep_message", (
        {
            "device_id": device,
            "received_at": heard.received_at,
            "topic": heard.topic,
            "profile": heard.profile,
            "payload": heard.payload,
        }
        for device, heard in sorted(arrival.messages.items())
    ))  # fmt: skip
    if arrival.memory:  # of senders that number their messages there is a row a sender and batch
        rows = [(*key, *kept) for key, kept in arrival.memory.items()]
        columns = map(list, zip(*rows, strict=True))
        names = ("codecs", "keys", "contents", "said_at")
        conn.execute(sql("arrival", "remember"), dict(zip(names, columns, strict=True)))
    if arrival.spoke:
        named = "" if len(arrival.spoke) > _MOST_NAMED else ",".join(map(str, arrival.spoke))
        conn.execute(sql("arrival", "announce"), {"device_ids": named})


def note_repeats(
    conn: Connection, repeats: Mapping[int, tuple[int, int, int]], *, now: datetime
) -> None:
    """Count samples that said nothing new, inside the caller's transaction.

    Parameters
    ----------
    repeats : mapping
        By device: how many, and the oldest and newest instant they are about. [us]
    """
    if repeats:
        times, oldest, newest = zip(*repeats.values(), strict=True)
        columns = {
            "device_ids": list(repeats),
            "times": list(times),
            "oldest": [from_us(instant) for instant in oldest],
            "newest": [from_us(instant) for instant in newest],
        }
        conn.execute(sql("arrival", "note_repeats"), columns | {"now": now})


def memory(conn: Connection) -> dict[tuple[str, str], tuple[bytes, datetime]]:
    """What codecs remember, and since when, by codec and key."""
    rows = conn.execute(sql("arrival", "memory")).fetchall()
    return {(codec, key): (content, said_at) for codec, key, content, said_at in rows}


def _each(conn: Connection, name: LiteralString, rows: Iterable[Mapping[str, object]]) -> None:
    if found := list(rows):
        with conn.cursor() as cursor:
            cursor.executemany(sql("arrival", name), found)


def _note_newest(conn: Connection, newest: Mapping[int, Newest]) -> None:
    if newest:
        conn.execute(sql("arrival", "note_latest"), {"newest": _json(newest.values())})


def _json(rows: Iterable[object]) -> str:
    """Rows as one parameter: as arrays, column by column, they would cost the client far more."""
    return _encode(list(rows)).decode()
