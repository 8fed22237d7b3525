"""From an encrypted frame to a plain one, by the keys there are. Pure.

A padding that fits by chance is no proof that the key was right, so what was decrypted must also
begin as the data of its command begin: a time that is one, a section there is. By chance both
happen once in ten million frames, and then the sections must still fit one after the other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from domain.errors import PayloadError
from ingest.codecs.gb32960 import exchange, report, sm2
from ingest.codecs.gb32960.answer import REPORTS
from ingest.codecs.gb32960.cipher import SYMMETRIC, Encryption, by_blocks, for_us, key_of
from ingest.codecs.gb32960.exchange import Exchange
from ingest.codecs.gb32960.frame import (
    PLAIN,
    Command,
    Frame,
    code_text,
    header_and_data,
    instant,
    pieces,
    sealed,
)
from ingest.codecs.gb32960.keys import KEY, Keyring, Keys, Link

_ENCRYPTIONS = frozenset(Encryption)
_EXCHANGES_KEPT = 2
"""The key in force, and the one before: what was sent meanwhile may still be on its way."""
_LONGEST_KEPT = 1000
"""An exchange that is longer is not remembered. [bytes]"""


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens the frames of one sender.

    Attributes
    ----------
    keys : Keyring
        From the file of keys.
    link : str
        Code of the sender.
    remembered : callable
        What was remembered under a name: exchanges of keys, as they came, that is encrypted.
    received_at : datetime
        When the message came.
    """

    keys: Keyring
    link: str
    remembered: Callable[[str], bytes | None]
    received_at: datetime

    def opened(self, frame: Frame, vin: str, platform: str) -> Frame:
        """The frame with its data in clear; itself if they are.

        Parameters
        ----------
        platform : str
            Code of the platform behind the link: a key exchanged by it serves all vehicles.

        Raises
        ------
        PayloadError
            If there is no key for it, or none that opens it.
        """
        if frame.encryption == PLAIN:
            return frame
        if not frame.data:
            return frame._replace(encryption=PLAIN)
        link, own = self.keys.link(self.link), self.keys.vehicle(vin)
        if frame.encryption not in SYMMETRIC:
            return _by_file(frame, link, own)
        exchanged = [one for code in (vin, platform) for one in self._exchanged(code)]
        fitting = [one for one in exchanged if one.kind == frame.encryption]
        in_force = [one for one in fitting if self.received_at < one.until]
        for one in in_force:
            opened = _plain(frame, by_blocks(frame.encryption, one.key, link, frame.data))
            if opened is not None:
                return opened
        try:
            return _by_file(frame, link, own)
        except PayloadError as fault:
            if fault.code != "no_key" or not fitting:
                raise
            if in_force:
                raise _wrong_key(frame) from None
            ended = max(one.until for one in fitting).isoformat()
            raise PayloadError(
                f"the key for it was in force until {ended}", code="key_expired"
            ) from None

    def exchange(self, frame: Frame, code: str) -> tuple[Exchange, dict[str, bytes]]:
        """A key that is exchanged with us.

        Returns
        -------
        exchange : Exchange
            With the key in clear.
        kept : dict
            What to remember: the frame as it came, with which nobody can do anything without our
            private key.

        Raises
        ------
        PayloadError
            If it cannot be opened, or is no key.
        """
        link, own = self.keys.link(self.link), self.keys.vehicle(code)
        found = _exchanged(frame, link, own)
        new = sealed(frame)
        if len(new) > _LONGEST_KEPT:
            reason = f"an exchange of {len(new)} bytes: want at most {_LONGEST_KEPT}"
            raise PayloadError(reason, code="bad_length")
        earlier = _remembered(self.remembered(self._name(code)) or b"", link, own)
        kept = [came for came, one in earlier if one.key != found.key]
        return found, {self._name(code): b"".join([new, *kept][:_EXCHANGES_KEPT])}

    def _exchanged(self, code: str) -> tuple[Exchange, ...]:
        """Keys exchanged under a code, the newest first."""
        content = self.remembered(self._name(code)) if code else None
        if not content:
            return ()
        found = _remembered(content, self.keys.link(self.link), self.keys.vehicle(code))
        return tuple(one for _, one in found)

    def _name(self, code: str) -> str:
        return f"key:{self.link}:{code}"


@lru_cache(maxsize=20_000)  # of each vehicle once, not frame after frame
def _remembered(content: bytes, link: Link, own: Keys) -> tuple[tuple[bytes, Exchange], ...]:
    """Exchanges as they came, and what they say; the newest first."""
    found = []
    for one in pieces(content, more=False)[0]:
        came = content[one.start : one.end]
        try:
            if not one.fault:
                found.append((came, _exchanged(header_and_data(came), link, own)))
        except PayloadError:
            continue  # our own key has changed since: it opens nothing any more
    return tuple(found)


def _exchanged(frame: Frame, link: Link, own: Keys) -> Exchange:
    """An exchange with its key in clear: its data are encrypted, or the key alone is."""
    found = exchange.read(_by_file(frame, link, own).data)
    if found.kind not in SYMMETRIC:
        reason = f"a key for {Encryption(found.kind).name}: want one for AES or SM4"
        raise PayloadError(reason, code="bad_key")
    key: bytes | None = found.key
    if frame.encryption == PLAIN:
        # Nothing says by which algorithm the key alone is encrypted; a wrong one does not open it.
        tried = (for_us(one, link, found.key) for one in (Encryption.SM2, Encryption.RSA))
        key = next((one for one in tried if one is not None), None)
        if key is None:
            code = "no_key" if link.sm2 is None and link.rsa is None else "wrong_key"
            raise PayloadError("the key in it cannot be decrypted by our private key", code=code)
    if key is None or len(key) != KEY:
        raise PayloadError(f"a key of {len(key or b'')} bytes: want {KEY}", code="bad_key")
    return Exchange(found.kind, key, found.since, found.until)


def by_file(frame: Frame, keys: Keyring, link: str) -> Frame:
    """Open the frame of a platform itself by the keys of the file; raises as `Opening.opened`."""
    return _by_file(frame, keys.link(link), keys.vehicle(code_text(frame.code)))


def _by_file(frame: Frame, link: Link, own: Keys) -> Frame:
    """Open by the keys of the file; see `Opening.opened`."""
    if frame.encryption == PLAIN:
        return frame
    if frame.encryption not in _ENCRYPTIONS:
        reason = f"the encryption is given as {frame.encryption:#04x}, which is none"
        raise PayloadError(reason, code="encrypted")
    _check_length(frame)
    tried = list(_attempts(frame, link, own))
    if not tried:
        name = Encryption(frame.encryption).name
        raise PayloadError(f"no key for data encrypted by {name}", code="no_key")
    opened = (_plain(frame, data) for data in tried)
    found = next((one for one in opened if one is not None), None)
    if found is None:
        raise _wrong_key(frame)
    return found


def _check_length(frame: Frame) -> None:
    size = len(frame.data)
    if frame.encryption in SYMMETRIC and size % KEY:
        raise PayloadError(f"{size} encrypted bytes: want blocks of {KEY}", code="bad_length")
    if frame.encryption == Encryption.SM2 and size > sm2.LONGEST:
        reason = f"{size} bytes encrypted by SM2: at most {sm2.LONGEST} can be decrypted"
        raise PayloadError(reason, code="bad_length")


def _attempts(frame: Frame, link: Link, own: Keys) -> Iterator[bytes | None]:
    """What each key makes of the data."""
    if frame.encryption in SYMMETRIC:
        keys = (key_of(one, frame.encryption) for one in (own, link.keys))
        for key in keys:
            if key is not None:
                yield by_blocks(frame.encryption, key, link, frame.data)
    elif (link.sm2 if frame.encryption == Encryption.SM2 else link.rsa) is not None:
        yield for_us(frame.encryption, link, frame.data)


def _plain(frame: Frame, data: bytes | None) -> Frame | None:
    """The frame with its data in clear; None if they are none of its command."""
    if data is None:
        return None
    plain = frame._replace(encryption=PLAIN, data=data)
    try:
        if frame.command == Command.KEY_EXCHANGE:
            exchange.read(data)
        else:
            instant(data)
    except PayloadError:
        return None
    return plain if frame.command not in REPORTS or report.begins(plain) else None


def _wrong_key(frame: Frame) -> PayloadError:
    name, size = Encryption(frame.encryption).name, len(frame.data)
    return PayloadError(f"{size} bytes that no key for {name} opens", code="wrong_key")
