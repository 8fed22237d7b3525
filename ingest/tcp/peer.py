"""One connection of the listener: what has come, who it is from, and what is still to be sent."""

import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from ssl import SSLSocket, SSLWantReadError, SSLWantWriteError

from domain.reading import Message
from ingest.codecs.native import PREFIX
from ingest.codecs.wire import Refused, Wire
from ingest.tcp.gate import Gate
from ingest.tcp.guest_book import Certificate
from ingest.tcp.tls import certificate_of

log = logging.getLogger(__name__)

RECEIVED_AT_ONCE = 65_536
"""Most that is taken from a connection before the others have their turn; no record of TLS is
longer, so that none of it stays behind unseen. [bytes]"""
LOGIN_S = 30.0
"""A connection that has not said who it is by then is closed. [s]"""
FRAME_S = 60.0
"""So is one whose frame is not whole by then, however it trickles. [s]"""
MOST_UNREAD = 1_000_000
"""So is one that leaves so many bytes of answers unread."""


class Peer:
    """One connection.

    Parameters
    ----------
    number : int
        Of the connection, as in `Message.connection`.
    now_s : float
        Of a monotonic clock. [s]

    Attributes
    ----------
    unsettled : int
        Its messages in hand, not yet committed.
    """

    def __init__(
        self, number: int, sock: socket.socket, name: str, wire: Wire, gate: Gate, now_s: float
    ) -> None:
        self.number = number
        self.sock = sock
        self.name = name
        self.unsettled = 0
        self._wire = wire
        self._gate = gate
        self._session = wire.greet(self._bars)
        self._certificate: Certificate | None = None
        self._is_known = not isinstance(sock, SSLSocket)
        self._rest = b""
        self._rest_since_s = now_s
        self._out = bytearray()
        self._since_s = self._heard_s = now_s
        self._is_ending = False
        self._is_given_up = False

    @property
    def is_reading(self) -> bool:
        """Whether more may be taken from it."""
        return not self._is_ending

    @property
    def is_writing(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._out)

    @property
    def is_over(self) -> bool:
        """Whether it may be closed: nothing more comes, and nothing is owed."""
        return self._is_ending and not self._out and not self.unsettled

    def receive(self, now_s: float, received_at: datetime) -> Iterator[Message]:
        """Take what is there and give the frames in it."""
        try:
            data = self.sock.recv(RECEIVED_AT_ONCE)
        except (BlockingIOError, SSLWantReadError):
            return
        # Among them that TLS itself has no room to send: whoever calls leaves a greeting unread.
        except OSError as error:
            self.drop(str(error))
            return
        if not data:
            self._is_ending = True
            return
        self._heard_s = now_s
        if not self._is_known and not self._meet():
            return
        pieces, rest = self._wire.cut(self._rest + data)
        if pieces or not self._rest:
            self._rest_since_s = now_s
        self._rest = rest
        if len(rest) > self._wire.longest:
            self.drop(f"{len(rest)} bytes without a whole frame")
            return
        for piece in pieces:
            admitted = self._session.admit(piece)
            if isinstance(admitted, Refused):
                self._refuse(admitted)
                return
            self.unsettled += 1
            topic = f"{PREFIX}{self._session.link}/raw/{self._wire.codec}"
            yield Message(0, self.number, topic, admitted, False, received_at)

    def answer(self, payload: bytes) -> None:
        """Queue an answer and send what can be sent; nothing to one that is given up."""
        if self._is_given_up:
            return
        self._out += payload
        self.send()
        if len(self._out) > MOST_UNREAD:
            self.drop(f"{len(self._out)} bytes of answers unread")

    def send(self) -> None:
        """Send as much as the connection takes."""
        if not self._out:
            return
        try:
            del self._out[: self.sock.send(self._out)]
        except (BlockingIOError, SSLWantReadError, SSLWantWriteError):
            return
        except OSError as error:
            self.drop(str(error))

    def drop(self, reason: str) -> None:
        """Give it up: nothing more is taken or sent."""
        log.info("%s is given up: %s", self.name, reason)
        self._is_ending = self._is_given_up = True
        self._out.clear()

    def close(self) -> None:
        """Close the connection; under TLS with the word that nothing was cut off."""
        if isinstance(self.sock, SSLSocket) and not self._is_given_up:
            with suppress(OSError, ValueError):  # also that the other side does not answer it yet
                self.sock.unwrap()
        self.sock.close()

    def expire(self, now_s: float) -> None:
        """Give it up if it has been silent, nameless or unfinished for too long."""
        if now_s - self._heard_s > self._wire.silence_s:
            self.drop(f"silent for {now_s - self._heard_s:.0f} s")
        elif self._is_ending:
            return  # what it is owed may still be fetched, until the silence is too long
        elif not self._session.link and now_s - self._since_s > LOGIN_S:
            self.drop(f"no login within {LOGIN_S:.0f} s")
        elif self._rest and now_s - self._rest_since_s > FRAME_S:
            self.drop(f"a frame unfinished for {FRAME_S:.0f} s")

    def look_again(self) -> None:
        """Give it up if it may not be connected any more."""
        if self._is_ending:
            return
        if barred := self._bars(self._session.link):
            self.drop(barred)
        elif not self._session.holds:
            self.drop(f"what {self._session.link} has shown holds no more")

    def _meet(self) -> bool:
        """Look at the certificate it has shown, now that its handshake is over."""
        self._is_known = True
        if isinstance(self.sock, SSLSocket):
            self._certificate = certificate_of(self.sock)
        barred = self._bars("")
        if barred:
            self.drop(barred)
        return not barred

    def _bars(self, code: str) -> str:
        gate = self._gate
        return gate.book.bars(code, self._certificate, known_only=gate.known_only)

    def excuse(self, now_s: float) -> None:
        """Start its clocks anew, after a time in which we did not listen."""
        self._since_s = self._heard_s = self._rest_since_s = now_s

    def _refuse(self, refused: Refused) -> None:
        log.warning("%s is refused: %s", self.name, refused.reason)
        self._is_ending = True
        if refused.answer:
            self._out += refused.answer
            self.send()
