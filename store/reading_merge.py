"""Write the rows of one reading table: new instants are inserted, known ones merged.

The merge is column by column the greatest of everything said about an instant, so the result does
not depend on who said it first, how often, or in how many messages. Every value of a column about
which messages disagree is kept in `reading_conflict`.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from psycopg import Connection, Rollback

from domain.reading import Quality, Value
from store.reading_table import Shape, statement

Row: TypeAlias = tuple[Value | datetime | None, ...]


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


def merge_rows(conn: Connection, shape: Shape, rows: list[Row], *, now: datetime) -> list[Outcome]:
    """Stage and write `rows`, inside the caller's transaction.

    Returns
    -------
    list of Outcome, of the length of `rows`
    """
    width = len(shape.key)
    if len({row[:width] for row in rows}) == len(rows):
        with conn.transaction() as savepoint:
            _stage(conn, shape, rows)
            fresh = conn.execute(statement(shape, "insert_new"))
            if fresh.rowcount == len(rows):
                return [Outcome.STORED] * len(rows)
            # Something was there before. Undo, so that no other collector waits for our new rows
            # while we wait for its merge lock.
            raise Rollback(savepoint)
    conn.execute(statement(shape, "lock_merges"), {"table": shape.name})
    _stage(conn, shape, rows)
    # First of all, so that every instant of the batch is ours or committed when it is compared.
    inserted = set(conn.execute(statement(shape, "insert_new_united")).fetchall())
    clashes = conn.execute(statement(shape, "find_clashes")).fetchall()
    keys = dict(zip(shape.key, map(list, zip(*clashes, strict=True)), strict=bool(clashes)))
    if clashes:
        conn.execute(
            statement(shape, "note_clashes"), {**keys, "names": list(shape.values), "now": now}
        )
    changed = set(conn.execute(statement(shape, "merge")).fetchall())
    if clashes:
        conn.execute(statement(shape, "flag_clashes"), {**keys, "flag": int(Quality.CONFLICT)})
    first = (
        dict.fromkeys(changed, Outcome.MERGED)
        | dict.fromkeys(clashes, Outcome.CONFLICTING)
        | dict.fromkeys(inserted, Outcome.STORED)
    )
    return _judge(rows, width, first)


def _stage(conn: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    with conn.cursor().copy(statement(shape, "fill_stage")) as copy:
        copy.set_types(shape.types)
        for row in rows:
            copy.write_row(row)


def _judge(rows: list[Row], width: int, first: dict[Row, Outcome]) -> list[Outcome]:
    """Say of each row what became of it; rows of one instant are judged in their order."""
    united: dict[Row, list[Value | datetime | None]] = {}
    outcomes = []
    for row in rows:
        key, said = row[:width], row[width + 2 :]
        of_instant = first.get(key, Outcome.DUPLICATE)
        if key not in united:
            united[key] = list(said)
            outcomes.append(of_instant)
            continue
        outcome = _unite(united[key], said)
        if outcome is Outcome.MERGED and of_instant is Outcome.DUPLICATE:
            outcome = Outcome.DUPLICATE  # new in this batch, but the table knew it
        outcomes.append(outcome)
    return outcomes


def _unite(known: list[Value | datetime | None], said: Row) -> Outcome:
    outcome = Outcome.DUPLICATE
    for index, value in enumerate(said):
        if value is None or value == known[index]:
            continue
        if known[index] is not None:
            return Outcome.CONFLICTING
        known[index] = value
        outcome = Outcome.MERGED
    return outcome
