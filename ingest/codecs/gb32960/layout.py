"""What stands where in a report. Pure.

A vehicle builds its reports alike: the same sections, as many motors and cells. So a report is gone
through once for where everything stands in it, and the layout then serves every report that is as
long, and in which the bytes that decide it, such as types of sections and counts, are the same.
"""

from collections.abc import Callable
from functools import cached_property
from operator import itemgetter
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

from ingest.codecs.gb32960.found import CutShortError, Found

FORMAT = {1: "B", 2: "H", 4: "I"}
"""Of an unsigned number in a `Struct`, by its size in bytes."""
_NOTHING = slice(0)

PutNumber: TypeAlias = Callable[[int, str, Found], None]
"""Adds what a raw number means, under a name."""
PutBytes: TypeAlias = Callable[[bytes, str, Found], None]
"""Adds what a stretch of bytes means, under a name."""


class Number(NamedTuple):
    """A number in a report.

    Attributes
    ----------
    most : int
        Greatest raw number whose value is ``(raw + shift) / divisor``; what a greater one means,
        `put` says. -1 if `put` says it of all.
    """

    name: str
    most: int
    shift: int
    divisor: int
    put: PutNumber


class Statement:
    """Where everything stands that sections say side by side.

    Attributes
    ----------
    deciding : list of int
        Places of the bytes that decide the layout, of the report as a whole.
    """

    def __init__(self, deciding: list[int]) -> None:
        self.deciding = deciding
        self._format = ">"
        self._at = 0
        self._numbers: list[Number] = []
        self._stretches: list[tuple[PutBytes, slice, str]] = []

    def decide(self, body: bytes, at: int, size: int = 1) -> int:
        """Read the number at `at`, which decides what follows.

        Raises
        ------
        CutShortError
            If it is not there.
        """
        need(body, at, size)
        self.deciding += range(at, at + size)
        return int.from_bytes(body[at : at + size], "big")

    def number(self, at: int, size: int, number: Number) -> None:
        """There is a number at `at`, after all others."""
        self._format += f"{at - self._at}x{FORMAT[size]}"
        self._at = at + size
        self._numbers.append(number)

    def stretch(self, first: int, end: int, put: PutBytes, name: str = "") -> None:
        """There are bytes from `first` to before `end` that `put` can read."""
        self._stretches.append((put, slice(first, end), name))

    def keep(self, first: int, end: int, name: str) -> None:
        """There are bytes to be kept as they are."""
        self.stretch(first, end, _keep, name)

    @cached_property
    def _layout(self) -> Struct:
        return Struct(self._format)

    def read(self, body: bytes) -> Found:
        """What a report says."""
        found = Found()
        values = found.values
        raws = self._layout.unpack_from(body)
        for raw, (name, most, shift, divisor, put) in zip(raws, self._numbers, strict=True):
            if raw <= most:
                values[name] = (raw + shift) / divisor
            else:
                put(raw, name, found)
        for put_bytes, where, name in self._stretches:
            put_bytes(body[where], name, found)
        return found


class Layout:
    """Where everything stands in a report.

    Attributes
    ----------
    deciding : list of int
        Places of the bytes that decide it.
    first : Statement
        What sections say that are there for the first time.
    """

    def __init__(self) -> None:
        self.deciding: list[int] = []
        self.first = Statement(self.deciding)
        self._again: list[Statement] = []

    def again(self) -> Statement:
        """What one section says that was there before."""
        self._again.append(Statement(self.deciding))
        return self._again[-1]

    @cached_property
    def decisive(self) -> Callable[[bytes], Any]:
        """Takes out of a report the bytes that decide."""
        return itemgetter(_NOTHING, *self.deciding)

    def read(self, body: bytes) -> Found:
        """What a report of this layout says."""
        found = self.first.read(body)
        for statement in self._again:
            found.add(statement.read(body))
        return found


def need(body: bytes, at: int, size: int) -> None:
    """Make sure that `size` bytes are there.

    Raises
    ------
    CutShortError
        If they are not.
    """
    if at + size > len(body):
        raise CutShortError(size, len(body) - at)


def _keep(content: bytes, name: str, found: Found) -> None:
    found.raw.append((name, content))
