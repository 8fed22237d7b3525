"""Keeping the store small and quick: events, expired readings, quarantine, columnstore, hours."""

from datetime import timedelta

from psycopg import Connection
from psycopg.sql import SQL, Literal

from store.queries import sql

EVENTS_KEPT = timedelta(days=7)
"""How far back a console may catch up on events; one away for longer reloads."""

QUARANTINE_BYTES = 2 * 2**30
"""So much the quarantine may hold. What is settled goes first, then what most of came. [byte]"""
CONFLICTS = 5_000_000
"""So many values in conflict are kept; every device keeps its newest."""
REPEATS_KEPT = timedelta(days=400)
"""So long it is known who told again what was known, and how often."""
_COUNTS_KEPT = timedelta(days=1)
"""Counts of an hour bound what is kept of that hour; later nothing needs them, if all was kept."""


def alone(conn: Connection) -> bool:
    """Take the lock of maintenance for the life of the connection; False when another has it."""
    return conn.execute(sql("maintenance", "take_lock")).fetchone() == (True,)


def forget_events(conn: Connection) -> int:
    """Delete events no console will ask for; returns how many."""
    return conn.execute(sql("maintenance", "forget_events"), {"keep": EVENTS_KEPT}).rowcount


def forget_repeats(conn: Connection) -> int:
    """Delete old counts of what was told again; returns how many."""
    return conn.execute(sql("maintenance", "forget_repeats"), {"keep": REPEATS_KEPT}).rowcount


def thin_quarantine(conn: Connection, *, most_bytes: int = QUARANTINE_BYTES) -> int:
    """Delete messages of a quarantine that is too big; returns how many.

    Unsettled ones are counted as left out, in the same statement.
    """
    with conn.transaction():
        conn.execute(sql("maintenance", "forget_counts"), {"keep": _COUNTS_KEPT})
        arguments = {"most_bytes": most_bytes}
        row = conn.execute(sql("maintenance", "thin_quarantine"), arguments).fetchone()
    return 0 if row is None else int(row[0])


def thin_conflicts(conn: Connection, *, most: int = CONFLICTS) -> int:
    """Delete values in conflict where there are too many, and count them; returns how many."""
    row = conn.execute(sql("maintenance", "thin_conflicts"), {"most": most}).fetchone()
    return 0 if row is None else int(row[0])


def drop_expired(conn: Connection) -> int:
    """Delete raw readings older than their table's `retention`; returns chunks or rows."""
    row = conn.execute(sql("maintenance", "drop_expired")).fetchone()
    return 0 if row is None else int(row[0])


def compress_old_chunks(conn: Connection) -> int:
    """Move old chunks into the columnstore, each in a transaction of its own.

    Chunks that late readings have touched since are packed again. A run takes every chunk once, so
    that it ends also while late readings arrive.

    Returns
    -------
    int
        Chunks moved; 0 on floors without a columnstore.
    """
    if conn.execute(sql("maintenance", "has_columnstore")).fetchone() != (True,):
        return 0
    moved, last = 0, 0
    while (found := _next_chunk(conn, last)) is not None:
        moved, last = moved + 1, found
    return moved


def refresh_hourly(conn: Connection) -> int:
    """Bring the hourly series up to date with late readings.

    Parameters
    ----------
    conn : Connection
        In autocommit mode, outside a transaction.

    Returns
    -------
    int
        Series refreshed; 0 on floors where they are plain views.
    """
    names = [name for (name,) in conn.execute(sql("maintenance", "hourly"))]
    for name in names:
        series = Literal(f"hourly.{name}")
        conn.execute(SQL(sql("maintenance", "refresh_hourly")).format(series=series))
    return len(names)


def _next_chunk(conn: Connection, last: int) -> int | None:
    row = conn.execute(sql("maintenance", "compress_next_chunk"), {"last": last}).fetchone()
    return None if row is None else row[0]
