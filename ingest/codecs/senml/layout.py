"""Packs in CBOR like one before: the same points of their own sender, other numbers. Pure.

A sender says the same points in the same order again and again; `marked` tells such packs. What may
differ is the sender's own name, the time, and the numbers, as long as they keep their size.

Source: RFC 8428, section 6; RFC 8949, section 3.
"""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple, TypeAlias

from domain.errors import PayloadError
from domain.reading import Sample, Value
from ingest.codecs.marked import Likeness, Marked
from ingest.codecs.senml.number import OWN_POINTS
from ingest.codecs.senml.point import instant, own_part
from ingest.codecs.unit import Conversion
from ingest.codecs.value import GREATEST

_NAME, _UNIT, _VALUE, _BASE_NAME, _BASE_TIME, _BASE_UNIT, _VERSION = 0, 1, 2, -2, -3, -4, -1
_OF_EACH = {_NAME, _UNIT, _VALUE}
_OF_FIRST = {*_OF_EACH, _BASE_NAME, _BASE_TIME, _BASE_UNIT, _VERSION}
_ARRAYS, _MAPS, _TEXTS = range(0x80, 0x98), range(0xA0, 0xB8), range(0x60, 0x78)
_LONG_TEXT, _ONE_BYTE = 0x78, 0x18
_HEADS_ALONE = (*range(0x18), *range(0x20, 0x38))
"""Small whole numbers, which stand in the head itself; labels are among them."""
_NUMBERS = {
    0x18: ("B", 1),
    0x19: ("H", 2),
    0x1A: ("I", 4),
    0x1B: ("Q", 8),
    0xF9: ("e", 2),
    0xFA: ("f", 4),
    0xFB: ("d", 8),
}
"""By the head of a number: how it is unpacked, and its size. [bytes]"""
_MOST_SIZES, _MOST_OF_A_SIZE = 1000, 8
_UNUSUAL = (KeyError, ValueError, IndexError, PayloadError)
_Field: TypeAlias = tuple[int, str, int]
"""Where it stands, how it is unpacked, and its size. [bytes]"""


class _Item(NamedTuple):
    """A value of a record: its head, and where what follows the head begins and ends."""

    head: int
    at: int
    end: int

    def number(self) -> _Field:
        return self.at, *_NUMBERS[self.head]


class _Layout(NamedTuple):
    """What packs of one size share, and which of their fields is what."""

    likeness: Likeness
    sender: int
    time: int
    members: tuple[tuple[int, str, Conversion | None], ...]

    def read(self, raw: bytes, sender: bytes, received_at: datetime) -> Sample | None:
        """Read a pack of the same size; None if it is another, or has a number out of range."""
        if not self.likeness.holds(raw):
            return None
        found = self.likeness.unpack(raw)
        if found[self.sender] != sender:
            return None
        values: dict[str, Value] = {}
        for place, name, conversion in self.members:
            value = float(found[place])
            if conversion is not None:
                value = conversion(value)
            if not -GREATEST <= value <= GREATEST:  # true of NaN too
                return None
            values[name] = value
        ts, quality = instant(float(found[self.time]), received_at)
        return Sample(ts, values, quality=quality)


class Layouts:
    """Layouts of packs, by the sizes of the pack and of its sender's name."""

    def __init__(self) -> None:
        self._known: defaultdict[tuple[int, int], list[_Layout]] = defaultdict(list)

    def read(self, raw: bytes, sender: str, received_at: datetime) -> Sample | None:
        """Read a pack that is like one before; None of any other, which may be sound all the same.

        Raises
        ------
        PayloadError
            If its time is outside the calendar.
        """
        name = sender.encode()
        for layout in self._known.get((len(raw), len(name)), ()):
            sample = layout.read(raw, name, received_at)
            if sample is not None:
                return sample
        return None

    def learn(self, raw: bytes, sender: str) -> None:
        """Learn from a pack of plain numbers, which has been read."""
        if len(self._known) > _MOST_SIZES:  # a hostile sender has any number of them
            self._known.clear()
        layouts = self._known[len(raw), len(sender.encode())]
        if len(layouts) < _MOST_OF_A_SIZE:
            try:
                layouts.append(_layout_of(raw, sender))
            except _UNUSUAL:
                return


def _layout_of(raw: bytes, sender: str) -> _Layout:
    """Layout of a pack of one instant of its own sender.

    Raises
    ------
    KeyError, ValueError, IndexError, PayloadError
        If it is none, or has anything else in it.
    """
    first, *others = records = _records(raw)
    if first.keys() - _OF_FIRST or any(other.keys() - _OF_EACH for other in others):
        raise PayloadError("a field that is not laid out", code="unusual")
    base = own_part(_text(raw, first[_BASE_NAME]), sender)
    if base is None:
        raise PayloadError("another device", code="unusual")
    base_unit = _text(raw, first.get(_BASE_UNIT))
    size = len(sender.encode())
    fields = [(first[_BASE_NAME].at, f"{size}s", size), first[_BASE_TIME].number()]
    points: dict[str, Conversion | None] = {}
    for record in records:
        name, unit = (_text(raw, record.get(label)) for label in (_NAME, _UNIT))
        channel, point, conversion = OWN_POINTS[base, name, unit or base_unit]
        if channel or point in points:
            raise PayloadError("a channel, or two values for one instant", code="unusual")
        points[point] = conversion
        fields.append(record[_VALUE].number())
    marked = Marked(raw, ">")
    for field in sorted(fields):
        marked.mark(*field)
    sender_at, time_at, *values_at = map(sorted(fields).index, fields)
    members = tuple((at, *point) for at, point in zip(values_at, points.items(), strict=True))
    return _Layout(marked.likeness(), sender_at, time_at, members)


def _records(raw: bytes) -> list[dict[int, _Item]]:
    at, records = 1, []
    for _ in range(_ARRAYS.index(raw[0])):
        items: dict[int, _Item] = {}
        labels, at = _MAPS.index(raw[at]), at + 1
        for _ in range(labels):
            label = _HEADS_ALONE.index(raw[at])
            item = items[label if label < _ONE_BYTE else _ONE_BYTE - 1 - label] = _item(raw, at + 1)
            at = item.end
        records.append(items)
    return records


def _item(raw: bytes, at: int) -> _Item:
    head, at = raw[at], at + 1
    if head in _NUMBERS:
        return _Item(head, at, at + _NUMBERS[head][1])
    if head == _LONG_TEXT:
        return _Item(head, at + 1, at + 1 + raw[at])
    return _Item(head, at, at if head in _HEADS_ALONE else at + _TEXTS.index(head))


def _text(raw: bytes, item: _Item | None) -> str:
    return "" if item is None else raw[item.at : item.end].decode()
