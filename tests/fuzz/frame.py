"""Frames with a checksum, found and sealed without the codecs' help.

Written from the standards a second time, so that a mistake in a codec is no mistake here too.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import xor


def sound_gb32960(payload: bytes) -> Iterator[bytes]:
    """Every stretch that is a frame of GB/T 32960 with the right checksum."""
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
        payload[end] = reduce(xor, payload[start + 2 : end])
        start = end + 1


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
