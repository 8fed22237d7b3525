"""GB/T 32960 over TCP: who may send frames over a connection. Pure.

A listener serves one of two kinds of peers. With credentials it serves platforms: the first frame
must be a platform's login that proves user and password, and the frames of all its vehicles are
stored under the user's name. Without, it serves terminals: the first frame must be a vehicle's
login, and the connection is that vehicle's until another login.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol

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
from ingest.codecs.wire import Bars, Refused, bars_nobody

SILENCE_S = 300.0
"""A terminal's heartbeat may be set to at most 240 s (annex B, parameter 0x09)."""


LONGEST_PASSWORD = 20
"""Room in a platform's login. [bytes]"""
MOST_FOREIGN = 100
"""Pieces in a row that are no frame; after more the connection ends."""


class Platforms(Protocol):
    """The platforms that are served."""

    @property
    def user(self) -> str:
        """The only one; empty where there may be several."""

    def password_of(self, user: str) -> bytes | None:
        """What a platform must prove now; None for one that is not served."""


@dataclass(frozen=True, slots=True)
class Issued:
    """Platforms with the credentials that Civicwatt has issued them.

    Attributes
    ----------
    issued : callable
        Password of a user as it is now; None without one in force.
    """

    issued: Callable[[str], str | None] = field(repr=False)
    user: str = field(default="", init=False)

    def password_of(self, user: str) -> bytes | None:
        """As much of the password as a login has room for."""
        password = self.issued(user)
        return None if password is None else password.encode()[:LONGEST_PASSWORD]


@dataclass(frozen=True, slots=True)
class Credential:
    """What the only platform must prove.

    Attributes
    ----------
    user : str
        At most 12 characters of ASCII; the device the platform is registered as.
    password : bytes
        At most 20 bytes.
    """

    user: str
    password: bytes = field(repr=False)

    def password_of(self, user: str) -> bytes | None:
        """See `Platforms`."""
        return self.password if user == self.user else None


@dataclass(frozen=True, slots=True)
class Gb32960Wire:
    """The framing.

    Attributes
    ----------
    platforms : Platforms or None
        Those that are served; None to serve terminals.
    keys : Keyring
        A platform's login may be encrypted.
    """

    platforms: Platforms | None = None
    keys: Keyring = field(default_factory=Keyring, repr=False)
    codec: str = field(default="gb32960", init=False)
    longest: int = field(default=LONGEST, init=False)
    silence_s: float = field(default=SILENCE_S, init=False)

    def cut(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Cut a stream into frames and what is none; see `ingest.codecs.wire.Wire`."""
        found, rest = pieces(buffer, more=True)
        return [buffer[one.start : one.end] for one in found], buffer[rest:]

    def greet(self, bars: Bars = bars_nobody) -> "TerminalSession | PlatformSession":
        """A new connection."""
        if self.platforms is None:
            return TerminalSession(bars)
        return PlatformSession(self.platforms, self.keys, bars)


class TerminalSession:
    """A connection of one vehicle."""

    holds = True
    """It has shown nothing that could end."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
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
            if barred := self._bars(vin):
                return _refused(frame, barred)
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

    def __init__(self, platforms: Platforms, keys: Keyring, bars: Bars) -> None:
        self._platforms = platforms
        self._keys = keys
        self._bars = bars
        self._proved: bytes | None = None
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

    @property
    def holds(self) -> bool:
        """Whether the password it has shown is still its own."""
        return not self.link or self._platforms.password_of(self.link) == self._proved

    def _log_in(self, frame: Frame) -> bytes | Refused:
        self.link = ""
        try:
            frame = by_file(frame, self._keys, self._platforms.user)
        except PayloadError as fault:
            return _refused(frame, f"a platform's login that cannot be opened: {fault}")
        if not self._is_proved(frame):
            return _refused(frame, "a platform with a wrong user or password")
        user = session.user(frame)
        if barred := self._bars(user):
            return _refused(frame, barred)
        self.link, self._proved = user, session.password(frame)
        return session.without_password(frame)

    def _is_proved(self, frame: Frame) -> bool:
        if len(frame.data) != session.PLATFORM_LOGIN or frame.encryption != PLAIN:
            return False
        wanted = self._platforms.password_of(session.user(frame))
        # Compared in constant time, also where nobody has the name: the duration says nothing.
        same = compare_digest(session.password(frame), b"" if wanted is None else wanted)
        return bool(wanted) and same and frame.answer == IS_COMMAND


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
