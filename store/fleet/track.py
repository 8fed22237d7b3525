"""Expiry of raw tracks: what is left of a trip is its figures, not where it went."""

from datetime import timedelta

from psycopg import Connection

from domain.errors import ConfigurationError
from store.queries import sql

SHORTEST, LONGEST = timedelta(days=40), timedelta(days=3660)
"""Terminals may re-issue for weeks; cut without positions such samples would tell less."""


def empty_expired(conn: Connection) -> int:
    """Empty positions that are older than tracks are kept; gives how many samples.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; all is one transaction, so that segments know from when on.
    """
    with conn.transaction():
        due = conn.execute(sql("track", "due")).fetchone()
        if due is None:
            return 0
        span = {"until": due[0], "since": due[1]}
        emptied = conn.execute(sql("track", "empty_readings"), span).rowcount
        conn.execute(sql("track", "delete_others"), span)
        conn.execute(sql("track", "delete_conflicts"), span)
        conn.execute(sql("track", "delete_doubts"), span)
        conn.execute(sql("track", "empty_segments"), span)
        conn.execute(sql("track", "note_emptied"), span)
    return emptied


def keep_tracks(conn: Connection, keep: timedelta) -> None:
    """Say how long raw tracks are kept.

    Raises
    ------
    ConfigurationError
        If it is shorter than terminals may re-issue, or beyond ten years.
    """
    if not SHORTEST <= keep <= LONGEST:
        raise ConfigurationError(
            f"tracks for {keep.days} days: want {SHORTEST.days} to {LONGEST.days}"
        )
    conn.execute(sql("track", "keep"), {"keep": keep})
