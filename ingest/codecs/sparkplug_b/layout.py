"""Data messages laid out like one before: other times and numbers, and the same bytes else. Pure.

An edge node says the same metrics in the same order again and again; `marked` tells such messages.

Source: Eclipse Sparkplug specification 3.0.0, section 6.4; Protocol Buffers, "Encoding".
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

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


class Folder(NamedTuple):
    """The metrics of a folder.

    Attributes
    ----------
    pick : callable
        Their numbers out of all that is unpacked.
    conversions : tuple
        Of those numbers that are not stored as they come: which, and how each becomes the stored
        one.
    """

    name: str
    names: tuple[str, ...]
    pick: Callable[[tuple[Any, ...]], tuple[float, ...]]
    conversions: tuple[tuple[int, _Convert], ...]


Spoken = tuple[int, bytes, datetime, list[tuple[str, dict[str, Value]]]]
"""What a message says: when it was sent (ms since 1970), its number in the sequence in one byte,
when all of it was measured, and the values of each folder."""


class Layout(NamedTuple):
    """Where the numbers stand in messages that are alike.

    Attributes
    ----------
    likeness : Likeness
        Marked: the time they were sent, of each metric time and number, and the number in the
        sequence.
    folders : tuple of Folder
        In order of their first metric.
    """

    likeness: Likeness
    folders: tuple[Folder, ...]

    def read(self, raw: bytes) -> Spoken | None:
        """Read a message of the same size; None if it is another, or not of one instant."""
        if not self.likeness.holds(raw):
            return None
        found = self.likeness.unpack(raw)
        times = found[1:-1:2]
        time = times[0]
        if times.count(time) < len(times):
            return None
        folders: list[tuple[str, dict[str, Value]]] = []
        for folder, names, pick, conversions in self.folders:
            numbers = pick(found)
            if conversions:
                converted = list(numbers)
                for place, conversion in conversions:
                    converted[place] = conversion(converted[place])
                numbers = tuple(converted)
            # False of NaN too, and now and then of sound numbers, which are then read otherwise
            if not sum(map(abs, numbers)) <= GREATEST:
                return None
            named = zip(names, numbers)  # noqa: B905 - `strict` costs more than reading a metric
            folders.append((folder, dict(named)))
        ms, sent = _whole(time), found[0]
        sent_ms = ms if sent == time else _whole(sent)
        return sent_ms, found[-1], from_epoch_ms(ms), folders


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
    if not folders:
        return None
    return Layout(marked.likeness(), tuple(_folder(name, of) for name, of in folders.items()))


def _folder(name: str, members: Sequence[_Member]) -> Folder:
    places, names, conversions = zip(*members, strict=True)
    first, *others = places
    # Of one place alone `itemgetter` gives no tuple
    pick = itemgetter(*places) if others else itemgetter(slice(first, first + 1))
    given = ((place, convert) for place, convert in enumerate(conversions) if convert is not None)
    return Folder(name, names, pick, tuple(given))


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
