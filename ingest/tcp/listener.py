"""The listener: frames over TCP into the database, answered once they are committed.

One thread, as many connections as there are. Frames of all of them go together into batches; a
frame is answered after its batch is committed, so what has been acknowledged is never lost, and
what has not is sent again by the peer. While the database is away nothing is read and nothing is
answered: the peers' own buffers fill, and they wait or come back.
"""

import logging
import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from ssl import SSLContext
from threading import Event
from typing import Protocol

from domain.reading import Message
from ingest.codecs.wire import Wire
from ingest.metrics import note_committed, note_database, note_in_flight
from ingest.tcp.gate import Gate
from ingest.tcp.metrics import note_connections, note_turned_away
from ingest.tcp.peer import Peer
from ingest.writer import Unavailable, Written

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 2000
BATCH_MESSAGES = 4000
"""A batch is written when it has this many messages .."""
BATCH_BYTES = 8_000_000
""".. or when they are together this long .. [bytes]"""
BATCH_AGE_S = 0.2
""".. or when its first message is this old .. [s]"""
BATCH_QUIET_S = 0.02
""".. or when nothing has come for so long: somebody waits for an answer. [s]"""
_IDLE_S = 0.2
_HOUSEKEEPING_EVERY_S = 1.0
_SHORTEST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_FAREWELL_S = 1.0


class FrameStore(Protocol):
    """Where frames go; `ingest.writer.Writer` is one."""

    def write(self, messages: Sequence[Message]) -> Written:
        """Commit messages; returns the answers that may be sent now.

        Raises
        ------
        Unavailable
            If the database is away. Nothing is stored.
        """

    def rest(self) -> Counter[str]:
        """Do what waits for a quiet moment; raises as `write`."""


class Listener:
    """A server for one protocol.

    Parameters
    ----------
    host, port
        Where to listen; port 0 for any that is free, see `address`.
    tls : SSLContext, optional
        Whoever calls must speak TLS.
    gate : Gate, optional
        Who may be connected; without it whoever can prove who it is.
    """

    def __init__(
        self,
        wire: Wire,
        store: FrameStore,
        *,
        host: str,
        port: int,
        tls: SSLContext | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._wire = wire
        self._tls = tls
        self._gate = Gate() if gate is None else gate
        self._book = self._gate.book
        self._store = store
        self._server = socket.create_server((host, port), reuse_port=False, backlog=512)
        self._server.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ, None)
        self._peers: dict[int, Peer] = {}
        self._hand: list[Message] = []
        self._bytes = 0
        self._number = 0
        self._heard_s = self._kept_house_s = time.monotonic()
        self._away = False
        self._retry_at_s = 0.0
        self._pause_s = _SHORTEST_PAUSE_S

    @property
    def address(self) -> tuple[str, int]:
        """Host and port it listens on."""
        host, port = self._server.getsockname()[:2]
        return host, port

    def run(self, stop: Event) -> None:
        """Serve until `stop`; then once more store and answer what is in hand."""
        with closing(self._server), closing(self._selector):
            while not stop.is_set():
                self._turn()
            self._flush()
            self._farewell()
        log.info("stopped with %d frames left to be sent again", len(self._hand))

    def _turn(self) -> None:
        """One round: hear every connection, store what is due, give up the dead."""
        self._hear()
        if self._gate.book is not self._book:
            self._look_again()
        if self._is_due():
            self._flush()
        note_in_flight(len(self._hand), oldest_s=self._age_s())
        if time.monotonic() - self._kept_house_s > _HOUSEKEEPING_EVERY_S:
            self._keep_house()

    def _keep_house(self) -> None:
        """Give up the dead, and let the store do what waits for a quiet moment."""
        self._kept_house_s = now_s = time.monotonic()
        if not self._away:
            for peer in self._peers.values():
                peer.expire(now_s)
            self._tidy(list(self._peers.values()))
            if not self._hand:
                self._rest()

    def _look_again(self) -> None:
        """Show out whoever may not be connected any more."""
        self._book = self._gate.book
        for peer in self._peers.values():
            peer.look_again()
        self._tidy(list(self._peers.values()))

    def _hear(self) -> None:
        wait_s = BATCH_QUIET_S if self._hand and not self._away else _IDLE_S
        for key, events in self._selector.select(wait_s):
            peer: Peer | None = key.data
            if peer is None:
                self._accept()
                continue
            if events & selectors.EVENT_WRITE:
                peer.send()
            if events & selectors.EVENT_READ and not self._away:
                self._receive(peer)
            self._tidy([peer])

    def _accept(self) -> None:
        while True:
            try:
                sock, (host, port, *_) = self._server.accept()
            except OSError:  # nobody waits any more, or has gone again
                return
            if len(self._peers) >= MOST_CONNECTIONS:
                sock.close()
                note_turned_away()
                continue
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if self._tls is not None:
                try:  # its handshake is made by the first reads
                    sock = self._tls.wrap_socket(
                        sock, server_side=True, do_handshake_on_connect=False
                    )
                except OSError:  # gone again
                    sock.close()
                    continue
            self._number += 1
            name = f"connection {self._number} from {host}:{port}"
            peer = Peer(self._number, sock, name, self._wire, self._gate, time.monotonic())
            self._peers[peer.number] = peer
            self._tidy([peer])
            note_connections(len(self._peers))

    def _receive(self, peer: Peer) -> None:
        self._heard_s = time.monotonic()
        for message in peer.receive(self._heard_s, datetime.now(UTC)):
            self._hand.append(message)
            self._bytes += len(message.payload)
        if self._is_full():
            self._flush()

    def _events(self, peer: Peer) -> int:
        reading = selectors.EVENT_READ if peer.is_reading and not self._away else 0
        return reading | (selectors.EVENT_WRITE if peer.is_writing else 0)

    def _tidy(self, peers: Sequence[Peer]) -> None:
        """Bring what we wait for up to date, and close what is over."""
        for peer in peers:
            if peer.number not in self._peers:
                continue  # closed in this very round
            registered = peer.sock in self._selector.get_map()
            events = self._events(peer)
            if peer.is_over:
                if registered:
                    self._selector.unregister(peer.sock)
                peer.close()
                del self._peers[peer.number]
                note_connections(len(self._peers))
            elif events and registered:
                self._selector.modify(peer.sock, events, peer)
            elif events:
                self._selector.register(peer.sock, events, peer)
            elif registered:
                self._selector.unregister(peer.sock)

    def _is_full(self) -> bool:
        return len(self._hand) >= BATCH_MESSAGES or self._bytes >= BATCH_BYTES

    def _age_s(self) -> float:
        if not self._hand:
            return 0.0
        return (datetime.now(UTC) - self._hand[0].received_at).total_seconds()

    def _is_due(self) -> bool:
        now_s = time.monotonic()
        if not self._hand or now_s < self._retry_at_s:
            return False
        quiet = now_s - self._heard_s >= BATCH_QUIET_S
        return quiet or self._away or self._is_full() or self._age_s() >= BATCH_AGE_S

    def _flush(self) -> None:
        """Store what is in hand and answer it; or keep it."""
        if not self._hand:
            return
        try:
            written = self._store.write(self._hand)
        except Unavailable as error:
            self._wait_for_database(error)
            return
        settled, self._hand, self._bytes = self._hand, [], 0
        note_committed(written.counts)
        self._back()
        for message in settled:
            self._peers[message.connection].unsettled -= 1
        for message, reply in written.replies:
            if reply.topic is None:
                self._peers[message.connection].answer(reply.payload)
        touched = {message.connection for message in settled}
        self._tidy([self._peers[number] for number in touched])

    def _rest(self) -> None:
        try:
            note_committed(self._store.rest())
        except Unavailable as error:
            # Nothing is in hand that would wait for it; the next batch will find out.
            log.warning("the database is away: %s", error)

    def _wait_for_database(self, error: Unavailable) -> None:
        self._retry_at_s = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        note_database(available=False)
        log.warning("the database cannot take %d frames, trying again: %s", len(self._hand), error)
        if not self._away:
            self._away = True
            self._selector.unregister(self._server)
            self._tidy(list(self._peers.values()))

    def _back(self) -> None:
        self._pause_s = _SHORTEST_PAUSE_S
        note_database(available=True)
        if self._away:
            self._away = False
            self._selector.register(self._server, selectors.EVENT_READ, None)
            now_s = time.monotonic()
            for peer in self._peers.values():
                peer.excuse(now_s)
            self._tidy(list(self._peers.values()))

    def _farewell(self) -> None:
        """Send what is still owed, and close every connection."""
        until_s = time.monotonic() + _FAREWELL_S
        while any(peer.is_writing for peer in self._peers.values()) and time.monotonic() < until_s:
            for peer in self._peers.values():
                peer.send()
            time.sleep(0.01)
        for peer in self._peers.values():
            peer.close()
