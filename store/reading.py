"""Write a batch of the collector: readings, the days they touch, what could not be read, counts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from psycopg import Connection

from store.queries import sql
from store.reading_merge import Outcome, Row, merge_rows
from store.reading_table import note_latest, shapes, statement


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message, or some samples of one, that could not be read.

    Attributes
    ----------
    code, reason : str
        Machine name of the reason, and the sentence.
    samples : int
        How many samples of the message are here and not in a reading table.
    """

    received_at: datetime
    topic: str
    payload: bytes
    device_id: int | None
    code: str
    reason: str
    samples: int


@dataclass(slots=True)
class TableRows:
    """Rows for one table, in the order of ``Shape.columns``, and the sample each comes from."""

    rows: list[Row] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """Everything one transaction of the collector writes.

    Attributes
    ----------
    tables : dict of str to TableRows
        A sample makes one row in each table it has values for.
    samples : int
        Samples in `tables`; they are numbered from 0.
    touched : set of (int, date)
        Devices and local days that have new readings.
    without_reading : int
        Messages that carry no measurement: status, heartbeat, retained copy.
    """

    tables: dict[str, TableRows] = field(default_factory=dict)
    samples: int = 0
    touched: set[tuple[int, date]] = field(default_factory=set)
    quarantined: list[Quarantined] = field(default_factory=list)
    without_reading: int = 0


def prepare(conn: Connection) -> None:
    """Make the staging tables of this connection; once, before its first batch."""
    with conn.transaction():
        for shape in shapes():
            conn.execute(statement(shape, "make_stage"))


def write(conn: Connection, batch: Batch, *, collector: str, now: datetime) -> Counter[str]:
    """Write one batch in one transaction, counts included.

    Returns
    -------
    Counter
        Samples by outcome (stored, merged, duplicate, conflicting, quarantined, without_reading)
        and their sum, received. A sample with values in several tables counts once, as the
        greatest of its outcomes.
    """
    with conn.transaction():
        outcomes = [Outcome.DUPLICATE] * batch.samples
        for shape in shapes():
            part = batch.tables.get(shape.name)
            if part is None:
                continue
            results = merge_rows(conn, shape, part.rows, now=now)
            for sample, outcome in zip(part.samples, results, strict=True):
                outcomes[sample] = max(outcomes[sample], outcome)
        if batch.touched:
            _touch(conn, batch.touched)
            conn.execute(note_latest(), {"received_at": now})
        for item in batch.quarantined:
            conn.execute(sql("reading", "quarantine"), _row_of(item, collector))
        counts = Counter({outcome.name.lower(): 0 for outcome in Outcome})
        counts.update(outcome.name.lower() for outcome in outcomes)
        counts["quarantined"] = sum(item.samples for item in batch.quarantined)
        counts["without_reading"] = batch.without_reading
        counts["received"] = counts.total()
        conn.execute(sql("reading", "count"), {**counts, "collector": collector, "as_of": now})
    return counts


def _touch(conn: Connection, touched: set[tuple[int, date]]) -> None:
    with conn.cursor().copy(sql("reading", "touch")) as copy:
        copy.set_types(("int8", "date"))
        for row in sorted(touched):
            copy.write_row(row)


def _row_of(item: Quarantined, collector: str) -> dict[str, object]:
    return {
        "received_at": item.received_at,
        "collector": collector,
        "topic": item.topic,
        "payload": item.payload,
        "device_id": item.device_id,
        "reason_code": item.code,
        "reason": item.reason,
        "samples": item.samples,
    }
