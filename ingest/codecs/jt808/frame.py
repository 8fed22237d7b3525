"""Frames: where one begins and ends, its escapes, its header, its checksum. Pure.

``7E header body check 7E``, big-endian; inside, 7E is sent as 7D 02 and 7D as 7D 01. The check is
the XOR of header and body. The header is ``id 2, attributes 2, [version 1,] phone 6 or 10, serial
2, [parts 2, part 2]``: attribute bit 14 tells the edition of 2019, which has the version and the
longer phone; bit 13 a message in parts. Source: JT/T 808-2013 and -2019, clause 4.4, as restated in
public documents of terminal makers and read beside traccar's decoder of the protocol (Apache 2.0).
"""

from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from domain.errors import PayloadError
from ingest.codecs.bcd import digits
from ingest.codecs.checksum import xor

FLAG, ESCAPE = b"\x7e", b"\x7d"
LONGEST_BODY = 0x3FF
_ESCAPED_FLAG, _ESCAPED_ESCAPE = b"\x7d\x02", b"\x7d\x01"
_EDITION_2019, _IN_PARTS, _ENCRYPTION = 1 << 14, 1 << 13, 0b111 << 10
_HEADER_2013, _HEADER_2019, _PARTS = Struct(">HH6sH"), Struct(">HHB10sH"), Struct(">HH")
LONGEST = 2 * (_HEADER_2019.size + _PARTS.size + LONGEST_BODY + 1) + 2
"""Longest frame, every byte of it escaped. [bytes]"""


class Frame(NamedTuple):
    """One sound frame.

    Attributes
    ----------
    message : int
        What it is: the message id.
    phone : bytes
        Number of the terminal as it came, packed decimal: 6 bytes, in the edition of 2019 10.
    serial : int
        Number of the frame; the terminal counts them up to 65535 and begins anew.
    version : int or None
        Of the protocol; None in the edition of 2013.
    total, part : int
        How many parts the message has, and which this is, from 1.
    encrypted : bool
        The body is.
    """

    message: int
    phone: bytes
    serial: int
    body: bytes
    version: int | None = None
    total: int = 1
    part: int = 1
    encrypted: bool = False

    @property
    def code(self) -> str:
        """Number of the terminal without the zeros that fill the field.

        The same terminal has 12 digits in one edition and 20 in the other.

        Raises
        ------
        PayloadError
            If it is no number, or zero.
        """
        return _code(self.phone)


def cut(buffer: bytes) -> tuple[list[bytes], bytes]:
    """Cut bytes into whole frames and stretches that are none; raises nothing.

    Returns
    -------
    pieces : list of bytes
        In order; a frame has its flags at both ends.
    rest : bytes
        The beginning of a frame that is not whole yet, at most `LONGEST` bytes.
    """
    pieces = []
    at = 0
    while at < len(buffer):
        start = buffer.find(FLAG, at)
        if start != at:
            start = len(buffer) if start < 0 else start
            pieces.append(buffer[at:start])
            at = start
            continue
        end = buffer.find(FLAG, start + 1)
        if end < 0:
            rest = buffer[start:]
            return ([*pieces, rest], b"") if len(rest) > LONGEST else (pieces, rest)
        if end == start + 1:  # the first of two flags ends something that was cut off
            at = end
            continue
        at = end + 1
        pieces.append(buffer[start:at])
    return pieces, b""


def parsed(piece: bytes) -> Frame:
    """The frame in one piece of `cut`.

    Raises
    ------
    PayloadError
        If it is none, or a broken one.
    """
    inside = _unescaped(piece)
    attributes = int.from_bytes(inside[2:4], "big")
    header = _HEADER_2019 if attributes & _EDITION_2019 else _HEADER_2013
    in_parts = bool(attributes & _IN_PARTS)
    start = header.size + (_PARTS.size if in_parts else 0)
    if len(inside) < start + 1:
        raise PayloadError(f"{len(inside)} bytes are no header", code="cut_off")
    check = xor(inside)
    if check:
        reason = f"check {inside[-1]:#04x}, want {inside[-1] ^ check:#04x}"
        raise PayloadError(reason, code="bad_checksum")
    body = inside[start:-1]
    if len(body) != attributes & LONGEST_BODY:
        reason = f"{len(body)} bytes of body, the header says {attributes & LONGEST_BODY}"
        raise PayloadError(reason, code="bad_length")
    message, _, *version, phone, serial = header.unpack_from(inside)
    total, part = _PARTS.unpack_from(inside, header.size) if in_parts else (1, 1)
    encrypted = bool(attributes & _ENCRYPTION)
    return Frame(
        message, phone, serial, body, version[0] if version else None, total, part, encrypted
    )


def sealed(frame: Frame) -> bytes:
    """The bytes of a frame that is one part and not encrypted."""
    size = len(frame.body)
    if frame.version is None:
        header = _HEADER_2013.pack(frame.message, size, frame.phone, frame.serial)
    else:
        attributes = size | _EDITION_2019
        header = _HEADER_2019.pack(
            frame.message, attributes, frame.version, frame.phone, frame.serial
        )
    inside = header + frame.body
    inside += bytes([xor(inside)])
    escaped = inside.replace(ESCAPE, _ESCAPED_ESCAPE).replace(FLAG, _ESCAPED_FLAG)
    return FLAG + escaped + FLAG


def _unescaped(piece: bytes) -> bytes:
    if len(piece) < 2 * len(FLAG) or piece[:1] != FLAG or piece[-1:] != FLAG:
        shown = piece[:16].hex(" ")
        raise PayloadError(f"{len(piece)} bytes of no frame: {shown}", code="no_frame")
    inside = piece[1:-1]
    if ESCAPE not in inside:
        return inside
    if inside.count(ESCAPE) != inside.count(_ESCAPED_FLAG) + inside.count(_ESCAPED_ESCAPE):
        raise PayloadError("an escape that is neither 7d 01 nor 7d 02", code="bad_escape")
    return inside.replace(_ESCAPED_FLAG, FLAG).replace(_ESCAPED_ESCAPE, ESCAPE)


@lru_cache(maxsize=100_000)  # the same terminals, frame after frame
def _code(phone: bytes) -> str:
    code = digits(phone).lstrip("0")
    if not code:
        raise PayloadError("the terminal's number is zero", code="bad_device")
    return code
