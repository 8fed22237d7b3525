"""The collector's picture of the registry, kept fresh, and new devices put on the waiting list."""

import logging
import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.pq import TransactionStatus

from domain.reading import Message
from ingest.columns import Readings
from ingest.plain import Sieve
from ingest.reading import ReadMessage, read_messages, unheard_of
from ingest.router import Router
from ingest.surroundings import Surroundings
from store.telemetry.arrival import memory
from store.telemetry.device import known_devices, pending_devices, register_heard, state

log = logging.getLogger(__name__)

_REFRESH_S = 10.0
"""How old the picture may be. [s]"""
MOST_PENDING = 10_000
"""More devices than this do not wait to be accepted: what others send goes to quarantine."""
_UNKNOWN_ALIAS = "unknown_alias"


class Acquaintance:
    """Reads messages, with what the registry knows of their senders.

    Parameters
    ----------
    zone : ZoneInfo
        Where a day begins for devices that stand nowhere.
    """

    def __init__(self, router: Router, zone: ZoneInfo) -> None:
        self._router = router
        self._sieve = Sieve(router)
        self.world = Surroundings({}, zone)
        self._read_s = float("-inf")
        self._state: object = None

    def read(
        self, conn: Connection, messages: Sequence[Message]
    ) -> tuple[list[Readings], list[ReadMessage]]:
        """Read `messages`, the plain ones and the others.

        Afterwards their devices are known, as far as there is room.
        """
        if time.monotonic() - self._read_s > _REFRESH_S:
            self._refresh(conn)
        if messages:
            self.world.memory.begin(messages[0])
        plain, others = self._sieve.sift(messages, self.world)
        reads = read_messages(others, self._router, self.world)
        # Another collector may have heard what this one lacks.
        if any(_lacks_memory(read) for read in reads) and self.world.memory.learn(memory(conn)):
            self.world.memory.begin(messages[0])
            reads = read_messages(others, self._router, self.world)
        self._introduce(conn, reads)
        return plain, reads

    def forget(self) -> None:
        """Read everything anew before the next messages."""
        self._read_s, self._state = float("-inf"), None

    def _introduce(self, conn: Connection, reads: Sequence[ReadMessage]) -> None:
        """Put senders that nobody has registered on the list of those that wait."""
        unknown = unheard_of(reads, self.world)
        if unknown:
            self._meet(conn, [device.code for device in unknown])
            unknown = unheard_of(reads, self.world)
        # As many as there is room for: one message that names thousands must not keep others out.
        # Gateways first, so that what speaks through one finds it.
        room = max(0, MOST_PENDING - pending_devices(conn)) if unknown else 0
        gateways = [device for device in unknown if device.via is None][:room]
        others = [device for device in unknown if device.via is not None][: room - len(gateways)]
        if gateways or others:
            # In transactions of their own: the batch that follows may be rolled back.
            register_heard(conn, gateways)
            register_heard(conn, others)
            self._meet(conn, [device.code for device in (*gateways, *others)])
            if conn.info.transaction_status is TransactionStatus.INTRANS:
                self.forget()  # a replay may yet be rolled back, and they with it
            log.info("%d new devices wait to be accepted", len(gateways) + len(others))

    def _refresh(self, conn: Connection) -> None:
        before, self._state = self._state, state(conn)  # first: what changes meanwhile is seen next
        if self._state != before:
            self.world.devices = known_devices(conn)
        self.world.memory.learn(memory(conn))
        self._read_s = time.monotonic()

    def _meet(self, conn: Connection, codes: list[str]) -> None:
        self.world.devices = {**self.world.devices, **known_devices(conn, codes)}


def _lacks_memory(read: ReadMessage) -> bool:
    errors = [read.error] if read.decoded is None else read.decoded.errors
    return any(error is not None and error.code == _UNKNOWN_ALIAS for error in errors)
