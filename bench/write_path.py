"""The collector's way into the tables against direct binary COPY of the same rows.

Direct COPY is the fastest PostgreSQL takes rows, and no way to write readings: one repeated reading
fails the whole of it. What our way costs beside it is the price of "nothing lost, nothing twice".
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from bench import telemetry
from bench.result import CheckError
from domain.reading import Message
from ingest.acquaintance import Acquaintance
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.router import Router
from store.become import Role, become
from store.places import registry
from store.server import Floor, inspect
from store.telemetry.reading import Batch, prepare, write
from store.telemetry.reading_table import shapes

BATCH = 10_000
"""Rows in one transaction."""
_ZONE = ZoneInfo("Asia/Shanghai")
_TWO_DAYS_MS = 2 * 86_400_000
_ELECTRICITY = next(shape for shape in shapes() if shape.name == "electricity_reading")
_COPY = SQL("COPY copied ({}) FROM STDIN (FORMAT binary)")


@dataclass(frozen=True, slots=True)
class WriteRates:
    """Rows a second.

    Attributes
    ----------
    copied : float
        Direct binary COPY into an empty table of the same shape.
    staged : float
        The collector's way, all rows new; days touched, newest readings and counts included.
    repeated : float
        The same rows again: the merge, which finds nothing to change.
    split : float
        One quantity a message: twelve rows are merged into each stored one.
    """

    copied: float
    staged: float
    repeated: float
    split: float


def write_rates(database: str, messages: Sequence[Message]) -> WriteRates:
    """Write the rows of `messages` in every way, into an empty migrated database."""
    with psycopg.connect(database, autocommit=True) as owner:
        registry.write(owner, telemetry.registry())
        _make_copied(owner)
        with psycopg.connect(database, autocommit=True) as conn:
            acquaintance = Acquaintance(Router(codecs()), _ZONE)

            def read(part: Sequence[Message]) -> Batch:
                return Intake().sort(*acquaintance.read(conn, part), acquaintance.world)[0]

            become(conn, Role.COLLECT)
            prepare(conn)
            whole = [read(part) for part in _parts(messages)]
            # The same number of rows: a twelfth of the instants, beside those stored before.
            few = messages[: len(messages) // telemetry.VALUES]
            split = [read(part) for part in _parts(list(_split(few)))]
            copied = _rate(owner, whole, lambda batch: _copy(owner, batch))
            staged = _rate(owner, whole, lambda batch: _write(conn, batch))
            repeated = _rate(owner, whole, lambda batch: _write(conn, batch))
            merged = _rate(owner, split, lambda batch: _write(conn, batch))
            _expect_counts(owner, len(messages), sum(batch.samples for batch in split))
            return WriteRates(copied, staged, repeated, merged)


def _make_copied(owner: Connection) -> None:
    owner.execute("CREATE TABLE copied (LIKE electricity_reading INCLUDING ALL)")
    if inspect(owner).floor is not Floor.PLAIN:
        owner.execute(
            "SELECT create_hypertable('copied', by_range('ts', INTERVAL '7 days'),"
            " create_default_indexes => false)"
        )


def _parts(messages: Sequence[Message]) -> list[Sequence[Message]]:
    return [messages[at : at + BATCH] for at in range(0, len(messages), BATCH)]


def _split(messages: Sequence[Message]) -> Iterator[Message]:
    """Yield the same two days earlier, quantity after quantity, so that no batch has them all."""
    samples = [msgspec.json.decode(message.payload) for message in messages]
    names = list(samples[0]["values"])
    for name in names:
        for message, sample in zip(messages, samples, strict=True):
            ts = sample["ts"] - _TWO_DAYS_MS
            one = {"ts": ts, "values": {name: sample["values"][name]}}
            yield replace(message, payload=msgspec.json.encode(one))


def _rate(owner: Connection, batches: Sequence[Batch], write_one: Callable[[Batch], None]) -> float:
    owner.execute("CHECKPOINT")  # or this one would pay for the pages of the one before
    began = time.perf_counter()
    for batch in batches:
        write_one(batch)
    return sum(batch.samples for batch in batches) / (time.perf_counter() - began)


def _copy(conn: Connection, batch: Batch) -> None:
    with conn.transaction(), conn.cursor() as cursor:
        for names, rows in batch.parts[_ELECTRICITY.name].items():
            columns = ("device_id", "ts", "received_at", "quality", *names)
            with cursor.copy(_COPY.format(SQL(", ").join(map(Identifier, columns)))) as copy:
                copy.write(rows.packed())


def _write(conn: Connection, batch: Batch) -> None:
    write(conn, batch, collector="bench", now=datetime.now(UTC))


def _expect_counts(owner: Connection, messages: int, split: int) -> None:
    """Refuse figures of a run that did not do what they say."""
    counts = owner.execute(
        "SELECT stored, merged, duplicate, received FROM collector_count WHERE collector = 'bench'"
    ).fetchone()
    instants = split // telemetry.VALUES
    wanted = (messages + instants, split - instants, messages, 2 * messages + split)
    if counts != wanted:
        raise CheckError(f"stored, merged, duplicate, received: {counts}, want {wanted}")
