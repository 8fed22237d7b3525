"""JT/T 808 over TCP: who may send frames over a connection. Pure.

A terminal registers once and is given a code; on every connection after that it proves itself with
it before anything else. The code is no secret to whoever may register, so who may is asked: a
deployment opens registration for the terminals it expects.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest

from domain.errors import PayloadError
from ingest.codecs.jt808 import answer
from ingest.codecs.jt808.codec import NAME, Kind
from ingest.codecs.jt808.frame import LONGEST, Frame, cut, parsed
from ingest.codecs.jt808.registration import shown_code, without_code
from ingest.codecs.wire import Refused

SILENCE_S = 900.0
"""Terminals asleep report every 5 or 10 minutes."""


@dataclass(frozen=True, slots=True)
class Jt808Wire:
    """The framing.

    Attributes
    ----------
    secret : bytes
        The codec's, of which the codes are made.
    may_register : callable
        Whether the terminal of a number may be given its code.
    """

    secret: bytes = field(repr=False)
    may_register: Callable[[str], bool]
    codec: str = field(default=NAME, init=False)
    longest: int = field(default=LONGEST, init=False)
    silence_s: float = field(default=SILENCE_S, init=False)

    def cut(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Cut a stream into frames and what is none; see `ingest.codecs.wire.Wire`."""
        return cut(buffer)

    def greet(self) -> "TerminalSession":
        """A new connection."""
        return TerminalSession(self.secret, self.may_register)


class TerminalSession:
    """A connection of one terminal."""

    def __init__(self, secret: bytes, may_register: Callable[[str], bool]) -> None:
        self._secret = secret
        self._may_register = may_register
        self._proved = False
        self.link = ""

    def admit(self, piece: bytes) -> bytes | Refused:
        """See `ingest.codecs.wire.Session`."""
        try:
            frame = parsed(piece)
            code = frame.code
        except PayloadError as error:
            return piece if self._proved else Refused(f"before a proof: {error}")
        if self.link not in ("", code):
            reason = f"a frame of {code} on the connection of {self.link}"
            return Refused(reason, answer.general(frame, answer.FAILED))
        self.link = code
        if frame.message == Kind.REGISTER:
            return self._registered(frame, piece)
        if frame.message == Kind.AUTHENTICATE:
            return self._let_in(frame)
        if not self._proved:
            reason = f"message {frame.message:#06x} of {code} before a proof"
            return Refused(reason, answer.general(frame, answer.FAILED))
        return piece

    def _registered(self, frame: Frame, piece: bytes) -> bytes | Refused:
        if self._may_register(self.link):
            return piece
        refusal = answer.registration(frame, answer.TERMINAL_UNKNOWN)
        return Refused(f"terminal {self.link} may not register", refusal)

    def _let_in(self, frame: Frame) -> bytes | Refused:
        wanted = answer.auth_code(self._secret, self.link).encode()
        if not frame.encrypted and compare_digest(shown_code(frame), wanted):
            self._proved = True
            return without_code(frame)
        refusal = answer.general(frame, answer.FAILED)
        return Refused(f"terminal {self.link} with a wrong code", refusal)
