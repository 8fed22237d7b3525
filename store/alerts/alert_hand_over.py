"""Alerts of places that moved to another institution while they stood."""

from datetime import datetime

from psycopg import Connection

from store.one_row import one_row
from store.queries import sql


def strayed(conn: Connection) -> list[tuple[int, datetime | None]]:
    """Alerts that stand with a desk no longer theirs, and since when their place stands elsewhere.

    None for since ever: the place is back where it always stood.
    """
    return [
        (alert_id, since) for alert_id, since in conn.execute(sql("alert_hand_over", "strayed"))
    ]


def take_along(conn: Connection, alert_id: int, since: datetime | None) -> None:
    """Let one of which nobody was told come to the new desk as it is."""
    conn.execute(sql("alert_hand_over", "take_along"), {"alert_id": alert_id, "since": since})


def leave(conn: Connection, alert_id: int) -> None:
    """Let what is judged later never take up one that was handed over."""
    conn.execute(sql("alert_hand_over", "leave"), {"alert_id": alert_id})


def carry(conn: Connection, old_id: int, new_id: int) -> float:
    """Give the new one evidence and worth of the old, and what it explains; the worth. [CNY]."""
    arguments = {"old_id": old_id, "new_id": new_id}
    return float(one_row(conn, sql("alert_hand_over", "carry"), arguments)[0])
