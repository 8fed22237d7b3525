"""The doorkeeper: keeps the broker at what the database says about who may sign in.

It compares the whole of both, at its start, whenever the connection to the broker is a new one,
once every few minutes, and as soon as a credential or a device changes. Every difference is put
right; a repair that fails is found again by the next comparison.
"""

import logging
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import psycopg
from psycopg import Connection

from domain.broker_url import BrokerUrl
from domain.device_password import SecretKey
from domain.errors import StoreError
from ingest.door.admission import Doors, repairs, taken
from ingest.door.dynsec import BrokerError, DynamicSecurity, RefusedError
from ingest.door.first_contact import FILTER, LONGEST_HELLO, take_introductions
from ingest.door.guest_list import wanted_doors
from ingest.profile.answered import Answered
from store.become import Role, become
from store.server import connect, inspect
from store.telemetry.credential import Entry, alone, entries, listen, next_expiry, note_applied

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=5)
"""Lists of the broker are read anew after so long, for what others have changed there."""
_PAUSE_S = 2.0
_TICK_S = 0.5
_DENIED = ("publishClientSend", "publishClientReceive", "subscribe")
"""What nobody may do without a rule that says so."""
_EVERYTHING = {"verbose": True, "count": -1, "offset": 0}
_UNHEARD = 1000
"""More introductions than these are not kept waiting: a device repeats its own."""


def keep_doors(
    database_url: str,
    broker_url: BrokerUrl,
    key: SecretKey,
    *,
    answered: Sequence[Answered],
    stop: Event,
) -> None:
    """Keep the broker at what the database says, until asked to stop; outlasts both.

    Only one process does it at a time; others stand by.

    Parameters
    ----------
    database_url : str
        A login that is a member of ``civicwatt_work``.
    broker_url : BrokerUrl
        Of a user who may administer Mosquitto's dynamic security.
    answered : sequence of Answered
        What the collectors answer: devices may hear the answers to themselves.
    """
    heard: deque[tuple[str, bytes]] = deque(maxlen=_UNHEARD)

    def hear(topic: str, payload: bytes) -> None:
        heard.append((topic, payload[:LONGEST_HELLO]))

    while not stop.is_set():
        try:
            with connect(database_url, name="civicwatt doors") as conn:
                inspect(conn)
                become(conn, Role.WORK)
                while not alone(conn):
                    if stop.wait(_PAUSE_S):
                        return
                with DynamicSecurity(broker_url, filters=[FILTER], heard=hear) as broker:
                    _Doorkeeper(conn, broker, key, answered).work(heard, stop)
        except (psycopg.OperationalError, StoreError, BrokerError) as error:
            log.warning("%s; trying again", " ".join(str(error).split()))
            stop.wait(_PAUSE_S)


class _Doorkeeper:
    def __init__(
        self,
        conn: Connection,
        broker: DynamicSecurity,
        key: SecretKey,
        answered: Sequence[Answered],
    ) -> None:
        self._conn = conn
        self._broker = broker
        self._key = key
        self._answered = answered
        self._refused = False  # a command, so that the broker is not quite as we think

    def work(self, heard: deque[tuple[str, bytes]], stop: Event) -> None:
        """Compare and put right, then wait for a reason to do it again."""
        listen(self._conn)
        seen, listed_at, found = -1, datetime.now(UTC), Doors()
        while not stop.is_set():
            again = self._refused or datetime.now(UTC) >= listed_at + LOOK_AGAIN
            if again or self._broker.connection != seen:
                self._refused = False
                seen, listed_at = self._broker.connection, datetime.now(UTC)
                found = self._list()
            if self._put_right(found, stop):
                continue
            again_at = listed_at + LOOK_AGAIN
            if (expiry := next_expiry(self._conn)) is not None:
                again_at = min(again_at, expiry)
            while not stop.is_set() and self._broker.connection == seen:
                rung = self._rung(_TICK_S)
                take_introductions(self._conn, heard)
                if rung or datetime.now(UTC) >= again_at:
                    break

    def _rung(self, timeout_s: float) -> bool:
        return bool([*self._conn.notifies(timeout=timeout_s, stop_after=1)])

    def _list(self) -> Doors:
        access, clients, roles = self._broker.ask(
            [
                {"command": "getDefaultACLAccess"},
                {"command": "listClients", **_EVERYTHING},
                {"command": "listRoles", **_EVERYTHING},
            ]
        )
        if any(rule["allow"] and rule["acltype"] in _DENIED for rule in access["acls"]):
            closed = [{"acltype": kind, "allow": False} for kind in _DENIED]
            self._broker.ask([{"command": "setDefaultACLAccess", "acls": closed}])
        return Doors.listed(clients["clients"], roles["roles"])

    def _put_right(self, found: Doors, stop: Event) -> bool:
        """Bring the broker to the database's state, one client at a time; `found` follows.

        Returns
        -------
        bool
            True if there is something new before all is done: a revocation must not wait.
        """
        listed = entries(self._conn)
        wanted, passwords = wanted_doors(listed, self._key, self._answered)
        for name in wanted.clients.keys() - passwords.keys() - found.clients.keys():
            log.error("%s was made with another CIVICWATT_SECRET_KEY: rotate it", name)
        for name in taken(wanted, found):
            log.error("the broker has a user %r that is not ours: its device cannot sign in", name)
        interrupted = False
        for commands in repairs(wanted, passwords, found):
            began = time.monotonic()
            try:
                self._broker.ask(commands)
            except RefusedError as error:
                log.error("%s", error)  # noqa: TRY400 - the message says it all
                self._refused = True
                continue
            found.follow(commands)
            # While it writes its list the broker serves nobody: let it breathe as long as it took.
            interrupted = self._rung(min(time.monotonic() - began, _PAUSE_S)) or stop.is_set()
            if interrupted:
                break
        new = [e for e in listed if not e.applied and _is_applied(e, wanted, found)]
        if new:
            note_applied(self._conn, new)
        return interrupted


def _is_applied(entry: Entry, wanted: Doors, found: Doors) -> bool:
    """Whether the broker has the client that is wanted, or none if none is."""
    client = wanted.clients.get(entry.username)
    known = client is not None or not entry.admitted
    return known and client == found.clients.get(entry.username)
