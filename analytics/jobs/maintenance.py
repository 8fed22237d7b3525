"""Housekeeping of the store. Running it twice does nothing more."""

import logging

from psycopg import Connection

from store.fleet.track import empty_expired
from store.maintenance import (
    alone,
    compress_old_chunks,
    drop_expired,
    forget_events,
    forget_repeats,
    refresh_hourly,
    thin_conflicts,
    thin_quarantine,
)
from store.people.audit import forget_audit

log = logging.getLogger(__name__)


def maintain(conn: Connection) -> None:
    """Forget old events and audit lines, drop expired readings and tracks, pack old chunks.

    And thin a quarantine, and bring the hourly series up to date.

    Does nothing while another worker is at it. The lock is the connection's: it goes with a worker
    that is killed.

    Parameters
    ----------
    conn : Connection
        In autocommit mode: every chunk is a transaction of its own.
    """
    if not alone(conn):
        return
    if thinned := thin_quarantine(conn):
        log.warning("the quarantine was too big: %d messages deleted from it", thinned)
    if thinned := thin_conflicts(conn):
        log.warning("there were too many conflicts: %d values deleted from them", thinned)
    if emptied := empty_expired(conn):
        log.info("positions of %d samples have expired", emptied)
    if forgotten := forget_audit(conn):
        log.info("%d lines of the audit log have expired", forgotten)
    if forgotten := forget_repeats(conn):
        log.info("%d counts of repeated readings have expired", forgotten)
    events, expired, moved = forget_events(conn), drop_expired(conn), compress_old_chunks(conn)
    series = refresh_hourly(conn)
    log.info(
        "%d events forgotten, %d expired, %d chunks compressed, %d hourly series refreshed",
        events,
        expired,
        moved,
        series,
    )
