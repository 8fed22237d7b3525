"""Who watches the watcher: an address outside is told that all is well, and only then.

It is told when ingest, evaluation and delivery have all advanced since it was last told, and a
worker lives, without which no day is evaluated. What does not arrive is the alarm, at somebody
else's: a program that is dead tells nobody that it is.
"""

import http.client
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.delivery.exchange import Request, by_status
from analytics.jobs.outside import Network, OutsideError
from analytics.jobs.post import post
from analytics.settings import DeliverySettings
from store.alerts.delivery import Marks, beat, marks


def standing_still(seen: Marks) -> list[str]:
    """Parts that are not beyond their mark of the last heartbeat, or of which none lives."""
    marks = {
        "ingest": (seen.ingest, seen.last_ingest),
        "evaluation": (seen.evaluated, seen.last_evaluated),
        "delivery": (seen.delivered, seen.last_delivered),
    }
    still = [
        part
        for part, (mark, before) in marks.items()
        if mark is None or (before is not None and mark <= before)
    ]
    return still if seen.worker_lives else [*still, "worker"]


def tell_heartbeat(
    conn: Connection, settings: DeliverySettings, networks: tuple[Network, ...], *, now: datetime
) -> str:
    """Tell the outside, if it is time and all is well.

    Returns
    -------
    str
        ``sent``; ``early`` or ``off`` where nothing was due; else why it was not told:
        ``stands:`` and the parts, or what the outside answered.
    """
    if not settings.heartbeat_url:
        return "off"
    seen = marks(conn)
    every = timedelta(seconds=settings.heartbeat_every_s)
    if seen.at is not None and now < seen.at + every:
        return "early"
    if still := standing_still(seen):
        return f"stands: {', '.join(still)}"
    try:
        answer = post(Request(settings.heartbeat_url, b""), networks, method="GET")
    except (OutsideError, OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    refusal = by_status(answer)
    if refusal is not None:
        return refusal.told
    beat(conn, now, seen)
    return "sent"
