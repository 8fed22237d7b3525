"""The collector: from the broker into the database, one transaction a batch, nothing lost.

A single-threaded loop: receive, decode, write, commit, and only then acknowledge. While the
database works, the socket and the broker's window hold the stream back; there is no queue of our
own. When the database is away the batch is kept and tried again, and the broker keeps everything
behind it.
"""

import logging
import time
from datetime import UTC, datetime
from threading import Event
from zoneinfo import ZoneInfo

from prometheus_client import start_http_server

from domain.broker_url import BrokerUrl
from domain.reading import Message
from ingest.codecs import native
from ingest.link import Link
from ingest.metrics import note_committed, note_database, note_in_flight
from ingest.settings import CollectorSettings
from ingest.writer import Unavailable, Writer

log = logging.getLogger(__name__)

BATCH_MESSAGES = 1000
"""A batch is written when it has this many messages .."""
BATCH_BYTES = 8_000_000
""".. or when they are together this long .. [bytes]"""
BATCH_AGE_S = 0.2
""".. or when its first message is this old. [s]"""
HAND_MESSAGES = 20_000
"""While the database is away, messages are still taken up to this many: the answers to our pings
are behind them. A broker's window of unacknowledged messages is smaller."""
HAND_BYTES = 100_000_000
""".. and up to this length together. [bytes]"""
_LONGEST_PAUSE_S = 10.0


def collect(
    settings: CollectorSettings, *, name: str, metrics_port: int | None, stop: Event
) -> None:
    """Run until `stop` is set, then write and acknowledge what is in hand.

    Parameters
    ----------
    name : str
        Fixed name of this collector: its MQTT client id and its row of counts.
    metrics_port : int or None
        Port on 127.0.0.1 for Prometheus; None for no metrics.
    """
    writer = Writer(settings.database_url, collector=name, zone=ZoneInfo(settings.zone))
    link = Link(
        BrokerUrl.parse(settings.mqtt_url), client_id=f"civicwatt-{name}", filters=native.FILTERS
    )
    link.open()
    if metrics_port is not None:
        start_http_server(metrics_port, addr="127.0.0.1")
    try:
        Collector(link, writer).run(stop)
    finally:
        link.close()
        writer.close()


class Collector:
    """The loop, and the batch in hand."""

    def __init__(self, link: Link, writer: Writer) -> None:
        self._link = link
        self._writer = writer
        self._batch: list[Message] = []
        self._bytes = 0
        self._retry_at = 0.0
        self._pause_s = 0.2
        self._away = False

    def run(self, stop: Event) -> None:
        """Receive and write until `stop`; then once more what is in hand."""
        while not stop.is_set():
            if room := self._room():
                taken = self._link.receive(at_most=room, timeout_s=self._wait_s())
                self._batch += taken
                self._bytes += sum(len(message.payload) for message in taken)
            else:
                # Only a broker without a window fills the hand. It will find us silent, drop the
                # connection, and send everything again to the next one.
                time.sleep(BATCH_AGE_S)
            note_in_flight(len(self._batch), oldest_s=self._age_s())
            if self._due():
                self._flush()
        if self._batch:
            self._flush()
        log.info("stopped with %d messages left to the broker", len(self._batch))

    def _room(self) -> int:
        """How many more messages may be taken in hand."""
        messages, size = (
            (HAND_MESSAGES, HAND_BYTES) if self._away else (BATCH_MESSAGES, BATCH_BYTES)
        )
        return max(0, messages - len(self._batch)) if self._bytes < size else 0

    def _age_s(self) -> float:
        if not self._batch:
            return 0.0
        return (datetime.now(UTC) - self._batch[0].received_at).total_seconds()

    def _wait_s(self) -> float:
        if self._away or not self._batch:
            return BATCH_AGE_S
        return max(0.0, BATCH_AGE_S - self._age_s())

    def _due(self) -> bool:
        if not self._batch or time.monotonic() < self._retry_at:
            return False
        return self._room() == 0 or self._away or self._age_s() >= BATCH_AGE_S

    def _flush(self) -> None:
        try:
            counts = self._writer.write(self._batch)
        except Unavailable as error:
            self._retry_at = time.monotonic() + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
            self._away = True
            note_database(available=False)
            log.warning("the database cannot take the batch, trying again: %s", error)
            return
        self._link.acknowledge(self._batch)
        self._batch, self._bytes = [], 0
        self._pause_s = 0.2
        self._away = False
        note_database(available=True)
        note_committed(counts)
