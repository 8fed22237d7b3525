"""Frames: where one begins and ends, its header, its checksum. Pure.

``start 2, command 1, answer 1, code 17, encryption 1, length 2, data.., checksum 1``, big-endian.
The checksum is the XOR of everything between the start and itself. Source: GB/T 32960.3, table 2.
"""

from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.errors import PayloadError
from ingest.codecs.checksum import xor
from ingest.codecs.instant import BEIJING, BEIJING_AHEAD


class Edition(IntEnum):
    """Of the standard."""

    OF_2016 = 2016
    OF_2025 = 2025


_HEADER = Struct(">2sBB17sBH")
HEADER = _HEADER.size
"""Length of everything before the data. [bytes]"""
LONGEST_DATA = 65_531
LONGEST = HEADER + LONGEST_DATA + 1
IS_COMMAND = 0xFE
"""In the place of the answer: this is no answer."""
PLAIN = 0x01
"""Encryption: none."""
_EDITIONS = {b"##": Edition.OF_2016, b"$$": Edition.OF_2025}
_MARKERS = {edition: marker for marker, edition in _EDITIONS.items()}
_ANSWERS = frozenset({*range(1, 8), IS_COMMAND})
_ENCRYPTIONS = frozenset({*range(1, 6), 0xFE, 0xFF})
_TIME = 6
_UNCHECKED = 2
"""The start marker is not part of what the checksum covers. [bytes]"""


class Command(IntEnum):
    """What a frame is for; the upstream half and what the 2025 edition adds."""

    LOGIN = 0x01
    REALTIME = 0x02
    REISSUE = 0x03
    LOGOUT = 0x04
    PLATFORM_LOGIN = 0x05
    PLATFORM_LOGOUT = 0x06
    HEARTBEAT = 0x07
    TIME_SYNC = 0x08
    KEY_EXCHANGE = 0x0B


class Frame(NamedTuple):
    """One sound frame.

    Attributes
    ----------
    edition : Edition
        By the start marker.
    command : int
        A `Command`, or one that is none of ours.
    answer : int
        `IS_COMMAND`, or the answer to a command.
    code : bytes, shape (17,)
        VIN, or the unique code of a platform, as it came.
    encryption : int
        `PLAIN`, or how `data` is encrypted.
    """

    edition: Edition
    command: int
    answer: int
    code: bytes
    encryption: int
    data: bytes


class Piece(NamedTuple):
    """A stretch of a message or a stream.

    Attributes
    ----------
    start, end : int
        Half-open. [bytes]
    fault : str
        Empty for a sound frame; else ``foreign_bytes``, ``bad_checksum`` or ``truncated``.
    """

    start: int
    end: int
    fault: str = ""


def pieces(buffer: bytes, *, more: bool) -> tuple[list[Piece], int]:
    """Cut a buffer into frames and what is none.

    A frame is skipped as a whole, so start markers inside a sound one mean nothing. In one that is
    not sound the next sound frame is looked for, so that it is not lost for its neighbour.

    Parameters
    ----------
    more : bool
        Whether the rest of the last frame may still arrive.

    Returns
    -------
    pieces : list of Piece
        In order, without holes.
    rest : int
        Where the frame begins that is not whole yet; the length of the buffer when none is.
    """
    found: list[Piece] = []
    running: NDArray[np.uint8] | None = None
    at = 0
    while at < len(buffer):
        start, end = _next_header(buffer, at)
        if start > at:
            found.append(Piece(at, start, "foreign_bytes"))
            at = start
            continue
        if end > len(buffer) and more:
            return found, at
        if running is None:
            running = _running(buffer)
        if _is_sound(running, at, end):
            found.append(Piece(at, end))
        else:
            fault = "bad_checksum" if end <= len(buffer) else "truncated"
            end = _next_sound(buffer, running, at + 1, min(end, len(buffer)))
            found.append(Piece(at, end, fault))
        at = end
    return found, len(buffer)


def sole_frame(buffer: bytes) -> Frame | None:
    """The frame that a buffer is, sound and with nothing beside it, as it nearly always is."""
    if len(buffer) <= HEADER:
        return None
    marker, command, answer, code, encryption, size = _HEADER.unpack_from(buffer)
    if (
        marker not in _EDITIONS
        or answer not in _ANSWERS
        or encryption not in _ENCRYPTIONS
        or not len(buffer) == HEADER + size + 1 <= LONGEST
        or xor(buffer[_UNCHECKED:])
    ):
        return None
    return Frame(_EDITIONS[marker], command, answer, code, encryption, buffer[HEADER:-1])


def explained(buffer: bytes, piece: Piece) -> str:
    """What is wrong with a piece that is no sound frame, with what was seen and wanted."""
    size = piece.end - piece.start
    if piece.fault == "foreign_bytes":
        return (
            f"{size} bytes that belong to no frame: {buffer[piece.start : piece.end][:16].hex(' ')}"
        )
    _, end = _next_header(buffer, piece.start)
    if piece.fault == "truncated":
        declared = f"{end - piece.start}" if size >= HEADER else f"{HEADER + 1} or more"
        return f"a frame of {declared} bytes, of which {size} are here"
    want = xor(buffer[piece.start + _UNCHECKED : end - 1])
    return f"checksum {buffer[end - 1]:#04x}, want {want:#04x}"


def header_and_data(sound: bytes) -> Frame:
    """Take a sound frame apart."""
    marker, command, answer, code, encryption, _ = _HEADER.unpack_from(sound)
    return Frame(_EDITIONS[marker], command, answer, code, encryption, sound[HEADER:-1])


def sealed(frame: Frame) -> bytes:
    """The bytes of a frame, checksum included."""
    edition, command, answer, code, encryption, data = frame
    header = _HEADER.pack(_MARKERS[edition], command, answer, code, encryption, len(data))
    whole = header + data
    return whole + bytes((xor(whole[_UNCHECKED:]),))


@lru_cache(maxsize=100_000)  # the same vehicles, frame after frame
def code_text(code: bytes) -> str:
    """The VIN or platform code as text, without padding; empty if it cannot be a name.

    A name must fit into an MQTT topic, so separators and wildcards are no part of one.
    """
    text = code.strip(b"\0 ").decode("ascii", "replace")
    return text if text.isprintable() and text.isascii() and not set(text) & set("/+#") else ""


def instant(data: bytes) -> datetime:
    """Time at the beginning of the data, in UTC.

    Raises
    ------
    PayloadError
        If there is none, or no such time.
    """
    if len(data) < _TIME:
        raise PayloadError(f"{len(data)} bytes of data: want a time of 6", code="bad_length")
    year, month, day, hour, minute, second = data[:_TIME]
    try:
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise PayloadError(f"{data[:_TIME].hex(' ')} is no time", code="bad_time") from None
    return local - BEIJING_AHEAD


def time_bytes(ts: datetime) -> bytes:
    """Six bytes of Beijing time."""
    local = ts.astimezone(BEIJING)
    return bytes((local.year % 100, local.month, local.day, local.hour, local.minute, local.second))


def _next_header(buffer: bytes, at: int) -> tuple[int, int]:
    """Start and end of the next stretch that may be a frame, judged by as much as is there."""
    while at < len(buffer):
        marker = buffer[at : at + 2]
        if marker in _EDITIONS and _may_be_header(buffer, at):
            if at + HEADER > len(buffer):
                return at, len(buffer) + 1
            return at, at + HEADER + int.from_bytes(buffer[at + 22 : at + HEADER], "big") + 1
        if at + 1 == len(buffer) and marker in (b"#", b"$"):
            return at, at + 2
        starts = [p for p in (buffer.find(b"#", at + 1), buffer.find(b"$", at + 1)) if p >= 0]
        at = min(starts, default=len(buffer))
    return len(buffer), len(buffer)


def _may_be_header(buffer: bytes, at: int) -> bool:
    seen = buffer[at : at + HEADER]
    return (
        _ANSWERS.issuperset(seen[3:4])
        and _ENCRYPTIONS.issuperset(seen[21:22])
        and (len(seen) < HEADER or int.from_bytes(seen[22:], "big") <= LONGEST_DATA)
    )


def _next_sound(buffer: bytes, running: NDArray[np.uint8], at: int, before: int) -> int:
    """Start of the next sound frame, at the latest `before`."""
    while at < before:
        start, end = _next_header(buffer, at)
        if start >= before:
            break
        if _is_sound(running, start, end):
            return start
        at = start + 1
    return before


def _running(buffer: bytes) -> NDArray[np.uint8]:
    """XOR of everything up to and including each byte: that of any stretch is then one step."""
    return np.bitwise_xor.accumulate(np.frombuffer(buffer, np.uint8))


def _is_sound(running: NDArray[np.uint8], start: int, end: int) -> bool:
    # XOR of the stretch after the marker, checksum included, is zero.
    return end <= len(running) and running[end - 1] == running[start + 1]
