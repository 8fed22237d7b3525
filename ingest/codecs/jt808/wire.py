"""JT/T 808 over TCP: who may send frames over a connection. Pure.

A terminal registers once and is given a code; on every connection after that it proves itself with
it before anything else. The code is no secret to whoever may register, so who may is asked: a
deployment opens registration for the terminals it expects. A code that has changed ends the
connections that were proved with the old one; the terminal registers again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest

from domain.errors import PayloadError
from ingest.codecs.jt808 import answer
from ingest.codecs.jt808.codec import NAME, CodeOf, Kind
from ingest.codecs.jt808.frame import LONGEST, Frame, cut, parsed
from ingest.codecs.jt808.registration import shown_code, without_code
from ingest.codecs.wire import Bars, Refused, bars_nobody

SILENCE_S = 900.0
"""Terminals asleep report every 5 or 10 minutes."""


@dataclass(frozen=True, slots=True)
class Jt808Wire:
    """The framing.

    Attributes
    ----------
    code_of : callable
        The codec's.
    may_register : callable
        Whether the terminal of a number may be given its code.
    """

    code_of: CodeOf = field(repr=False)
    may_register: Callable[[str], bool]
    codec: str = field(default=NAME, init=False)
    longest: int = field(default=LONGEST, init=False)
    silence_s: float = field(default=SILENCE_S, init=False)

    def cut(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Cut a stream into frames and what is none; see `ingest.codecs.wire.Wire`."""
        return cut(buffer)

    def greet(self, bars: Bars = bars_nobody) -> "TerminalSession":
        """A new connection."""
        return TerminalSession(self.code_of, self.may_register, bars)


class TerminalSession:
    """A connection of one terminal."""

    def __init__(self, code_of: CodeOf, may_register: Callable[[str], bool], bars: Bars) -> None:
        self._code_of = code_of
        self._may_register = may_register
        self._bars = bars
        self._proved: str | None = None
        self.link = ""

    @property
    def holds(self) -> bool:
        """Whether the code it has shown is still its own."""
        return self._proved is None or self._code_of(self.link) == self._proved

    def admit(self, piece: bytes) -> bytes | Refused:
        """See `ingest.codecs.wire.Session`."""
        try:
            frame = parsed(piece)
            code = frame.code
        except PayloadError as error:
            return piece if self._proved is not None else Refused(f"before a proof: {error}")
        if self.link not in ("", code):
            reason = f"a frame of {code} on the connection of {self.link}"
            return Refused(reason, answer.general(frame, answer.FAILED))
        self.link = code
        if frame.message == Kind.REGISTER:
            return self._registered(frame, piece)
        if frame.message == Kind.AUTHENTICATE:
            return self._let_in(frame)
        if self._proved is None:
            reason = f"message {frame.message:#06x} of {code} before a proof"
            return Refused(reason, answer.general(frame, answer.FAILED))
        return piece

    def _registered(self, frame: Frame, piece: bytes) -> bytes | Refused:
        barred = self._bars(self.link)
        if self._may_register(self.link) and self._code_of(self.link) and not barred:
            return piece
        refusal = answer.registration(frame, answer.TERMINAL_UNKNOWN)
        return Refused(barred or f"terminal {self.link} may not register", refusal)

    def _let_in(self, frame: Frame) -> bytes | Refused:
        wanted = self._code_of(self.link) or ""
        known = bool(wanted) and compare_digest(shown_code(frame), wanted.encode())
        barred = self._bars(self.link)
        if known and not frame.encrypted and not barred:
            self._proved = wanted
            return without_code(frame)
        refusal = answer.general(frame, answer.FAILED)
        return Refused(barred or f"terminal {self.link} with a wrong code", refusal)
