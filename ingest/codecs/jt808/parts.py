"""Messages in parts: what has come of one, until it is whole. Pure.

A terminal numbers the frames of a message in a row, so the serial of its first part tells one
message from the next. One message a terminal and kind is collected; the next takes its place.
"""

from dataclasses import dataclass, field, replace
from struct import Struct
from typing import Self

from domain.errors import PayloadError
from ingest.codecs.jt808.frame import Frame

MOST_PARTS = 64
"""Longest message collected: what is longer is no telemetry."""
_HEAD = Struct(">HH")
_SERIALS = 0x10000


@dataclass(frozen=True, slots=True)
class Parts:
    """What has come of one message.

    Attributes
    ----------
    first : int
        Serial of its first part.
    bodies : dict of int to bytes
        By number of the part, from 1.
    """

    first: int
    total: int
    bodies: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def begun_by(cls, frame: Frame) -> Self:
        """The message a part belongs to, and nothing of it yet.

        Raises
        ------
        PayloadError
            If there is no such part, or there are too many.
        """
        if not 1 <= frame.part <= frame.total <= MOST_PARTS:
            reason = f"part {frame.part} of {frame.total}: want at most {MOST_PARTS} parts"
            raise PayloadError(reason, code="bad_part")
        return cls((frame.serial - frame.part + 1) % _SERIALS, frame.total)

    @classmethod
    def unpacked(cls, raw: bytes) -> Self:
        """What `packed` made bytes of."""
        parts = cls(*_HEAD.unpack_from(raw))
        at = _HEAD.size
        while at < len(raw):
            part, size = _HEAD.unpack_from(raw, at)
            at += _HEAD.size
            parts.bodies[part] = raw[at : at + size]
            at += size
        return parts

    def packed(self) -> bytes:
        """As bytes, to be kept until the next part."""
        bodies = (_HEAD.pack(part, len(body)) + body for part, body in self.bodies.items())
        return _HEAD.pack(self.first, self.total) + b"".join(bodies)

    def with_part(self, frame: Frame) -> Self:
        """With one part more."""
        return replace(self, bodies={**self.bodies, frame.part: frame.body})

    def is_same(self, other: Self) -> bool:
        """Whether both are of one message."""
        return (self.first, self.total) == (other.first, other.total)

    def whole(self) -> bytes | None:
        """The message; None while a part is missing."""
        if len(self.bodies) < self.total:
            return None
        return b"".join(self.bodies[part] for part in range(1, self.total + 1))
