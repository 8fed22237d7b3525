"""Batches into the database, whatever happens: retried, split around poison, never dropped."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection
from psycopg.errors import ProgramLimitExceeded
from psycopg.pq import TransactionStatus

from domain.errors import StoreError
from domain.reading import Message
from ingest.acquaintance import Acquaintance
from ingest.codecs.decoded import Reply
from ingest.columns import Readings
from ingest.intake import Intake
from ingest.reading import ReadMessage
from ingest.router import Router
from store.become import Role, become
from store.migrate import is_migrated, pending
from store.server import connect, inspect
from store.telemetry.reading import Batch, prepare, write
from store.telemetry.replay import Asked, refuse_again, settle, take_asked
from store.telemetry.setting_aside import Quarantined

log = logging.getLogger(__name__)

_POISON = (psycopg.DataError, psycopg.IntegrityError, ProgramLimitExceeded)
"""What a value can do to a statement; every other error is the database's."""
_REPLAYING_S = 0.5
"""So long the stream waits while messages are read again. [s]"""
_LOOKED_AT = 50
"""Messages of a batch that are asked how late they are."""


class Unavailable(Exception):  # noqa: N818 - a state of the database, not an error of ours
    """The database cannot take the batch now; nothing was written, and it may be tried again."""


class Poisoned(Exception):  # noqa: N818 - a property of the batch
    """A message of it cannot be written, whenever it is tried; nothing of the batch was."""

    def __init__(self, error: Exception) -> None:
        if isinstance(error, psycopg.Error):
            self.code, reason = f"sqlstate_{error.sqlstate}", str(error)
        else:
            self.code, reason = "collector_failed", f"our own code fails on it: {error!r}"
        super().__init__(" ".join(reason.split()))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch ready to be committed, the messages it is of, and the answers to them.

    Attributes
    ----------
    behind_s : float
        How long ago the messages measured what they say, in the middle. [s]
    copies_behind_s : float or None
        The same of copies sent ahead, of the most prompt one; None without any. [s]
    fault : Exception or None
        What our own code broke on; then there is nothing in `batch`.
    """

    messages: Sequence[Message]
    batch: Batch
    replies: list[tuple[Message, Reply]]
    behind_s: float = 0.0
    copies_behind_s: float | None = None
    fault: Exception | None = None


@dataclass(slots=True)
class Written:
    """What became of messages that are committed.

    Attributes
    ----------
    counts : Counter
        Samples by outcome, as in `store.telemetry.reading.write`.
    replies : list of (Message, Reply)
        Answers that may be sent now.
    """

    counts: Counter[str] = field(default_factory=Counter)
    replies: list[tuple[Message, Reply]] = field(default_factory=list)


class Writer:
    """Writes messages under one collector's name.

    `commit` may run in another thread than everything else: it has a connection of its own, so that
    a batch is read while the one before it is being written.

    Parameters
    ----------
    url : str
        Of the database.
    zone : ZoneInfo
        Where a day begins for devices that stand nowhere.
    """

    def __init__(self, url: str, *, collector: str, zone: ZoneInfo, router: Router) -> None:
        self._url = url
        self._collector = collector
        self._acquaintance = Acquaintance(router, zone)
        self._intake = Intake(router.republished_within_s)
        self._reading = self._open("read")
        self._writing = self._open("collect")
        prepare(self._writing)

    def write(self, messages: Sequence[Message]) -> Written:
        """Commit `messages`; only then may they be acknowledged and answered.

        The codecs let nothing through that the tables refuse. Should they ever, the poison is found
        by halving, and its neighbours are not lost for it.

        Raises
        ------
        Unavailable
            If the database is away or asks to try again. Nothing of the batch is stored.
        """
        prepared = self.prepare(messages)
        try:
            return self.commit(prepared)
        except Poisoned as poison:
            self._intake.newest.forget()  # it may hold the poison; the rest is heard again
            if len(messages) == 1:
                log.exception("a message on %s cannot be stored", messages[0].topic)
                return self.commit(Prepared(messages, _refused(messages[0], poison), []))
        middle = len(messages) // 2
        first, second = self.write(messages[:middle]), self.write(messages[middle:])
        return Written(first.counts + second.counts, first.replies + second.replies)

    def prepare(self, messages: Sequence[Message]) -> Prepared:
        """Read messages into a batch.

        Raises
        ------
        Unavailable
            As of `write`.
        """
        try:
            return self._prepare(messages)
        except Exception as error:
            if not _is_poison(error):
                raise
            return Prepared(messages, Batch(), [], fault=error)

    def give_back(self, prepared: Prepared) -> None:
        """Take note that a batch was not committed and will be prepared anew."""
        self._intake.newest.give_back(prepared.batch.arrival.newest)

    def commit(self, prepared: Prepared) -> Written:
        """Write a batch.

        Raises
        ------
        Unavailable
            As of `write`.
        Poisoned
            If one of its messages cannot be written, whenever it is tried.
        """
        if prepared.fault is not None:
            raise Poisoned(prepared.fault) from prepared.fault
        with self._safely():
            try:
                counts = self._put(prepared.batch)
            except Exception as error:
                if not _is_poison(error):
                    raise
                raise Poisoned(error) from error
        return Written(counts, prepared.replies)

    def rest(self) -> Counter[str]:
        """Do what waits for a quiet moment: newest values, and messages to be read again.

        Raises
        ------
        Unavailable
            As of `write`.
        """
        counts: Counter[str] = Counter()
        until_s = time.monotonic() + _REPLAYING_S
        while time.monotonic() < until_s:
            with self._safely(), self._reader().transaction():
                asked = take_asked(self._reading)
                if asked is None:
                    break
                counts += self._replay(asked)
        newest = self._intake.newest.take(time.monotonic())
        if newest:
            batch = Batch()
            batch.arrival.newest = newest
            prepared = Prepared((), batch, [])
            try:
                counts += self.commit(prepared).counts
            except Poisoned:
                log.exception("the database refuses newest values; the readings have them")
            except Unavailable:
                self.give_back(prepared)
                raise
        return counts

    def close(self) -> None:
        """Close the connections."""
        self._reading.close()
        self._writing.close()

    def _prepare(self, messages: Sequence[Message]) -> Prepared:
        with self._safely():
            plain, reads = self._acquaintance.read(self._reader(), messages)
        batch, replies = self._intake.sort(plain, reads, self._acquaintance.world)
        batch.arrival.newest = self._intake.newest.take(time.monotonic())
        copies = _lags_s(read for read in reads if read.message.is_copy)
        behind_s = _behind_s(plain, reads)
        return Prepared(messages, batch, replies, behind_s, min(copies, default=None))

    @contextmanager
    def _safely(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, StoreError) as error:
            # Connection gone, deadlock, out of memory or disk, read-only, another schema: none of
            # it is the messages' fault, so they wait.
            raise Unavailable(" ".join(str(error).split())) from error

    def _open(self, what: str) -> Connection:
        conn = connect(self._url, name=f"civicwatt {what} {self._collector}")
        inspect(conn)
        if not is_migrated(conn):
            raise StoreError("the database has no schema: run civicwatt migrate")
        become(conn, Role.COLLECT)
        if missing := pending(conn):
            raise StoreError(f"the database lacks {', '.join(missing)}: run civicwatt migrate")
        return conn

    def _reader(self) -> Connection:
        if not _is_usable(self._reading):
            self._reading = self._open("read")
            self._acquaintance.forget()
        return self._reading

    def _put(self, batch: Batch) -> Counter[str]:
        if not _is_usable(self._writing):
            self._writing = self._open("collect")
            prepare(self._writing)
        return write(self._writing, batch, collector=self._collector, now=datetime.now(UTC))

    def _replay(self, asked: Asked) -> Counter[str]:
        """Read a message of the quarantine again, as it came and when it came."""
        message = Message(0, 0, asked.topic, asked.payload, False, asked.received_at, is_again=True)
        try:
            plain, reads = self._acquaintance.read(self._reading, [message])
            world = self._acquaintance.world
            batch, _ = self._intake.sort(plain, reads, world, any_age=asked.any_age)
            refused, batch.quarantined = batch.quarantined, []
            counts = self._put(batch)
        except Exception as error:
            if not _is_poison(error):
                raise
            refused, counts = _refused(message, Poisoned(error)).quarantined, Counter()
        if refused:
            code, reason = refused[0].code, refused[0].reason
            refuse_again(self._reading, asked.quarantine_id, code=code, reason=reason)
        else:
            settle(self._reading, [asked.quarantine_id], now=datetime.now(UTC))
        return counts


def _behind_s(plain: Sequence[Readings], reads: Sequence[ReadMessage]) -> float:
    """How many seconds late messages are, in the middle of some; 0 if they carry no time."""
    every = 1 + (len(reads) + sum(len(one.devices) for one in plain)) // _LOOKED_AT
    lags = _lags_s(read for read in reads[::every] if not read.message.is_copy)
    for one in plain:
        instants = zip(one.instants_us[::every], one.received_us[::every], strict=True)
        lags += [(received_us - instant_us) / 1e6 for instant_us, received_us in instants]
    return median(lags) if lags else 0.0


def _lags_s(reads: Iterable[ReadMessage]) -> list[float]:
    """How long before its arrival each message measured, in seconds, of those that say when."""
    return [
        (read.message.received_at - read.decoded.samples[-1].ts).total_seconds()
        for read in reads
        if read.decoded is not None and read.decoded.samples
    ]


def _is_usable(conn: Connection) -> bool:
    """Whether a connection is open and in no transaction that was broken off."""
    if conn.info.transaction_status is TransactionStatus.IDLE:
        return True
    conn.close()
    return False


def _is_poison(error: Exception) -> bool:
    """Whether it is a message's doing; else the database's, and the message may be tried again.

    What is neither is a mistake of our own code that a message has found. It must not end the
    collector: the broker would send the message to the next one, and so on.
    """
    of_database = isinstance(error, psycopg.Error | StoreError | Unavailable)
    return isinstance(error, _POISON) or not of_database


def _refused(message: Message, poison: Poisoned) -> Batch:
    return Batch(
        quarantined=[
            Quarantined(
                received_at=message.received_at,
                topic=message.topic,
                payload=message.payload,
                size_bytes=len(message.payload),
                device_id=None,
                profile=None,
                code=poison.code,
                reason=str(poison),
                samples=1,
            )
        ]
    )
