"""Frames as utility meters send them on a bus: ``FE .. 68 head L data CS 16``. Pure.

DL/T 645 and CJ/T 188 share this shape; only their heads differ. CS is the sum of all bytes from
the first 68 to the one before it, modulo 256. A gateway passes on what it heard: bytes FE that wake
the line, several frames in a row, and now and then noise between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import PayloadError

START, END, WAKE = 0x68, 0x16, 0xFE
TAIL = 2
"""Checksum and end. [bytes]"""
LONGEST_MESSAGE = 65_536
"""Longest message looked through for frames. [bytes]"""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the parts of a frame are.

    Attributes
    ----------
    head : int
        Bytes before the data; the last of them is the length of the data.
    second_start : int or None
        Place of a second 68.
    """

    head: int
    second_start: int | None = None

    def end_of(self, payload: bytes, start: int) -> int:
        """Where the whole frame that begins at `start` ends; 0 if none does."""
        data, second = start + self.head, self.second_start
        try:
            end = data + payload[data - 1] + TAIL
            if payload[start] != START or payload[end - 1] != END:
                return 0
            if second is not None and payload[start + second] != START:
                return 0
        except IndexError:
            return 0
        return end if sum(payload[start : end - TAIL]) % 256 == payload[end - TAIL] else 0

    def fault(self, payload: bytes, start: int) -> PayloadError:
        """Why there is no whole frame at `start`."""
        data = start + self.head
        if payload[start] != START:
            return PayloadError(f"{payload[start]:#04x} where a frame begins", code="no_frame")
        if len(payload) < data + TAIL:
            return PayloadError("frame is cut off in its head", code="cut_off")
        if self.second_start is not None and payload[start + self.second_start] != START:
            return PayloadError("the second 0x68 is missing", code="no_frame")
        end = data + payload[data - 1] + TAIL
        if len(payload) < end:
            reason = f"{len(payload) - start} bytes of a frame of {end - start}"
            return PayloadError(reason, code="cut_off")
        want = sum(payload[start : end - TAIL]) % 256
        found = payload[end - TAIL : end].hex(" ")
        return PayloadError(f"ends in {found}, want {want:02x} 16", code="bad_checksum")


def frames(payload: bytes, shape: Shape) -> Iterator[bytes | PayloadError]:
    """Whole frames in order, and an error for each stretch that is none.

    A broken stretch costs none of its neighbours: reading goes on at the next whole frame.

    Raises
    ------
    PayloadError
        If the message is empty or too long.
    """
    if not payload or len(payload) > LONGEST_MESSAGE:
        reason = f"{len(payload)} bytes: want 1 to {LONGEST_MESSAGE}"
        raise PayloadError(reason, code="bad_length")
    at = 0
    broken = False
    size = len(payload)
    while 0 <= at < size:
        if payload[at] == WAKE and not broken:
            at += 1
            continue
        end = shape.end_of(payload, at)
        if end:
            broken = False
            yield payload[at:end]
            at = end
        elif broken:
            at = payload.find(START, at + 1)
        else:
            fault = shape.fault(payload, at)
            yield PayloadError(f"byte {at}: {fault}", code=fault.code)
            broken = True
