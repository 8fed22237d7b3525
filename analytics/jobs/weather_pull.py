"""Pull hourly weather of places from the addresses that administrators named, and no others."""

import logging
import time
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.jobs.http_page import fetch
from analytics.jobs.open_meteo import request_url, temperatures
from domain.errors import PayloadError
from domain.weather_hour import SourceKind
from store.places.weather_hour import PullRow, note_pull, pulls, put_hours

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=55)
"""A place is asked about again after this; it is looked every ten minutes which are due."""
AGAIN = timedelta(minutes=9)
"""After an attempt that failed."""
AT_MOST_S = 30.0
"""Longest that one run takes from the other jobs; places left over are first in the next. [s]"""


def pull_weather(conn: Connection, *, now: datetime) -> int:
    """Ask every address that is due, those first that were not asked for longest.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each place is a transaction of its own.
    now : datetime
        Aware.

    Returns
    -------
    int
        Hours that are new or differ.
    """
    hours, begun = 0, time.monotonic()
    due = sorted((row for row in pulls(conn) if _is_due(row, now)), key=_last_tried)
    for row in due:
        if time.monotonic() - begun > AT_MOST_S:
            break
        hours += _pull(conn, row, now)
    return hours


def _pull(conn: Connection, row: PullRow, now: datetime) -> int:
    url = request_url(row.address, row.latitude_deg, row.longitude_deg)
    try:
        # No transaction is open while a stranger's server is waited for.
        found = temperatures(fetch(url), now=now)
    except PayloadError as error:
        log.warning("weather of %s: %s", row.place, error)
        note_pull(conn, row.organisation_id, now=now, fault=str(error)[:500])
        return 0
    with conn.transaction():
        new = put_hours(conn, row.organisation_id, SourceKind.PULLED, found, source=row.address)
        fault = "" if found else "the answer has no hour that is over"
        note_pull(conn, row.organisation_id, now=now, fault=fault)
    log.info("weather of %s: %d hours, %d of them new", row.place, len(found), new)
    return new


def _is_due(row: PullRow, now: datetime) -> bool:
    if row.tried_at is None or row.tried_at < row.set_at:
        return True
    return now - row.tried_at >= (AGAIN if row.fault else EVERY)


def _last_tried(row: PullRow) -> tuple[bool, datetime]:
    return row.tried_at is not None, row.tried_at or row.set_at
