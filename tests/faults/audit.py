"""What the tables hold against what must be in them, to the last value."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection, sql

from device_sim.faults.expected import Expected, Instant
from domain.reading import Quality, Value
from store.telemetry.reading_table import OTHER, shapes
from store.telemetry.sequence import UNITE_WITHIN, unite
from tests.faults.load import MARKER

_NUMBER = re.compile(rb"\x18(?:[\x00-\x7f]|[\x80-\xff]\x01)\Z", re.DOTALL)
"""Field 3 of a payload of Sparkplug B, at its end: a varint from 0 to 255."""


@dataclass(frozen=True)
class Audit:
    """Where tables and truth differ.

    Attributes
    ----------
    lost : set of Instant
        Not there, or without a value that must be there.
    invented : set of Instant
        There and not in the truth, or with a value that is not in it.
    conflicts_wrong, quarantine_wrong, gaps_wrong : list of str
        What is missing and what is too much, in words.
    undated_lost : int
        Values that came without a time and are nowhere.
    repeated_in_quarantine : int
        Messages that are there more than once: delivered again after a crash.
    received, outcomes, stored : int
        Sums of the collectors' counts: samples, their outcomes together, and those stored.
    """

    lost: set[Instant]
    invented: set[Instant]
    conflicts_wrong: list[str]
    quarantine_wrong: list[str]
    gaps_wrong: list[str]
    undated_lost: int
    repeated_in_quarantine: int
    received: int
    outcomes: int
    stored: int


def audited(url: str, truth: Expected) -> Audit:
    """Compare a database with the truth."""
    with psycopg.connect(url, autocommit=True) as conn:
        undated = {(d, n, _rounded(v)) for d, n, v in truth.undated}
        wanted = {i: {n: _rounded(v) for n, v in vs.items()} for i, vs in truth.values.items()}
        named = {(device, name) for (device, _), values in wanted.items() for name in values}
        found, flagged = _readings(conn, named | {(device, name) for device, name, _ in undated})
        of_undated = {device for device, _, _ in undated}
        heard = {
            (device, name, value)
            for (device, _), values in found.items()
            if device in of_undated
            for name, value in values.items()
        }
        # Two collectors may read two values without a time in the same microsecond: both are kept,
        # and the instant is flagged.
        conflicts = _conflicts(conn)
        for instant in (conflicts.keys() & flagged) - wanted.keys():
            if instant[0] in of_undated:
                flagged.remove(instant)
                heard |= {(instant[0], name, value) for name, value in conflicts.pop(instant)}
        # What waited for a birth and was read then is where it belongs.
        quarantined = conn.execute(
            "SELECT topic, payload FROM quarantine WHERE outcome IS DISTINCT FROM 'replayed'"
        ).fetchall()
        shut = {(topic, unnumbered(topic, bytes(payload))) for topic, payload in quarantined}
        set_aside = {(topic, unnumbered(topic, payload)) for topic, payload in truth.quarantine}
        counts = conn.execute(
            "SELECT sum(received), sum(stored + merged + duplicate + conflicting + quarantined"
            " + without_reading), sum(stored) FROM collector_count"
        ).fetchone()
        assert counts is not None
        return Audit(
            lost={i for i, values in wanted.items() if not values.items() <= _of(found, i)},
            invented={
                (device, ts)
                for (device, ts), values in found.items()
                for name, value in values.items() - _of(wanted, (device, ts))
                if (device, name, value) not in undated
            },
            conflicts_wrong=_differences(
                {instant: {name for name, _ in said} for instant, said in conflicts.items()},
                truth.disputed,
            )
            + _differences(dict.fromkeys(flagged, 1), dict.fromkeys(truth.disputed, 1)),
            quarantine_wrong=[str(one)[:300] for one in shut ^ set_aside],
            gaps_wrong=_differences(_gaps(conn), truth.missing),
            undated_lost=len(undated - heard),
            repeated_in_quarantine=len(quarantined) - len(shut),
            received=int(counts[0]),
            outcomes=int(counts[1]),
            stored=int(counts[2]),
        )


def unnumbered(topic: str, payload: bytes) -> bytes:
    """A message without the number that an edge node gave it when it went out."""
    return _NUMBER.sub(b"", payload) if topic.startswith("spBv1.0/") else payload


def _of(values: dict[Instant, dict[str, Value]], instant: Instant) -> Any:
    return values.get(instant, {}).items()


def _readings(
    conn: Connection, named: set[tuple[str, str]]
) -> tuple[dict[Instant, dict[str, Value]], set[Instant]]:
    """Every value, and the instants that are flagged as conflicts.

    Parameters
    ----------
    named : set of (str, str)
        Devices and names of the values beside the wide tables that are known to be said.
    """
    found: dict[Instant, dict[str, Value]] = defaultdict(dict)
    flagged = set()
    for shape in shapes():
        if shape.name == OTHER:
            continue
        columns = sql.SQL(", ").join(map(sql.Identifier, shape.values))
        query = sql.SQL(
            "SELECT code, ts, quality, {} FROM {} JOIN device USING (device_id) WHERE code <> {}"
        ).format(columns, sql.Identifier(shape.name), sql.Literal(MARKER))
        for code, ts, quality, *values in conn.execute(query):
            if quality & Quality.CONFLICT:
                flagged.add((code, ts))
            found[code, ts].update(
                (name, _rounded(value))
                for name, value in zip(shape.values, values, strict=True)
                if value is not None
            )
    others = conn.execute(
        "SELECT code, ts, name, quality, text_value, value"
        " FROM other_reading JOIN device USING (device_id) WHERE name = ANY (%s)",
        [sorted({name for _, name in named})],
    )
    for code, ts, name, quality, text, value in others:
        if quality & Quality.CONFLICT:
            flagged.add((code, ts))
        if (code, name) in named:
            found[code, ts][name] = text if value is None else _rounded(value)
    return found, flagged


def _conflicts(conn: Connection) -> dict[Instant, set[tuple[str, Value]]]:
    """By device and instant, the quantities in dispute with each of their values."""
    found: dict[Instant, set[tuple[str, Value]]] = defaultdict(set)
    rows = conn.execute(
        "SELECT code, ts, quantity, value FROM reading_conflict JOIN device USING (device_id)"
    )
    for code, ts, quantity, value in rows:
        found[code, ts].add((quantity, _read(value)))
    return found


def _read(value: str) -> Value:
    try:
        return _rounded(float(value))
    except ValueError:
        return value


def _gaps(conn: Connection) -> dict[str, set[int]]:
    while unite(conn, now=datetime.now(UTC) + UNITE_WITHIN):
        pass  # as the worker does
    found: dict[str, set[int]] = defaultdict(set)
    rows = conn.execute(
        "SELECT code, lower(missing), upper(missing) FROM sequence_gap"
        " JOIN device USING (device_id) WHERE closed_at IS NULL"
    )
    for code, first, end in rows:
        found[code].update(range(first, end))
    return found


def _rounded(value: Value) -> Value:
    """Equal numbers that were divided in another order differ in their last bit."""
    return value if isinstance(value, str) else round(value, 9)


def _differences(found: dict[Any, Any], wanted: dict[Any, Any]) -> list[str]:
    return [
        f"{key}: found {found.get(key)}, want {wanted.get(key)}"
        for key in found.keys() | wanted.keys()
        if found.get(key) != wanted.get(key)
    ]
