"""Write a batch of the collector: readings, the days they touch, what could not be read, counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from psycopg import Connection

from domain.reading import Value
from store.queries import sql
from store.telemetry.arrival import Arrival, note, note_repeats
from store.telemetry.reading_merge import Outcome, merge_rows
from store.telemetry.reading_rows import Rows
from store.telemetry.reading_table import shape_of, shapes, statement
from store.telemetry.replay import free
from store.telemetry.setting_aside import Quarantined, set_aside
from store.telemetry.touched import TouchedDays

_MOST_PARTS = 20
"""Kinds of rows of one table in a batch; more are sent as rows with all columns."""


@dataclass(slots=True)
class Batch:
    """Everything one transaction of the collector writes.

    Attributes
    ----------
    parts : dict
        Rows by table and by the columns they have. A sample makes rows in each table it has values
        for.
    samples : int
        Samples in `parts`; they are numbered from 0.
    touched : TouchedDays
        Local days that have new readings, by device.
    without_reading : int
        Messages that carry no measurement: status, heartbeat, retained copy.
    frees : set of str
        Topics whose messages in quarantine have waited for this batch: they are read again.
    """

    parts: dict[str, dict[tuple[str, ...], Rows]] = field(default_factory=dict)
    samples: int = 0
    touched: TouchedDays = field(default_factory=TouchedDays)
    quarantined: list[Quarantined] = field(default_factory=list)
    without_reading: int = 0
    arrival: Arrival = field(default_factory=Arrival)
    frees: set[str] = field(default_factory=set)

    def add_rows(
        self,
        table: str,
        names: tuple[str, ...],
        values: Sequence[Sequence[Value | None]],
        devices: Sequence[int],
        instants_us: Sequence[int],
        received_us: Sequence[int],
        qualities: Sequence[int],
        samples: Sequence[int],
    ) -> None:
        """Add rows with the same columns; instants in us since 1970.

        Parameters
        ----------
        samples : sequence of int
            Number of the sample that each row comes from; whoever adds samples counts them.
        """
        parts = self.parts.setdefault(table, {})
        part = parts.get(names)
        if part is None:
            part, values = _unusual_part(table, parts, names, values)
        part.devices += devices
        part.instants_us += instants_us
        part.received_us += received_us
        part.qualities += qualities
        part.samples += samples
        part.values += chain.from_iterable(values)


def _unusual_part(
    table: str,
    parts: dict[tuple[str, ...], Rows],
    names: tuple[str, ...],
    values: Sequence[Sequence[Value | None]],
) -> tuple[Rows, Sequence[Sequence[Value | None]]]:
    """A new kind of rows; when there are more kinds than are sensible, the one with all columns."""
    shape = shape_of(table)
    if len(parts) >= _MOST_PARTS:
        said = [dict(zip(names, row, strict=True)) for row in values]
        names = (*shape.key[2:], *shape.values)
        values = [tuple(map(row.get, names)) for row in said]
    part = parts.get(names)
    if part is None:
        part = parts[names] = Rows(names, tuple(map(shape.types.__getitem__, names)))
    return part, values


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
        greatest of its outcomes. Beside them left_out: messages of the quarantine that are counted
        there and not kept.
    """
    with conn.transaction():
        outcomes = [Outcome.DUPLICATE] * batch.samples
        for shape in shapes():
            parts = list(batch.parts.get(shape.name, {}).values())
            if not parts:
                continue
            results = merge_rows(conn, shape, parts, now=now)
            samples = (sample for part in parts for sample in part.samples)
            for sample, outcome in zip(samples, results, strict=True):
                outcomes[sample] = max(outcomes[sample], outcome)
        batch.touched.write(conn)
        note(conn, batch.arrival, now=now)
        if Outcome.DUPLICATE in outcomes:
            note_repeats(conn, _repeats(batch, outcomes), now=now)
        left_out = set_aside(conn, batch.quarantined, collector=collector)
        if batch.frees:
            free(conn, batch.frees)
        counts = Counter({outcome.name.lower(): 0 for outcome in Outcome})
        counts.update(outcome.name.lower() for outcome in outcomes)
        counts["quarantined"] = sum(item.samples for item in batch.quarantined)
        counts["without_reading"] = batch.without_reading
        counts["received"] = counts.total()
        conn.execute(sql("reading", "count"), {**counts, "collector": collector, "as_of": now})
    counts["left_out"] = left_out
    return counts


def _repeats(batch: Batch, outcomes: Sequence[Outcome]) -> dict[int, tuple[int, int, int]]:
    """By device: how many samples said nothing new, and the oldest and newest instant of them."""
    said: dict[int, tuple[int, int]] = {}
    for parts in batch.parts.values():
        for part in parts.values():
            rows = zip(part.samples, part.devices, part.instants_us, strict=True)
            for sample, device, instant in rows:
                if outcomes[sample] is Outcome.DUPLICATE:
                    said[sample] = (device, instant)
    found: dict[int, tuple[int, int, int]] = {}
    for device, instant in said.values():
        times, oldest, newest = found.get(device, (0, instant, instant))
        found[device] = (times + 1, min(oldest, instant), max(newest, instant))
    return found
