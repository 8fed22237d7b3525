"""The collector: from the broker into the database, one transaction a batch, nothing lost.

One loop: receive, decode, write, commit, and only then acknowledge. While the database writes one
batch the next is decoded and the one after it received, and no more: the socket and the broker's
window hold the stream back, and there is no queue of our own. When the database is away the batches
are kept and tried again, and the broker keeps everything behind them.
"""

import gc
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import accumulate
from threading import Event
from zoneinfo import ZoneInfo

from prometheus_client import start_http_server

from domain.broker_url import BrokerUrl
from domain.reading import Message
from ingest.answers import Answers
from ingest.codecs.registry import codecs
from ingest.fast_lane import FastLane
from ingest.link import Link
from ingest.membership import Membership
from ingest.metrics import note_committed, note_database, note_dropped, note_in_flight
from ingest.profile.load import load_profiles
from ingest.router import Router
from ingest.settings import CollectorSettings
from ingest.writer import Poisoned, Prepared, Unavailable, Writer, Written

log = logging.getLogger(__name__)

BATCH_MESSAGES = 4000
"""A batch is written when it has this many messages .."""
BATCH_BYTES = 8_000_000
""".. or when they are together this long .. [bytes]"""
BATCH_AGE_S = 0.1
""".. or when its first message is this old .. [s]"""
BATCH_QUIET_S = 0.05
""".. or when nothing has come for so long. [s]"""
HAND_MESSAGES = 20_000
"""While the database is away, messages are still taken up to this many: the answers to our pings
are behind them. A broker's window of unacknowledged messages is smaller."""
HAND_BYTES = 100_000_000
""".. and up to this length together. [bytes]"""
_QUIET_BEFORE_LEAVING_S = 3.0
_REST_EVERY_S = 0.5
_WATCH_S = 0.005
_HANDFUL = 200
_BREATH_S = 0.004
"""After fewer than a handful of messages a breath is taken: at some thousands a second every one
would else be a wake-up of its own, which costs three times what reading it does. [s]"""
_SHORTEST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0


def collect(
    settings: CollectorSettings,
    *,
    name: str,
    metrics_port: int | None,
    stop: Event,
    shared: bool = False,
    watch_drops: bool = False,
) -> None:
    """Run until `stop` is set, then write and acknowledge what is in hand.

    Parameters
    ----------
    name : str
        Fixed name of this collector: its MQTT client id and its row of counts.
    metrics_port : int or None
        Port on 127.0.0.1 for Prometheus; None for no metrics.
    shared : bool
        Whether the broker divides the messages among all collectors that run so; a collector that
        does not takes all of them.
    watch_drops : bool
        Whether to ask the broker how many messages it has dropped, as Mosquitto counts them.
    """
    membership = Membership.SHARED if shared else Membership.ALONE
    router = Router((*codecs(hears_all=not shared), *load_profiles(settings.profiles)))
    writer = _writer(settings, name, router)
    link = _link(settings, name, router, membership, note_dropped if watch_drops else None)
    lane = FastLane(lambda: _link(settings, f"{name}-now", router, membership.copies))
    link.open()
    if metrics_port is not None:
        start_http_server(metrics_port, addr="127.0.0.1")
    collect_cycles_seldom()
    try:
        Collector(link, writer, lane).run(stop)
    finally:
        lane.close()
        link.close()
        writer.close()


def retire(settings: CollectorSettings, *, name: str) -> None:
    """Take a collector out of service: write what the broker still holds for it, and sign off.

    Without this the broker goes on giving it its share, for when it comes back.

    Parameters
    ----------
    name : str
        Of the collector. It must not be running.
    """
    router = Router((*codecs(), *load_profiles(settings.profiles)))
    writer = _writer(settings, name, router)
    link = _link(settings, name, router, Membership.LEAVING)
    link.open()
    try:
        Collector(link, writer).drain(_QUIET_BEFORE_LEAVING_S)
        link.end_session()
    finally:
        link.close()
        writer.close()


def _writer(settings: CollectorSettings, name: str, router: Router) -> Writer:
    zone = ZoneInfo(settings.zone)
    return Writer(settings.database_url, collector=name, zone=zone, router=router)


def _link(
    settings: CollectorSettings,
    name: str,
    router: Router,
    membership: Membership,
    on_dropped: Callable[[int], None] | None = None,
) -> Link:
    return Link(
        BrokerUrl.parse(settings.mqtt_url),
        client_id=f"civicwatt-{name}",
        filters=router.filters,
        membership=membership,
        on_dropped=on_dropped,
    )


def collect_cycles_seldom() -> None:
    """Have Python look for cycles of garbage now and then only, and never among what is here now.

    A batch leaves next to none, and looking for it would cost as much as reading the messages does.
    """
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


class Collector:
    """The loop, and the messages in flight: a batch being written, one ready, and the next."""

    def __init__(self, link: Link, writer: Writer, lane: FastLane | None = None) -> None:
        self._link = link
        self._lane = lane
        self._writer = writer
        self._hand: list[Message] = []
        self._bytes = 0
        self._heard_s = 0.0
        self._retry_at_s = 0.0
        self._pause_s = _SHORTEST_PAUSE_S
        self._away = False
        self._rested_s = 0.0
        self._answers = Answers(link)
        self._thread = ThreadPoolExecutor(1, "commit")
        self._ready: Prepared | None = None
        self._writing: tuple[Prepared, Future[Written]] | None = None

    def run(self, stop: Event) -> None:
        """Receive and write until `stop`; then once more what is in hand."""
        while not stop.is_set():
            self._receive()
            note_in_flight(self._in_flight(), oldest_s=self._age_s())
            self._advance()
        self.finish()
        self._thread.shutdown()
        log.info("stopped with %d messages left to the broker", self._in_flight())

    def drain(self, quiet_s: float) -> None:
        """Receive and write until nothing has come for `quiet_s` seconds."""
        self._heard_s = time.monotonic()
        while self._in_flight() or time.monotonic() - self._heard_s < quiet_s:
            self._receive()
            self._advance()

    def _advance(self) -> None:
        """Take every batch as far as it goes without waiting."""
        if self._writing is not None and self._writing[1].done():
            self._settle_written()
        if time.monotonic() < self._retry_at_s:
            return
        if self._ready is None and self._is_due():
            self._prepare()
        if self._writing is None:
            if time.monotonic() - self._rested_s >= _REST_EVERY_S:
                self._rest()
            elif self._ready is not None:
                self._submit(self._ready)

    def finish(self) -> None:
        """Write what is in hand, once; what cannot be written is left to the broker."""
        self._settle_written()
        self._away = False
        while (self._ready is not None or self._hand) and not self._away:
            if self._ready is None:
                self._prepare()
            if self._ready is not None:
                self._submit(self._ready)
                self._settle_written()

    def _receive(self) -> None:
        room = self._room()
        if not room:
            # A batch may take minutes to be written, and its messages are ours until then.
            self._link.tend()
            if self._lane is not None:
                self._lane.tend()
            time.sleep(_WATCH_S)
            return
        taken = [] if self._lane is None else self._lane.receive(at_most=room // 2)
        if room > len(taken):
            taken += self._link.receive(at_most=room - len(taken), timeout_s=self._wait_s())
        if taken:
            self._hand += taken
            self._bytes += sum(len(message.payload) for message in taken)
            self._heard_s = time.monotonic()
            if len(taken) < _HANDFUL:
                time.sleep(_BREATH_S)

    def _room(self) -> int:
        """How many more messages may be taken in hand."""
        messages, size = (
            (HAND_MESSAGES, HAND_BYTES) if self._away else (BATCH_MESSAGES, BATCH_BYTES)
        )
        return max(0, messages - len(self._hand)) if self._bytes < size else 0

    def _is_full(self) -> bool:
        return not self._away and self._room() == 0

    def _next_batch(self) -> list[Message]:
        """Of what is in hand as much as makes a batch: one reception may bring more."""
        lengths = accumulate(len(message.payload) for message in self._hand[:BATCH_MESSAGES])
        whole = sum(length < BATCH_BYTES for length in lengths)
        return self._hand[: min(whole + 1, BATCH_MESSAGES)]

    def _unwritten(self) -> list[Sequence[Message]]:
        """Messages received and not acknowledged, oldest first."""
        writing = self._writing[0].messages if self._writing else ()
        return [writing, self._ready.messages if self._ready else (), self._hand]

    def _in_flight(self) -> int:
        return sum(map(len, self._unwritten()))

    def _age_s(self) -> float:
        oldest = next((part[0] for part in self._unwritten() if part), None)
        return (datetime.now(UTC) - oldest.received_at).total_seconds() if oldest else 0.0

    def _wait_s(self) -> float:
        if self._writing is not None:
            return _WATCH_S  # it may be done any moment, and wants to be acknowledged
        return BATCH_QUIET_S if self._hand and not self._away else BATCH_AGE_S

    def _is_due(self) -> bool:
        if not self._hand:
            return False
        quiet = time.monotonic() - self._heard_s >= BATCH_QUIET_S
        age_s = (datetime.now(UTC) - self._hand[0].received_at).total_seconds()
        return quiet or self._away or self._is_full() or age_s >= BATCH_AGE_S

    def _prepare(self) -> None:
        """Read what is in hand into a batch."""
        full, batch = self._is_full(), self._next_batch()
        try:
            self._ready = self._writer.prepare(batch)
        except Unavailable as error:
            self._wait_for_database(error)
            return
        if self._lane is not None and not self._away:
            ready = self._ready
            self._lane.note(
                behind_s=ready.behind_s, full=full, copies_behind_s=ready.copies_behind_s
            )
        self._hand = self._hand[len(batch) :]
        self._bytes -= sum(len(message.payload) for message in batch)

    def _submit(self, prepared: Prepared) -> None:
        """Let a batch be written, while the next one is received and read."""
        self._ready = None
        self._writing = prepared, self._thread.submit(self._writer.commit, prepared)

    def _settle_written(self) -> None:
        """Wait for the batch being written; acknowledge it, or take it back in hand."""
        if self._writing is None:
            return
        prepared, written = self._writing
        self._writing = None
        try:
            self._acknowledge(prepared.messages, written.result())
        except Unavailable as error:
            self._take_back(prepared, error)
        except Poisoned:
            self._unprepare()  # it was read after what is now read again
            try:
                self._acknowledge(prepared.messages, self._writer.write(prepared.messages))
            except Unavailable as error:
                self._take_back(prepared, error)

    def _acknowledge(self, messages: Sequence[Message], written: Written) -> None:
        self._link.acknowledge(messages)
        self._answers.send(written.replies)
        self._pause_s = _SHORTEST_PAUSE_S
        self._away = False
        note_database(available=True)
        note_committed(written.counts)

    def _take_back(self, prepared: Prepared, error: Unavailable) -> None:
        self._unprepare()
        self._writer.give_back(prepared)
        self._hand = [*prepared.messages, *self._hand]
        self._bytes += sum(len(message.payload) for message in prepared.messages)
        self._wait_for_database(error)

    def _unprepare(self) -> None:
        """Take the batch that is ready back in hand."""
        if self._ready is not None:
            self._writer.give_back(self._ready)
            self._hand = [*self._ready.messages, *self._hand]
            self._bytes += sum(len(message.payload) for message in self._ready.messages)
            self._ready = None

    def _wait_for_database(self, error: Unavailable) -> None:
        self._retry_at_s = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._away = True
        note_database(available=False)
        log.warning("the database cannot take the batch, trying again: %s", error)

    def _rest(self) -> None:
        self._rested_s = time.monotonic()
        try:
            note_committed(self._writer.rest())
            note_database(available=True)
        except Unavailable as error:
            self._wait_for_database(error)
            self._away = self._in_flight() > 0
