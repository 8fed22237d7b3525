"""A listener on a free port, and peers that talk to it over real sockets."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ssl import SSLContext
from threading import Event, Lock

import pytest

from domain.reading import Message
from ingest.codecs.decoded import Codec
from ingest.codecs.wire import Wire
from ingest.tcp.gate import Gate
from ingest.tcp.listener import FrameStore, Listener
from ingest.writer import Unavailable, Written
from tests.unit.ingest_codecs.raw_frames import World

StartListener = Callable[..., Listener]
_PATIENCE_S = 10.0


class Caller:
    """A terminal's or platform's end of a connection."""

    def __init__(self, listener: Listener, tls: SSLContext | None = None) -> None:
        self.sock = socket.create_connection(listener.address, _PATIENCE_S)
        if tls is not None:
            self.sock = tls.wrap_socket(
                self.sock, server_hostname="localhost", suppress_ragged_eofs=False
            )

    def send(self, payload: bytes) -> None:
        """Send all of it."""
        self.sock.sendall(payload)

    def receive(self, size: int) -> bytes:
        """Wait for so many bytes."""
        got = b""
        while len(got) < size:
            part = self.sock.recv(size - len(got))
            assert part, f"the connection ended after {got!r}"
            got += part
        return got

    def hears_nothing(self, for_s: float) -> bool:
        """Whether nothing comes for so long."""
        self.sock.settimeout(for_s)
        try:
            return not self.sock.recv(1)
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(_PATIENCE_S)

    def rest(self) -> bytes:
        """Everything until the other end closes."""
        got = b""
        with suppress(ConnectionResetError):
            while part := self.sock.recv(65_536):
                got += part
        return got

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


@dataclass
class Memory:
    """A store that keeps messages in order, and can be away."""

    codec: Codec
    gateways: Sequence[str] = ("city",)
    is_there: Event = field(default_factory=Event)
    stored: list[Message] = field(default_factory=list)
    tries: int = 0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.is_there.set()

    def write(self, messages: Sequence[Message]) -> Written:
        """Keep and decode them."""
        self.tries += 1
        if not self.is_there.is_set():
            raise Unavailable("planted")
        with self.lock:
            self.stored += messages
        replies = [
            (message, reply)
            for message in messages
            for reply in self.codec.decode(message, World(self.gateways)).replies
        ]
        return Written(Counter(received=len(messages)), replies)

    def rest(self) -> Counter[str]:
        """Nothing waits."""
        return Counter()


Call = Callable[..., Caller]


@pytest.fixture
def start_listener() -> Iterator[StartListener]:
    """Start a listener in a thread of its own; it is stopped after the test."""
    stop = Event()
    threads: list[threading.Thread] = []

    def start(
        wire: Wire, store: FrameStore, tls: SSLContext | None = None, gate: Gate | None = None
    ) -> Listener:
        listener = Listener(wire, store, host="127.0.0.1", port=0, tls=tls, gate=gate)
        thread = threading.Thread(target=listener.run, args=[stop])
        thread.start()
        threads.append(thread)
        return listener

    yield start
    stop.set()
    for thread in threads:
        thread.join(_PATIENCE_S)
        assert not thread.is_alive()


@pytest.fixture
def call() -> Iterator[Call]:
    """Connect to a listener; hung up after the test."""
    callers: list[Caller] = []

    def connect(listener: Listener, tls: SSLContext | None = None) -> Caller:
        callers.append(Caller(listener, tls))
        return callers[-1]

    yield connect
    for caller in callers:
        caller.close()
