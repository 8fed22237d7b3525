"""Write the rows of one reading table: new instants are inserted, repeated and known ones merged.

The merge is column by column the greatest of everything said about an instant, so the result does
not depend on who said it first, how often, or in how many messages. Every value of a column about
which messages disagree is kept in `reading_conflict`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec
from psycopg import Connection, Cursor
from psycopg.errors import UniqueViolation

from domain.epoch import from_us, to_us
from domain.reading import Quality, Value
from store.telemetry.reading_rows import Key, Rows
from store.telemetry.reading_table import Shape, fill, statement

_CHUNK_US = 7 * 86_400_000_000
_MOST_VALUES = 8
"""Of a quantity in conflict the greatest values are kept: so many by number, so many by text."""
_encode = msgspec.json.Encoder().encode


class Outcome(IntEnum):
    """What became of a sample; of several, the greatest counts."""

    DUPLICATE = 0
    """Everything it says was known."""
    MERGED = 1
    """It filled columns of an instant already there."""
    STORED = 2
    """It is the first word about its instant."""
    CONFLICTING = 3
    """It disagrees with another message about its instant."""


def merge_rows(
    conn: Connection, shape: Shape, parts: Sequence[Rows], *, now: datetime
) -> list[Outcome]:
    """Write the rows of one table, inside the caller's transaction.

    Returns
    -------
    list of Outcome
        Of each row, part after part.
    """
    keys = [key for part in parts for key in part.primary_keys()]
    if len(set(keys)) == len(keys) and _insert(conn, shape, parts):
        return [Outcome.STORED] * len(keys)
    conn.execute(statement(shape, "lock_merges"), {"table": shape.name})
    once = {key for key, times in Counter(keys).items() if times == 1}
    new: set[Key] = set()
    merged: dict[int, Iterator[Outcome]] = {}
    for week, of_week in sorted(_by_week(keys).items()):
        inserted = _insert_new(conn, shape, parts, of_week & once)
        merged[week] = iter(_merge(conn, shape, _only(parts, of_week - inserted), now))
        new |= inserted
    return [Outcome.STORED if key in new else next(merged[_week(key)]) for key in keys]


def _week(key: Key) -> int:
    """The chunk an instant lies in: one reading of last year must not bring a whole year in."""
    return key[1] // _CHUNK_US


def _by_week(keys: Collection[Key]) -> dict[int, set[Key]]:
    weeks: dict[int, set[Key]] = defaultdict(set)
    for key in keys:
        weeks[_week(key)].add(key)
    return weeks


def _insert_new(conn: Connection, shape: Shape, parts: Sequence[Rows], keys: set[Key]) -> set[Key]:
    """Copy rows of `keys`, one each, whose instants are not there yet; returns their keys.

    None are copied if another collector stores one of them at this moment.
    """
    new = keys - _known(conn, shape, keys)
    return new if _insert(conn, shape, _only(parts, new)) else set()


def _known(conn: Connection, shape: Shape, keys: Collection[Key]) -> set[Key]:
    if not keys:
        return set()
    asked = [
        dict(zip(shape.key, (device, from_us(at_us), *name), strict=True))
        for device, at_us, *name in keys
    ]
    arguments = {"keys": _encode(asked).decode(), **_span(keys)}
    return set(map(_key, conn.execute(statement(shape, "find_known"), arguments)))


def _span(keys: Collection[Key]) -> dict[str, datetime]:
    instants_us = [key[1] for key in keys]
    return {"first": from_us(min(instants_us)), "last": from_us(max(instants_us))}


def _key(row: tuple[Any, ...]) -> Key:
    """A row's primary key as the server gives it back."""
    device_id, ts, *name = row
    return (device_id, to_us(ts), *name)


def _only(parts: Sequence[Rows], keys: Container[Key]) -> list[Rows]:
    """The rows of `keys`, in their order."""
    found = []
    for part in parts:
        rows = [row for row, key in enumerate(part.primary_keys()) if key in keys]
        if rows:
            found.append(part.only(rows))
    return found


def _merge(conn: Connection, shape: Shape, parts: Sequence[Rows], now: datetime) -> list[Outcome]:
    """Unite rows with each other and with what is stored, under the lock of merges."""
    keys = [key for part in parts for key in part.primary_keys()]
    if not keys:
        return []
    with conn.cursor() as cursor:
        cursor.execute(statement(shape, "empty_stage"))
        for part in parts:
            _copy(cursor, shape, part, stage=True)
    # First of all, so that every instant of the batch is ours or committed when it is compared.
    inserted = conn.execute(statement(shape, "insert_new_united")).fetchall()
    span = _span(keys)
    clashes = conn.execute(statement(shape, "find_clashes"), span).fetchall()
    named = dict(zip(shape.key, map(list, zip(*clashes, strict=True)), strict=bool(clashes)))
    if clashes:
        arguments = {**named, **span, "names": list(shape.values), "now": now}
        conn.execute(statement(shape, "note_clashes"), arguments)
        arguments = {**named, "table": shape.name, "most": _MOST_VALUES, "now": now}
        conn.execute(statement(shape, "bound_clashes"), arguments)
    changed = conn.execute(statement(shape, "merge"), span).fetchall()
    if clashes:
        conn.execute(statement(shape, "flag_clashes"), {**named, "flag": int(Quality.CONFLICT)})
    first = (
        dict.fromkeys(map(_key, changed), Outcome.MERGED)
        | dict.fromkeys(map(_key, clashes), Outcome.CONFLICTING)
        | dict.fromkeys(map(_key, inserted), Outcome.STORED)
    )
    return _judge(keys, [said for part in parts for said in _said(part)], first)


def _insert(conn: Connection, shape: Shape, parts: Sequence[Rows]) -> bool:
    """Copy rows straight into their table; False, and nothing written, if an instant was there.

    On a clash everything is undone, so that no other collector waits for our new rows while we
    wait for its merge lock.
    """
    try:
        with conn.transaction(), conn.cursor() as cursor:
            for part in parts:
                _copy(cursor, shape, part, stage=False)
    except UniqueViolation:
        return False
    return True


def _copy(cursor: Cursor, shape: Shape, part: Rows, *, stage: bool) -> None:
    with cursor.copy(fill(shape, part.names, stage=stage)) as copy:
        copy.write(part.packed())


def _said(part: Rows) -> list[dict[str, Value | None]]:
    skip = 1 if part.names[:1] == ("name",) else 0  # it is part of the key
    names = part.names[skip:]
    return [dict(zip(names, part.values_of(row)[skip:], strict=True)) for row in range(len(part))]


def _judge(
    keys: Sequence[Key], said: Sequence[dict[str, Value | None]], first: dict[Key, Outcome]
) -> list[Outcome]:
    """Say of each row what became of it; rows of one instant are judged in their order."""
    united: dict[Key, dict[str, Value | None]] = {}
    outcomes = []
    for key, values in zip(keys, said, strict=True):
        of_instant = first.get(key, Outcome.DUPLICATE)
        if key not in united:
            united[key] = dict(values)
            outcomes.append(of_instant)
            continue
        outcome = _unite(united[key], values)
        if outcome is Outcome.MERGED and of_instant is Outcome.DUPLICATE:
            outcome = Outcome.DUPLICATE  # new in this batch, but the table knew it
        outcomes.append(outcome)
    return outcomes


def _unite(known: dict[str, Value | None], said: dict[str, Value | None]) -> Outcome:
    outcome = Outcome.DUPLICATE
    for name, value in said.items():
        there = known.get(name)
        if value is None or value == there:
            continue
        if there is not None:
            return Outcome.CONFLICTING
        known[name] = value
        outcome = Outcome.MERGED
    return outcome
