"""Who watches the watcher: an address outside is told that all is well, and only then.

It is told when ingest, evaluation and delivery have all advanced since it was last told. What does
not arrive is the alarm, at somebody else's: a program that is dead tells nobody that it is.
"""

import http.client
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.delivery.exchange import Request, by_status
from analytics.jobs.outside import Network, OutsideError
from analytics.jobs.post import post
from analytics.settings import DeliverySettings
from store.delivery import Marks, beat, marks


def advanced(seen: Marks) -> tuple[datetime, datetime, datetime] | None:
    """The three marks where each is beyond that of the last heartbeat; None where one stands."""
    now = (seen.ingest, seen.evaluated, seen.delivered)
    last = (seen.last_ingest, seen.last_evaluated, seen.last_delivered)
    moved = [
        mark
        for mark, before in zip(now, last, strict=True)
        if mark and (not before or mark > before)
    ]
    return (moved[0], moved[1], moved[2]) if len(moved) == len(now) else None


def tell_heartbeat(
    conn: Connection, settings: DeliverySettings, networks: tuple[Network, ...], *, now: datetime
) -> str:
    """Tell the outside, if it is time and all is well.

    Returns
    -------
    str
        ``sent``; ``early`` or ``off`` where nothing was due; else why it was not told.
    """
    if not settings.heartbeat_url:
        return "off"
    seen = marks(conn)
    every = timedelta(seconds=settings.heartbeat_every_s)
    if seen.at is not None and now < seen.at + every:
        return "early"
    moved = advanced(seen)
    if moved is None:
        return "stands"
    try:
        answer = post(Request(settings.heartbeat_url, b""), networks, method="GET")
    except (OutsideError, OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    refusal = by_status(answer)
    if refusal is not None:
        return refusal.told
    beat(conn, now, moved)
    return "sent"
