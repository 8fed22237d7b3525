"""Vehicles that speak over TCP: a connection for each, begun with its greeting."""

import select
import socket
from contextlib import suppress
from threading import Event
from types import TracebackType
from typing import Self

from device_sim.publisher import StoppedError
from device_sim.vendors.jt808_terminal import REGISTRATION_ANSWER, proof
from domain.errors import ConfigurationError

_ANSWER_WITHIN_S = 20.0
_PIECE = 65_536


class Connections:
    """Sends frames where a `Publisher` publishes messages. A context manager.

    The first frame of a vehicle must be its greeting: nothing else is sent before it is answered.

    Parameters
    ----------
    stop : Event
        Once set, every call raises `StoppedError`.

    Attributes
    ----------
    samples : int
        Samples handed over so far; after `drain` the other side has read all of them.
    """

    def __init__(self, host: str, port: int, *, stop: Event) -> None:
        self._address = (host, port)
        self._stop = stop
        self._links: dict[str, socket.socket] = {}
        self.samples = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up everywhere."""
        for link in self._links.values():
            link.close()

    def send(self, topic: str, payload: bytes, samples: int, *, retain: bool = False) -> None:
        """Send the frame of a message; of its topic only the vehicle matters.

        Raises
        ------
        StoppedError
            If asked to stop.
        ConfigurationError
            If nobody answers, or the vehicle is not let in.
        """
        del retain
        if self._stop.is_set():
            raise StoppedError
        device = topic.split("/")[2]
        link = self._links.get(device)
        try:
            if link is None:
                self._greet(device, payload)
            else:
                link.sendall(payload)
                _read_what_is_there(link)
        except OSError as error:
            host, port = self._address
            raise ConfigurationError(f"{host}:{port} does not take {device}: {error}") from None
        self.samples += samples

    def drain(self) -> None:
        """Say that nothing more comes, and wait until the other side has read everything."""
        for link in self._links.values():
            with suppress(OSError):  # the other side was faster
                link.shutdown(socket.SHUT_WR)
                while link.recv(_PIECE):
                    pass
            link.close()
        self._links.clear()

    def _greet(self, device: str, greeting: bytes) -> None:
        link = socket.create_connection(self._address, _ANSWER_WITHIN_S)
        self._links[device] = link
        link.sendall(greeting)
        answer = link.recv(_PIECE)
        if answer.startswith(REGISTRATION_ANSWER):
            shown = proof(device, answer)
            if not shown:
                raise ConnectionRefusedError("it may not register")
            link.sendall(shown)
            answer = link.recv(_PIECE)
        if not answer:
            raise ConnectionRefusedError("it hung up")


def _read_what_is_there(link: socket.socket) -> None:
    """Answers are read and not waited for; unread they would hold the other side up."""
    if select.select([link], [], [], 0)[0]:
        link.recv(_PIECE)
