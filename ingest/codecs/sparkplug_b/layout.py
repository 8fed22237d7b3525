"""Data messages laid out like one before: other times and numbers, and the same bytes else. Pure.

An edge node says the same metrics in the same order again and again; `marked` tells such messages.

Source: Eclipse Sparkplug specification 3.0.0, section 6.4; Protocol Buffers, "Encoding".
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from domain.reading import Value
from ingest.codecs.instant import from_epoch_ms
from ingest.codecs.marked import Likeness, Marked
from ingest.codecs.sparkplug_b.datatype import FLOATS, shortest
from ingest.codecs.sparkplug_b.number import Number
from ingest.codecs.unit import Conversion
from ingest.codecs.value import GREATEST

_SENT, _SEQUENCE = b"\x08", b"\x18"
_TIME, _DATATYPE, _FLOAT, _DOUBLE = 0x18, 0x20, 0x65, 0x69
_MORE = 0x80
"""Set in every byte of a number but its last, which have 7 bits each."""
_TIME_SIZE = 6
"""Bytes of a time after its tag, as those from 1971 to 2109 have them."""
_NUMBERS = {_DOUBLE: ("d", 8), _FLOAT: ("f", 4)}
_MOST_LAYOUTS = 16
"""Of one birth. Who reports what has changed has some, a hostile sender any number."""

_MORE_BUT_LAST = [True] * (_TIME_SIZE - 1) + [False]

_Convert = Callable[[float], float]
_Member = tuple[int, str, _Convert | None]
"""Of a folder: place among what is unpacked, name, and how the number becomes the stored one."""


class Spoken(NamedTuple):
    """What a message says.

    Attributes
    ----------
    sequence : bytes
        Its number in the sequence, in one byte.
    folders : list
        Folders and their values.
    """

    sent_ms: int
    sequence: bytes
    ts: datetime
    folders: list[tuple[str, dict[str, Value]]]


class Layout(NamedTuple):
    """Where the numbers stand in messages that are alike.

    Attributes
    ----------
    likeness : Likeness
        Marked: the time they were sent, of each metric time and number, and the number in the
        sequence.
    folders : tuple
        Folders and their metrics.
    """

    likeness: Likeness
    folders: tuple[tuple[str, tuple[_Member, ...]], ...]

    def read(self, raw: bytes) -> Spoken | None:
        """Read a message of the same size; None if it is another, or not of one instant."""
        if not self.likeness.holds(raw):
            return None
        found = self.likeness.unpack(raw)
        sent, *_, sequence = found
        times = found[1:-1:2]
        time = times[0]
        if times.count(time) < len(times):
            return None
        folders = []
        for folder, members in self.folders:
            values: dict[str, Value] = {}
            for place, name, conversion in members:
                value = found[place]
                if conversion is not None:
                    value = conversion(value)
                if not -GREATEST <= value <= GREATEST:  # true of NaN too
                    return None
                values[name] = value
            folders.append((folder, values))
        ms = _whole(time)
        return Spoken(ms if sent == time else _whole(sent), sequence, from_epoch_ms(ms), folders)


class Layouts:
    """Layouts of the messages of one birth, by their size."""

    def __init__(self, numbers: Mapping[bytes, Number]) -> None:
        self._numbers = numbers
        self._known: dict[int, Layout | None] = {}

    def read(self, raw: bytes) -> Spoken | None:
        """Read a message that is like one before; None of any other."""
        layout = self._known.get(len(raw))
        return None if layout is None else layout.read(raw)

    def learn(self, raw: bytes, count: int) -> None:
        """Learn from a data message of so many plain numbers, which has been read."""
        if len(raw) not in self._known and len(self._known) < _MOST_LAYOUTS:
            self._known[len(raw)] = _layout_of(raw, count, self._numbers)


def _layout_of(raw: bytes, count: int, numbers: Mapping[bytes, Number]) -> Layout | None:
    """Layout of a message; None if its times and numbers are not all of a certain size."""
    marked, at = Marked(raw, "<"), 1 + _TIME_SIZE
    if raw[:1] != _SENT or not _mark_time(marked, raw, 1):
        return None
    folders: dict[str, list[_Member]] = {}
    taken: set[tuple[str, str]] = set()
    for place in range(2, 2 * count + 1, 2):
        end = at + 2 + raw[at + 1]
        found = _number_in(raw, at + 2, end, numbers)
        if found is None or (found[0].folder, found[0].name) in taken:
            return None
        number, kind, time_at = found
        code, size = _NUMBERS[kind]
        if not _mark_time(marked, raw, time_at):
            return None
        marked.mark(end - size, code, size)
        taken.add((number.folder, number.name))
        convert = number.conversion if kind == _DOUBLE else _shortened(number.conversion)
        folders.setdefault(number.folder, []).append((place, number.name, convert))
        at = end
    sequence, more = raw[at + 1 : at + 2], raw[at + 2 :]
    # From 128 on it is two bytes, of which the first is the number all the same
    if raw[at : at + 1] != _SEQUENCE or more != (b"\1" if sequence >= bytes([_MORE]) else b""):
        return None
    marked.mark(at + 1, "1s", 1, _MORE)
    members = tuple((folder, tuple(several)) for folder, several in folders.items())
    return Layout(marked.likeness(), members) if folders else None


def _mark_time(marked: Marked, raw: bytes, at: int) -> bool:
    """Mark a time; returns whether it is one, of the usual size."""
    marked.mark(at, f"{_TIME_SIZE}s", _TIME_SIZE, _MORE)
    return [byte >= _MORE for byte in raw[at : at + _TIME_SIZE]] == _MORE_BUT_LAST


def _number_in(
    raw: bytes, begin: int, end: int, numbers: Mapping[bytes, Number]
) -> tuple[Number, int, int] | None:
    """Metric between two places: what it is, its tag, and where its time stands."""
    for kind, (_, size) in _NUMBERS.items():
        tag = end - size - 1
        time_at = (tag - 2 if raw[tag - 2] == _DATATYPE else tag) - _TIME_SIZE
        number = numbers.get(raw[begin : time_at - 1])
        if raw[tag] == kind and number and number.datatype in FLOATS and raw[time_at - 1] == _TIME:
            return number, kind, time_at
    return None


def _shortened(conversion: Conversion | None) -> _Convert:
    if conversion is None:
        return shortest
    return lambda value: conversion(shortest(value))


def _whole(time: bytes) -> int:
    """The number whose bits are seven in each of six bytes, the lowest first."""
    one, two, three, four, five, six = time
    high = (four & 127) << 21 | (five & 127) << 28 | six << 35
    return one & 127 | (two & 127) << 7 | (three & 127) << 14 | high
