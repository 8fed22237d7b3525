"""GB/T 32960 over TCP: who may send frames over a connection. Pure.

A listener serves one of two kinds of peers. With a user and a password it serves platforms: the
first frame must be a platform's login that proves both, and the frames of all its vehicles are
stored under the user's name. Without, it serves terminals: the first frame must be a vehicle's
login, and the connection is that vehicle's until another login.
"""

from dataclasses import dataclass, field
from hmac import compare_digest

from domain.errors import PayloadError
from ingest.codecs.gb32960 import session
from ingest.codecs.gb32960.answer import refusal
from ingest.codecs.gb32960.exchange import is_in_clear, without_key
from ingest.codecs.gb32960.frame import (
    IS_COMMAND,
    LONGEST,
    PLAIN,
    Command,
    Frame,
    code_text,
    header_and_data,
    pieces,
)
from ingest.codecs.gb32960.keys import Keyring
from ingest.codecs.gb32960.opening import by_file
from ingest.codecs.wire import Refused

SILENCE_S = 300.0
"""A terminal's heartbeat may be set to at most 240 s (annex B, parameter 0x09)."""


MOST_FOREIGN = 100
"""Pieces in a row that are no frame; after more the connection ends."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a platform must prove.

    Attributes
    ----------
    user : str
        At most 12 characters of ASCII; the device the platform is registered as.
    password : bytes
        At most 20 bytes.
    """

    user: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gb32960Wire:
    """The framing.

    Attributes
    ----------
    credential : Credential or None
        Of the platform served; None to serve terminals.
    keys : Keyring
        A platform's login may be encrypted.
    """

    credential: Credential | None = None
    keys: Keyring = field(default_factory=Keyring, repr=False)
    codec: str = field(default="gb32960", init=False)
    longest: int = field(default=LONGEST, init=False)
    silence_s: float = field(default=SILENCE_S, init=False)

    def cut(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Cut a stream into frames and what is none; see `ingest.codecs.wire.Wire`."""
        found, rest = pieces(buffer, more=True)
        return [buffer[one.start : one.end] for one in found], buffer[rest:]

    def greet(self) -> "TerminalSession | PlatformSession":
        """A new connection."""
        if self.credential is None:
            return TerminalSession()
        return PlatformSession(self.credential, self.keys)


class TerminalSession:
    """A connection of one vehicle."""

    def __init__(self) -> None:
        self.link = ""
        self._foreign = 0

    def admit(self, piece: bytes) -> bytes | Refused:
        """See `ingest.codecs.wire.Session`."""
        frame = _sound(piece)
        if frame is None:
            self._foreign += 1
            return _foreign(piece, self.link, self._foreign)
        self._foreign = 0
        vin = code_text(frame.code)
        if frame.command == Command.LOGIN and frame.answer == IS_COMMAND and vin:
            self.link = vin
        if frame.command in (Command.PLATFORM_LOGIN, Command.PLATFORM_LOGOUT):
            return _refused(frame, "a platform, where terminals are served")
        if not self.link:
            return _refused(frame, f"command {frame.command:#04x} of {vin!r} before a login")
        if vin != self.link:
            return _refused(frame, f"a frame of {vin!r} on the connection of {self.link!r}")
        return _storable(frame, piece)


class PlatformSession:
    """A connection of one platform, for many vehicles."""

    def __init__(self, credential: Credential, keys: Keyring) -> None:
        self._credential = credential
        self._keys = keys
        self.link = ""
        self._foreign = 0

    def admit(self, piece: bytes) -> bytes | Refused:
        """See `ingest.codecs.wire.Session`."""
        frame = _sound(piece)
        if frame is None:
            self._foreign += 1
            return _foreign(piece, self.link, self._foreign)
        self._foreign = 0
        if frame.command == Command.PLATFORM_LOGIN:
            return self._log_in(frame)
        if self.link:
            return _storable(frame, piece)
        return _refused(frame, f"command {frame.command:#04x} before a platform's login")

    def _log_in(self, frame: Frame) -> bytes | Refused:
        self.link = ""
        try:
            frame = by_file(frame, self._keys, self._credential.user)
        except PayloadError as fault:
            return _refused(frame, f"a platform's login that cannot be opened: {fault}")
        if not self._is_proved(frame):
            return _refused(frame, "a platform with a wrong user or password")
        self.link = self._credential.user
        return session.without_password(frame)

    def _is_proved(self, frame: Frame) -> bool:
        if len(frame.data) != session.PLATFORM_LOGIN or frame.encryption != PLAIN:
            return False
        # Both are compared, and in constant time: the duration says nothing about either.
        same_user = compare_digest(session.user(frame).encode(), self._credential.user.encode())
        same_password = compare_digest(session.password(frame), self._credential.password)
        return same_user and same_password and frame.answer == IS_COMMAND


def _sound(piece: bytes) -> Frame | None:
    found, _ = pieces(piece, more=False)
    return header_and_data(piece) if len(found) == 1 and not found[0].fault else None


def _storable(frame: Frame, piece: bytes) -> bytes:
    """The piece, without a key that its sender did not encrypt."""
    return without_key(frame) if is_in_clear(frame) else piece


def _foreign(piece: bytes, link: str, in_a_row: int) -> bytes | Refused:
    """Bytes of no frame are kept as evidence, but not without end."""
    if not link:
        return Refused("bytes of no frame before a login")
    if in_a_row > MOST_FOREIGN:
        return Refused(f"{in_a_row} pieces in a row that are no frame")
    return piece


def _refused(frame: Frame, reason: str) -> Refused:
    return Refused(reason, refusal(frame))
