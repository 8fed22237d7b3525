"""`civicwatt deliver`: drains what is to be told, climbs the ladder, and tells that all is well.

Every step is a short transaction; what is sent lies between two of them. Killed in between, the
lease ends and the same message goes out again with the same key: at least once, and a receiver
that keeps the key hears nothing twice.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network

import psycopg
from psycopg import Connection

from analytics.delivery.exchange import Outcome, refused
from analytics.delivery.retry import wait_after
from analytics.jobs.heartbeat import tell_heartbeat
from analytics.jobs.notices import escalate, morning_lists, spread_all
from analytics.jobs.outside import Network
from analytics.jobs.telling import is_needless, message_of, opened, tell
from analytics.settings import DeliverySettings
from domain.errors import CivicwattError
from store.alerts.delivery import Claimed, advance, claim, settle, to_tell
from store.become import Role, become
from store.server import connect, inspect

_LOG = logging.getLogger(__name__)
_AT_ONCE = 50
"""Most deliveries of one round, so that the ladder is climbed meanwhile."""
PAUSE_S = 1.0
"""Between two rounds. [s]"""


def deliver(settings: DeliverySettings, *, stop: threading.Event) -> None:
    """Run rounds until asked to stop; a database that is away is waited for.

    Raises
    ------
    StoreError
        If the database cannot be used at the start.
    """
    _open(settings).close()
    quiet = ""
    while not stop.is_set():
        try:
            with _open(settings) as conn:
                while not stop.is_set():
                    quiet = _told_once(quiet, run_round(conn, settings, clock=_now))
                    stop.wait(PAUSE_S)
        except (psycopg.OperationalError, CivicwattError) as error:
            _LOG.warning("delivery pauses: %s", error)
            stop.wait(PAUSE_S)


def run_round(
    conn: Connection, settings: DeliverySettings, *, clock: Callable[[], datetime]
) -> str:
    """Look once for all there is to do; returns what became of the heartbeat.

    Parameters
    ----------
    clock : callable
        Gives the time, aware.
    """
    networks = allowed_networks(settings)
    escalate(conn, now=clock())
    morning_lists(conn, now=clock())
    spread_all(conn, now=clock())
    for _ in range(_AT_ONCE):
        if not deliver_one(conn, settings, networks, clock=clock):
            break
    advance(conn, now=clock())
    return tell_heartbeat(conn, settings, networks, now=clock())


def deliver_one(
    conn: Connection,
    settings: DeliverySettings,
    networks: tuple[Network, ...],
    *,
    clock: Callable[[], datetime],
) -> bool:
    """Make the delivery that is due first; whether there was one."""
    claimed = claim(conn, now=clock())
    if claimed is None:
        return False
    told = to_tell(conn, claimed, now=clock())
    if is_needless(told):
        settle(conn, claimed.delivery_id, "needless", told.state or "", now=clock())
        return True
    try:
        message = message_of(conn, claimed, told, settings, clock())
        outcome = tell(message, told.kind, opened(told, settings), settings, networks, clock())
    except (CivicwattError, ValueError) as error:
        outcome = refused(str(error), lasting=True)
    _settle(conn, claimed, outcome, clock())
    return True


def allowed_networks(settings: DeliverySettings) -> tuple[Network, ...]:
    """Private networks that may be spoken to."""
    return tuple(ip_network(each) for each in settings.delivery_networks.replace(",", " ").split())


def _settle(conn: Connection, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    if outcome.taken:
        settle(conn, claimed.delivery_id, "sent", outcome.told, now=now, taken=True)
        return
    wait = None if outcome.lasting else wait_after(claimed.attempts)
    _LOG.warning("delivery %d: %s", claimed.delivery_id, outcome.told)
    if wait is None:
        settle(conn, claimed.delivery_id, "dead", outcome.told, now=now, taken=False)
    else:
        due = now + wait
        settle(conn, claimed.delivery_id, "waiting", outcome.told, now=now, due_at=due, taken=False)


def _told_once(before: str, heartbeat: str) -> str:
    if heartbeat in {"off", "early"}:
        return before
    if heartbeat not in {"sent", before}:
        _LOG.warning("no heartbeat is sent: %s", heartbeat)
    return heartbeat


def _now() -> datetime:
    return datetime.now(UTC)


def _open(settings: DeliverySettings) -> Connection:
    conn = connect(settings.database_url, name="civicwatt deliver")
    inspect(conn)
    become(conn, Role.WORK)
    return conn
