"""Keeping the store small: old events, expired readings, the columnstore."""

from datetime import timedelta

from psycopg import Connection

from store.queries import sql

EVENTS_KEPT = timedelta(days=7)
"""How far back a console may catch up on events; one away for longer reloads."""


def forget_events(conn: Connection) -> int:
    """Delete events no console will ask for; returns how many."""
    return conn.execute(sql("maintenance", "forget_events"), {"keep": EVENTS_KEPT}).rowcount


def drop_expired(conn: Connection) -> int:
    """Delete raw readings older than their table's `retention`; returns chunks or rows."""
    row = conn.execute(sql("maintenance", "drop_expired")).fetchone()
    return 0 if row is None else int(row[0])


def compress_old_chunks(conn: Connection) -> int:
    """Move old chunks into the columnstore, each in a transaction of its own.

    Returns
    -------
    int
        Chunks moved; 0 on floors without a columnstore.
    """
    if conn.execute(sql("maintenance", "can_compress")).fetchone() != (True,):
        return 0
    moved = 0
    while conn.execute(sql("maintenance", "compress_one_chunk")).fetchone() not in (None, (None,)):
        moved += 1
    return moved
