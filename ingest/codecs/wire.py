"""How frames of a protocol come over a plain connection, and who may send them. Pure.

A codec that is also spoken over TCP has a `Wire` beside it: it cuts the stream into frames and
says, connection by connection, who is at the other end. It does not decode and does not answer:
frames go to the store as messages like any other, and the codec's answers follow once they are
committed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Bars: TypeAlias = Callable[[str], str]
"""Says why a device, by its code, may not be connected now; nothing if it may."""


def bars_nobody(_code: str) -> str:
    """Let everybody in who can prove who it is."""
    return ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that may not come in; its connection ends.

    Attributes
    ----------
    reason : str
        For the log, without secrets.
    answer : bytes
        What the sender is told before the connection ends; may be empty.
    """

    reason: str
    answer: bytes = b""


class Session(Protocol):
    """What is known of one connection."""

    @property
    def link(self) -> str:
        """Code of the terminal or platform at the other end; empty until it has said so.

        It is the device of the topic its frames are stored under, ``cw/v1/<link>/raw/<codec>``.
        """

    @property
    def holds(self) -> bool:
        """Whether what the other end has proved itself with is still what it must show."""

    def admit(self, piece: bytes) -> bytes | Refused:
        """Say whether a piece from `Wire.cut` may be stored.

        Returns
        -------
        bytes
            The piece as it may be stored: without passwords. `link` is set by now.
        Refused
            If the sender has not said who it is, not proved it, or may not come in.
        """


class Wire(Protocol):
    """The framing of one protocol."""

    @property
    def codec(self) -> str:
        """Name of the codec that reads its frames."""

    @property
    def longest(self) -> int:
        """Longest frame with everything around it, in bytes; more is never held back."""

    @property
    def silence_s(self) -> float:
        """After how many seconds without a byte a connection is taken for dead."""

    def cut(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Cut what has arrived into pieces; raises nothing, whatever the bytes.

        Returns
        -------
        pieces : list of bytes
            In order: each a whole frame, or a stretch of foreign bytes between frames, which the
            codec will refuse with the reason.
        rest : bytes
            The beginning of a frame that is not whole yet, at most `longest` bytes.
        """

    def greet(self, bars: Bars = bars_nobody) -> Session:
        """A new connection.

        Parameters
        ----------
        bars : callable
            Asked at each login.
        """
