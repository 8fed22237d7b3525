"""Messages of the same frames as one before, at the same places: read in one pass. Pure.

A gateway asks its meters the same questions again and again, and what answers differ in is the
address and the digits. Whatever is not exactly so is left to the reading frame by frame.
"""

from dataclasses import dataclass
from typing import NamedTuple

from domain.reading import Value
from ingest.codecs.bus_frame import TAIL, WAKE
from ingest.codecs.dlt645.layout import ADDRESS, CONTROL, IDENTIFIER, SHAPE, UNBIASED, layout

_KEPT = 1000
_ANSWERED = 0x91
"""To a question for data, of which this is all."""


class _Frame(NamedTuple):
    """Places of one frame: the meter's address, what is summed, and the sum."""

    address: slice
    summed: slice
    checksum: int


class _Place(NamedTuple):
    """Place of a register among the digits of the message, last byte first; see `Field`."""

    name: str
    digits: slice
    below: str
    scale: int


@dataclass(frozen=True, slots=True)
class _Form:
    """What is the same in every message of a form is compared all at once, as one great number.

    Attributes
    ----------
    mask : int
        Ones where `same` has bytes: all but addresses, registers and checksums.
    """

    mask: int
    same: int
    frames: list[_Frame]
    places: list[_Place]

    def read(self, payload: bytes) -> tuple[bytes, dict[str, Value]] | None:
        """Address of the meter and its values; None for a message of any other form."""
        if int.from_bytes(payload, "big") & self.mask != self.same:
            return None
        address = payload[self.frames[0].address]
        for whose, summed, checksum in self.frames:
            if payload[whose] != address or sum(payload[summed]) & 0xFF != payload[checksum]:
                return None
        values: dict[str, Value] = {}
        digits = payload.translate(UNBIASED)[::-1].hex()
        for name, where, below, scale in self.places:
            text = digits[where]
            if text.isdecimal() and text < below:
                values[name] = int(text) / scale
            elif text.strip("f"):  # FF in every byte is "not available"
                return None
        return (address, values) if values else None


class Forms:
    """The form of the last message of each length."""

    def __init__(self) -> None:
        self._of_length: dict[int, _Form] = {}

    def read(self, payload: bytes) -> tuple[bytes, dict[str, Value]] | None:
        """Address of the meter and its values, if the message is of a form that is known."""
        form = self._of_length.get(len(payload))
        return None if form is None else form.read(payload)

    def learn(self, payload: bytes) -> None:
        """Take note of the form of a sound message, if one meter answers in it and shows no dates.

        Parameters
        ----------
        payload : bytes
            Read without an error.
        """
        form = _form_of(payload)
        if form is not None:
            if len(self._of_length) >= _KEPT:
                self._of_length.clear()
            self._of_length[len(payload)] = form


def _form_of(payload: bytes) -> _Form | None:
    frames: list[_Frame] = []
    places: list[_Place] = []
    mask = bytearray(b"\xff" * len(payload))
    end = 0
    while end < len(payload):
        start = end
        while start < len(payload) and payload[start] == WAKE:
            start += 1
        end = SHAPE.end_of(payload, start)
        found = _places(payload, start, end) if end else None
        if found is None:
            return None
        places += found
        whose = slice(start + ADDRESS.start, start + ADDRESS.stop)
        registers = slice(start + SHAPE.head + IDENTIFIER, end - TAIL)
        frames.append(_Frame(whose, slice(start, registers.stop), registers.stop))
        for free in (whose, registers, slice(registers.stop, registers.stop + 1)):
            mask[free] = bytes(free.stop - free.start)
    distinct = len({place.name for place in places}) == len(places)
    same = len({payload[frame.address] for frame in frames}) == 1
    if not same or not distinct:
        return None
    ones = int.from_bytes(mask, "big")
    return _Form(ones, int.from_bytes(payload, "big") & ones, frames, places)


def _places(payload: bytes, start: int, end: int) -> list[_Place] | None:
    """Registers of one frame; None if it is no whole answer of numbers."""
    data = payload[start + SHAPE.head : end - TAIL].translate(UNBIASED)
    size = len(data) - IDENTIFIER
    if payload[start + CONTROL] != _ANSWERED or size <= 0:
        return None
    known = layout(data[:IDENTIFIER], size)
    if known is None or known.end != size or any(field.moment for field in known.fields):
        return None
    behind = 2 * (len(payload) - (end - TAIL))
    return [
        _Place(
            field.name,
            slice(behind + field.digits.start, behind + field.digits.stop),
            field.below,
            field.scale,
        )
        for field in known.fields
    ]
