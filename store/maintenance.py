"""Keeping the store small and quick: old events, expired readings, columnstore, hourly series."""

from datetime import timedelta

from psycopg import Connection
from psycopg.sql import SQL, Literal

from store.queries import sql

EVENTS_KEPT = timedelta(days=7)
"""How far back a console may catch up on events; one away for longer reloads."""


def alone(conn: Connection) -> bool:
    """Take the lock of maintenance for the life of the connection; False when another has it."""
    return conn.execute(sql("maintenance", "take_lock")).fetchone() == (True,)


def forget_events(conn: Connection) -> int:
    """Delete events no console will ask for; returns how many."""
    return conn.execute(sql("maintenance", "forget_events"), {"keep": EVENTS_KEPT}).rowcount


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
