"""Frames with a checksum, found and sealed without the codecs' help.

Written from the standards a second time, so that a mistake in a codec is no mistake here too.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import reduce
from operator import xor

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from gmssl_pyx import GmsslInnerError, sm2_decrypt

from tests.unit.ingest_codecs.sm2_vectors import PRIVATE

BLOCK_KEY, SESSION_KEY = bytes(range(16)), bytes(range(16, 32))
"""Keys of AES-128 and SM4 for GB/T 32960: that of the file, and one that is exchanged."""
RSA = generate_private_key(65537, 2048)
"""Of this process: what is encrypted for us by RSA differs from run to run whatever the key."""
_PIECE, _SEALED_PIECE = 245, 256
"""Longest content that RSA encrypts at once, and how long it is then. [bytes]"""
_DATA, _ENCRYPTION = 24, 21
_CIPHERS = {0x03: AES, 0x05: SM4}
_RSA, _SM2 = 0x02, 0x04
_OPEN = 0x80
"""Added to the encryption of a frame whose data are to be encrypted before it is sent."""


def sound_gb32960(payload: bytes) -> Iterator[bytes]:
    """Every stretch that is a frame of GB/T 32960 with the right checksum; its data in clear."""
    for frame in _whole_gb32960(payload):
        yield frame
        data = frame[_DATA:-1]
        if frame[_ENCRYPTION] == _SM2:
            with suppress(GmsslInnerError):
                yield bytes(sm2_decrypt(PRIVATE, data))
        elif frame[_ENCRYPTION] == _RSA:
            plain = _opened_by_rsa(data)
            if plain is not None:
                yield plain
        elif frame[_ENCRYPTION] in _CIPHERS:
            chained = CBC(data[:16]) if len(data) > 16 else None
            for key in (BLOCK_KEY, SESSION_KEY):
                yield from _in_clear(frame[_ENCRYPTION], key, ECB(), data)  # noqa: S305 - what terminals do
                if chained is not None:
                    yield from _in_clear(frame[_ENCRYPTION], key, chained, data[16:])


def sealed_by_rsa(data: bytes) -> bytes:
    """Data as they are encrypted for us by RSA, piece by piece."""
    pieces = (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
    return b"".join(RSA.public_key().encrypt(bytes(piece), PKCS1v15()) for piece in pieces)


def _opened_by_rsa(data: bytes) -> bytes | None:
    if not data or len(data) % _SEALED_PIECE:
        return None
    pieces = (data[at : at + _SEALED_PIECE] for at in range(0, len(data), _SEALED_PIECE))
    try:
        return b"".join(RSA.decrypt(piece, PKCS1v15()) for piece in pieces)
    except ValueError:
        return None


def _in_clear(encryption: int, key: bytes, mode: ECB | CBC, data: bytes) -> Iterator[bytes]:
    if not data or len(data) % 16:
        return
    opener = Cipher(_CIPHERS[encryption](key), mode).decryptor()
    plain = opener.update(data) + opener.finalize()
    pad = plain[-1]
    if 0 < pad <= 16 and plain.endswith(bytes((pad,)) * pad):
        yield plain[:-pad]


def open_gb32960(payload: bytes) -> bytearray:
    """The payload with its frames' data in clear, to be spoilt; `SEAL` encrypts them again."""
    opened, done = bytearray(), 0
    for frame in _whole_gb32960(payload):
        encryption = frame[_ENCRYPTION]
        plain = None
        if encryption in _CIPHERS:
            plain = next(_in_clear(encryption, BLOCK_KEY, ECB(), frame[_DATA:-1]), None)  # noqa: S305 - the same
        elif encryption == _RSA:
            plain = _opened_by_rsa(frame[_DATA:-1])
        at = payload.find(frame, done)
        if at < 0:
            continue  # it lies within the one before
        opened += payload[done:at]
        done = at + len(frame)
        if plain is None:
            opened += frame
            continue
        head = frame[:_ENCRYPTION] + bytes((encryption | _OPEN,)) + len(plain).to_bytes(2)
        opened += head + plain + frame[-1:]
    return opened + payload[done:]


def _whole_gb32960(payload: bytes) -> Iterator[bytes]:
    for start in range(len(payload) - 24):
        if payload[start : start + 2] in (b"##", b"$$"):
            end = start + 24 + int.from_bytes(payload[start + 22 : start + 24])
            if end < len(payload) and reduce(xor, payload[start + 2 : end]) == payload[end]:
                yield payload[start : end + 1]


def sound_jt808(payload: bytes) -> Iterator[bytes]:
    """Contents of every stretch between two 7E that has the right check, without escapes."""
    for part in payload.split(b"\x7e"):
        plain = part.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
        if len(plain) > 12 and reduce(xor, plain) == 0:
            yield plain


def joined_jt808(frames: Iterable[bytes]) -> bytes:
    """Bodies of those contents that are parts of a longer message, one after the other."""
    parts = [frame for frame in frames if frame[2] & 0x20]
    return b"".join(part[21 if part[2] & 0x40 else 16 : -1] for part in parts)


def _sound_on_bus(head: int) -> Callable[[bytes], Iterator[bytes]]:
    def sound(payload: bytes) -> Iterator[bytes]:
        for start, byte in enumerate(payload):
            if byte != 0x68 or start + head > len(payload):
                continue
            end = start + head + payload[start + head - 1]
            ends = end + 2 <= len(payload) and payload[end + 1] == 0x16
            if ends and sum(payload[start:end]) % 256 == payload[end]:
                yield payload[start : end + 2]

    return sound


SOUND: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gb32960": sound_gb32960,
    "jt808": sound_jt808,
    "dlt645": _sound_on_bus(10),
    "cjt188": _sound_on_bus(11),
}
"""By codec: the sound frames in a payload."""


def _seal_gb32960(payload: bytearray) -> None:
    start = 0
    while start + 25 <= len(payload):
        length = int.from_bytes(payload[start + 22 : start + 24])
        end = min(start + 24 + length, len(payload) - 1)
        frame = _encrypted(payload[start:end])
        frame.append(reduce(xor, frame[2:]))
        payload[start : end + 1] = frame
        start += len(frame)


def _encrypted(frame: bytearray) -> bytearray:
    """A frame without its check; its data encrypted if that is still to be done."""
    encryption = frame[_ENCRYPTION] & ~_OPEN
    if encryption not in (*_CIPHERS, _RSA) or not frame[_ENCRYPTION] & _OPEN:
        return frame
    data = frame[_DATA:]
    if encryption == _RSA:
        data = sealed_by_rsa(data)
    else:
        missing = 16 - len(data) % 16
        cipher = Cipher(_CIPHERS[encryption](BLOCK_KEY), ECB()).encryptor()  # noqa: S305 - the same
        data = cipher.update(data + bytes((missing,)) * missing) + cipher.finalize()
    length = min(len(data), 0xFFFF).to_bytes(2)
    return frame[:_ENCRYPTION] + bytes((encryption,)) + length + data


def _seal_jt808(payload: bytearray) -> None:
    sealed = bytearray()
    for part in payload.split(b"\x7e"):
        plain = part.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
        if len(plain) > 1:
            plain[-1] = reduce(xor, plain[:-1])
            escaped = plain.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")
            sealed += b"\x7e" + escaped + b"\x7e"
    payload[:] = sealed


def _seal_on_bus(head: int) -> Callable[[bytearray], None]:
    def seal(payload: bytearray) -> None:
        start = payload.find(b"\x68")
        while start >= 0 and start + head < len(payload) - 1:
            end = min(start + head + payload[start + head - 1], len(payload) - 2)
            payload[end] = sum(payload[start:end]) % 256
            payload[end + 1] = 0x16
            start = payload.find(b"\x68", end + 2)

    return seal


SEAL: dict[str, Callable[[bytearray], None]] = {
    "gb32960": _seal_gb32960,
    "jt808": _seal_jt808,
    "dlt645": _seal_on_bus(10),
    "cjt188": _seal_on_bus(11),
}
"""By codec: makes the checksums of spoilt frames right again, so that their content is reached."""
OPEN: dict[str, Callable[[bytes], bytearray]] = {"gb32960": open_gb32960}
"""By codec: makes readable what is encrypted, for `SEAL` to encrypt it again."""
