"""Where registers stand in the data of a DL/T 645 answer. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from domain.errors import PayloadError
from ingest.codecs.bus_frame import TAIL, Shape
from ingest.codecs.dlt645.register import registers, silent

SHAPE = Shape(head=10, second_start=7)
CONTROL = 8
ADDRESS, DATA = slice(1, 7), slice(SHAPE.head, -TAIL)
IDENTIFIER = 4
"""[bytes]"""
UNBIASED = bytes((byte - 0x33) % 256 for byte in range(256))
SIGNED, _ANY = "8", ":"
"""What the digits of a signed and of any other register are below, as text."""
_MOMENT = 5
"""[bytes]"""


class Field(NamedTuple):
    """Where a register stands among the digits of data of one size, last byte first.

    `below` is what its digits are below if they need no second look: in a signed register a first
    digit from 8 on is a sign. They are divided by `scale`.
    """

    name: str
    digits: slice
    below: str
    scale: int
    moment: str
    moment_digits: slice


class Layout(NamedTuple):
    """Registers that data of one identifier and size hold, and where the last of them ends."""

    fields: Sequence[Field]
    end: int


@lru_cache(maxsize=4096)  # identifiers come from outside
def layout(identifier: bytes, size: int) -> Layout | None:
    """Where the registers stand that an identifier asks for; of a block those that are there.

    Returns
    -------
    Layout or None
        None for what is a date, a time or a setting.

    Raises
    ------
    PayloadError
        If the identifier is not known, or not even its first register is there.
    """
    number = int.from_bytes(identifier, "little")
    if silent(number):
        return None
    known = registers(number)
    if not known:
        raise PayloadError("not known to this codec", code="unknown_identifier")
    fields, at = [], 0
    for one in known:
        after = at + one.size
        end = after + (_MOMENT if one.moment else 0)
        if end > size:
            break
        digits, moment = (
            slice(2 * (size - t), 2 * (size - f)) for f, t in ((at, after), (after, end))
        )
        below = SIGNED if one.signed else _ANY
        fields.append(Field(one.name, digits, below, one.scale, one.moment, moment))
        at = end
    if not fields:
        raise unfit(number, size)
    return Layout(fields, at)


def unfit(number: int, size: int) -> PayloadError:
    """Why so many bytes are not the registers of an identifier."""
    reason = f"{size} bytes do not fit {registers(number)[0].name}"
    return PayloadError(reason, code="bad_length")
