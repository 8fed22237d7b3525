"""What broken devices and lines make of a message. No reader may find a value in it."""

from collections.abc import Callable


def cut_short(payload: bytes) -> bytes:
    """The end is missing."""
    return payload[: max(1, len(payload) * 2 // 3)]


def wrong_encoding(payload: bytes) -> bytes:
    """Bytes of another character set in front."""
    return b"\xcf\xc2" + payload


def line_noise(payload: bytes) -> bytes:
    """A quote has become another character."""
    return payload.replace(b'"', b"\x02", 1)


def last_byte_gone(payload: bytes) -> bytes:
    """The last byte is missing: of what says how long it is, nothing shorter is whole."""
    return payload[:-1]


def two_in_one(payload: bytes) -> bytes:
    """A second message has been written behind the first."""
    return payload + payload


def too_deep(payload: bytes) -> bytes:
    """A member that nests without end."""
    return payload[:-1] + b',"z":' + b"[" * 10_000


def bit_flipped(payload: bytes) -> bytes:
    """One bit in the middle of a frame is another; its checksum tells."""
    middle = len(payload) // 2
    return payload[:middle] + bytes([payload[middle] ^ 1]) + payload[middle + 1 :]


_FRAMES = (b"##", b"$$", b"\x7e", b"\xfe", b"\x68")
"""How frames with a checksum begin."""


def poisons(payload: bytes) -> tuple[Callable[[bytes], bytes], ...]:
    """What can be done to a payload so that it is surely broken: half a bare number is a number."""
    if payload.startswith((b"{", b"[")):
        return (cut_short, wrong_encoding, line_noise, two_in_one, too_deep)
    if payload.startswith(_FRAMES):
        return (cut_short, bit_flipped)
    return (wrong_encoding,) if payload.isascii() else (last_byte_gone,)
