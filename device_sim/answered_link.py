"""A connection on which every frame is answered, and sent again until it is.

So does a platform that passes on the frames of many vehicles, or a terminal that must not lose
its reports: what has not been answered is kept, whatever becomes of the connection.
"""

import logging
import select
import socket
import time
from collections.abc import Callable
from itertools import islice
from ssl import SSLContext, SSLSocket
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Protocol, Self

from device_sim.publisher import StoppedError

log = logging.getLogger(__name__)

_WINDOW = 500
"""Frames that wait for their answers at most."""
_ANSWER_WITHIN_S = 15.0
_PAUSE_S = 0.3
_LOOK_S = 0.05
_PIECE = 65_536


class Speech(Protocol):
    """How a protocol greets and answers. Pure."""

    def greet(self, ask: Callable[[bytes], bytes]) -> None:
        """Begin a connection; `ask` sends a frame and waits for what is said to it.

        Raises
        ------
        ConnectionRefusedError
            If it is not let in.
        """

    def key(self, frame: bytes) -> bytes:
        """What the answer to a frame repeats of it; nothing for one that will have no answer."""

    def answered(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Keys of the answers in what has come, and what is no whole answer yet."""


class AnsweredLink:
    """Sends frames where a `Publisher` publishes messages. A context manager.

    Parameters
    ----------
    tls : SSLContext or None
        How to make sure of the other side, which must be ``localhost`` or `host`.
    stop : Event
        Once set, every waiting call raises `StoppedError`.

    Attributes
    ----------
    samples : int
        Samples handed over so far; after `drain` all of them have been answered.
    handed, settled : int
        Frames handed over, and those of them that are known to be stored.
    """

    def __init__(
        self, host: str, port: int, speech: Speech, *, stop: Event, tls: SSLContext | None = None
    ) -> None:
        self._address = (host, port)
        self._speech = speech
        self._tls = tls
        self._stop = stop
        self._closed = Event()
        self._open: list[tuple[bytes, bytes]] = []
        self._changed = Condition()
        self._thread = Thread(target=self._serve, daemon=True)
        self.samples = self.handed = self.settled = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up; what has not been answered is forgotten."""
        self._closed.set()
        self._thread.join()

    def send(self, topic: str, payload: bytes, samples: int, *, retain: bool = False) -> None:
        """Send the frame of a message as soon as there is room; its topic does not matter.

        Raises
        ------
        StoppedError
            If asked to stop.
        """
        del topic, retain
        self._wait(lambda: len(self._open) < _WINDOW)
        with self._changed:
            self._open.append((self._speech.key(payload), payload))
            self.handed += 1
        self.samples += samples

    def drain(self) -> None:
        """Wait until every frame that is answered at all has been.

        Raises
        ------
        StoppedError
            If asked to stop meanwhile.
        """
        self._wait(lambda: not any(key for key, _ in self._open))

    def _wait(self, done: Callable[[], bool]) -> None:
        with self._changed:
            while not done():
                if self._stop.is_set():
                    raise StoppedError
                self._changed.wait(_LOOK_S)

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                with self._connected() as sock:
                    self._talk(sock)
            except OSError as error:
                log.info("%s:%d: %s; trying again", *self._address, error)
                self._closed.wait(_PAUSE_S)

    def _connected(self) -> socket.socket:
        sock = socket.create_connection(self._address, _ANSWER_WITHIN_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return sock
        return self._tls.wrap_socket(sock, server_hostname="localhost")

    def _talk(self, sock: socket.socket) -> None:
        def ask(frame: bytes) -> bytes:
            sock.sendall(frame)
            return _received(sock)

        self._speech.greet(ask)
        sent, buffer, heard_s = 0, b"", time.monotonic()
        while not self._closed.is_set():
            with self._changed:
                new = [frame for _, frame in islice(self._open, sent, None)]
            if new:
                sock.sendall(b"".join(new))
                sent += len(new)
            if _has_come(sock):
                keys, buffer = self._speech.answered(buffer + _received(sock))
                sent -= self._settle(keys)
                heard_s = time.monotonic()
            elif not sent:
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > _ANSWER_WITHIN_S:
                raise TimeoutError(f"no answer within {_ANSWER_WITHIN_S:.0f} s")

    def _settle(self, keys: list[bytes]) -> int:
        """Forget what has been answered, and what has none and came before: it is stored too."""
        with self._changed:
            before = len(self._open)
            for key in keys:
                at = next((n for n, (known, _) in enumerate(self._open) if known == key), None)
                if at is not None:
                    self._open[: at + 1] = [one for one in self._open[:at] if one[0]]
            settled = before - len(self._open)
            self.settled += settled
            self._changed.notify_all()
        return settled


def _has_come(sock: socket.socket) -> bool:
    if isinstance(sock, SSLSocket) and sock.pending():
        return True
    return bool(select.select([sock], [], [], _LOOK_S)[0])


def _received(sock: socket.socket) -> bytes:
    data = sock.recv(_PIECE)
    if not data:
        raise ConnectionError("the other side has hung up")
    return data
