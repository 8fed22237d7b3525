"""Batches into the database, whatever happens: retried, split around poison, never dropped."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection
from psycopg.errors import ProgramLimitExceeded

from domain.errors import StoreError
from domain.reading import Message
from ingest.intake import Intake, unknown_devices
from store.become import Role, become
from store.device import KnownDevice, known_devices, register_pending
from store.migrate import is_migrated, pending
from store.reading import Batch, Quarantined, prepare, write
from store.server import connect, inspect

log = logging.getLogger(__name__)

_POISON = (psycopg.DataError, psycopg.IntegrityError, ProgramLimitExceeded)
"""What a value can do to a statement; every other error is the database's."""
_REFRESH_S = 10.0
"""How old the collector's picture of the registry may be. [s]"""


class Unavailable(Exception):  # noqa: N818 - a state of the database, not an error of ours
    """The database cannot take the batch now; nothing was written, and it may be tried again."""


class Writer:
    """Writes messages under one collector's name.

    Parameters
    ----------
    url : str
        Of the database.
    zone : ZoneInfo
        Where a day begins for devices that stand nowhere.
    """

    def __init__(self, url: str, *, collector: str, zone: ZoneInfo) -> None:
        self._url = url
        self._collector = collector
        self._zone = zone
        self._devices: dict[str, KnownDevice] = {}
        self._read_at = datetime.min.replace(tzinfo=UTC)
        self._conn = self._open()

    def write(self, messages: Sequence[Message]) -> Counter[str]:
        """Commit `messages`; only then may they be acknowledged.

        Returns
        -------
        Counter
            Samples by outcome, as in `store.reading.write`.

        Raises
        ------
        Unavailable
            If the database is away or asks to try again. Nothing of the batch is stored.
        """
        try:
            if self._conn.closed:
                self._conn = self._open()
            self._learn(messages)
            return self._write(messages)
        except (psycopg.Error, StoreError) as error:
            # Connection gone, deadlock, out of memory or disk, read-only, another schema: none of
            # it is the messages' fault, so they wait.
            self._conn.close()
            raise Unavailable(" ".join(str(error).split())) from error

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def _open(self) -> Connection:
        conn = connect(self._url, name=f"civicwatt collect {self._collector}")
        inspect(conn)
        if not is_migrated(conn):
            raise StoreError("the database has no schema: run civicwatt migrate")
        become(conn, Role.COLLECT)
        if missing := pending(conn):
            raise StoreError(f"the database lacks {', '.join(missing)}: run civicwatt migrate")
        prepare(conn)
        return conn

    def _learn(self, messages: Sequence[Message]) -> None:
        """Bring the picture of the registry up to date, new devices included."""
        now = datetime.now(UTC)
        stale = (now - self._read_at).total_seconds() > _REFRESH_S
        if stale or unknown_devices(messages, self._devices):
            self._devices = known_devices(self._conn)
            unknown = unknown_devices(messages, self._devices)
            if unknown:
                # In a transaction of its own: the batch that follows may be rolled back.
                register_pending(self._conn, unknown)
                self._devices = known_devices(self._conn)
                log.info("%d new devices wait to be accepted", len(unknown))
            self._read_at = now

    def _write(self, messages: Sequence[Message]) -> Counter[str]:
        batch = Intake(self._devices, self._zone).read(messages)
        try:
            return self._commit(batch)
        except _POISON as error:
            # The codec lets nothing through that the tables refuse. Should it ever, the poison is
            # found by halving, and its neighbours are not lost for it.
            if len(messages) == 1:
                log.exception("the database refuses a message on %s", messages[0].topic)
                return self._commit(_refused(messages[0], error))
            middle = len(messages) // 2
            return self._write(messages[:middle]) + self._write(messages[middle:])

    def _commit(self, batch: Batch) -> Counter[str]:
        return write(self._conn, batch, collector=self._collector, now=datetime.now(UTC))


def _refused(message: Message, error: psycopg.Error) -> Batch:
    return Batch(
        quarantined=[
            Quarantined(
                received_at=message.received_at,
                topic=message.topic,
                payload=message.payload,
                device_id=None,
                code=f"sqlstate_{error.sqlstate}",
                reason=" ".join(str(error).split()),
                samples=1,
            )
        ]
    )
