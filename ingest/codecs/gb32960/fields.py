"""Fields of a section: what a raw number means. Pure.

Physical value = raw / divisor + offset, computed as one division of whole numbers so that it is
exact to the last digit. The two greatest raw values of a field mean "abnormal" and "invalid": they
are never numbers, and the value is then left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ingest.codecs.gb32960 import layout
from ingest.codecs.gb32960.found import Found

ABNORMAL: Mapping[int, int] = {1: 0xFE, 2: 0xFFFE, 4: 0xFFFF_FFFE}
"""Least raw value that is no number, by size; one more is "invalid"."""


class Field(Protocol):
    """A fixed number of bytes of a section."""

    @property
    def size(self) -> int:
        """How many bytes."""

    def placed(self, prefix: str) -> layout.Number:
        """How it is read where names begin with `prefix`."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Bytes that are no measurement, such as the number of a cell."""

    size: int = 1


class Number:
    """A measured number.

    Parameters
    ----------
    name : str
        With the unit at its end.
    size : int
        1, 2 or 4. [bytes]
    most : int
        Greatest raw value the standard allows; a greater one is kept, and doubted.
    divisor, offset : int
        As above; the offset in the unit of the name.
    sentinels : bool
        Whether the two greatest raw values mean "abnormal" and "invalid".
    also : int or None
        One raw value above `most` that the standard allows all the same.
    """

    def __init__(
        self,
        name: str,
        size: int,
        most: int,
        *,
        divisor: int = 1,
        offset: int = 0,
        sentinels: bool = True,
        also: int | None = None,
    ) -> None:
        self.size = size
        self._name = name
        self._abnormal = ABNORMAL[size] if sentinels else 1 << 8 * size
        self._most = min(most, self._abnormal - 1)
        self._shift = offset * divisor
        self._divisor = divisor
        self._also = also

    def placed(self, prefix: str) -> layout.Number:
        """See `Field.placed`."""
        name = prefix + self._name
        return layout.Number(name, self._most, self._shift, self._divisor, self._put_unusual)

    def _put_unusual(self, raw: int, name: str, found: Found) -> None:
        if raw >= self._abnormal:
            return
        if raw != self._also:
            reason = f"raw {raw} is above {self._most}, the greatest the standard allows"
            found.suspect.append((name, reason))
        found.values[name] = (raw + self._shift) / self._divisor


class Whole:
    """A level or a set of bits: a whole number, not a measurement.

    Parameters
    ----------
    most : int
        Greatest value the standard gives a meaning to; a greater one is kept, and doubted.
    """

    def __init__(self, name: str, size: int, most: int) -> None:
        self.size = size
        self._name = name
        self._most = most

    def placed(self, prefix: str) -> layout.Number:
        """See `Field.placed`."""
        return layout.Number(prefix + self._name, -1, 0, 1, self._put)

    def _put(self, raw: int, name: str, found: Found) -> None:
        if raw >= ABNORMAL[self.size]:
            return
        if raw > self._most:
            reason = f"{raw:#x} is above {self._most:#x}, the greatest with a meaning"
            found.suspect.append((name, reason))
        found.values[name] = raw


class Code:
    """A state of one byte; one the standard has no word for becomes ``reserved_0x1f``."""

    size: ClassVar[int] = 1

    def __init__(self, name: str, *words: str) -> None:
        self._name = name
        defined = dict(enumerate(words, 1))
        self._words = tuple(defined.get(raw, f"reserved_{raw:#04x}") for raw in range(ABNORMAL[1]))

    def placed(self, prefix: str) -> layout.Number:
        """See `Field.placed`."""
        return layout.Number(prefix + self._name, -1, 0, 1, self._put)

    def _put(self, raw: int, name: str, found: Found) -> None:
        if raw < ABNORMAL[1]:
            found.values[name] = self._words[raw]


class Gear:
    """The gear, and whether there is force to drive and to brake. Source: table A.1 of 2016.

    Parameters
    ----------
    invalid_from : int
        Least raw value that says nothing: bit 7 says so in the 2025 edition.
    """

    size: ClassVar[int] = 1
    _WORDS = ("N", *map(str, range(1, 13)), "R", "D", "P")

    def __init__(self, invalid_from: int) -> None:
        self._invalid_from = invalid_from

    def placed(self, prefix: str) -> layout.Number:
        """See `Field.placed`."""
        return layout.Number(prefix + "gear", -1, 0, 1, self._put)

    def _put(self, raw: int, name: str, found: Found) -> None:
        """Add the three states, unless they are not valid."""
        if raw >= self._invalid_from:
            return
        found.values[name] = self._WORDS[raw & 0x0F]
        found.values["brake_force"] = "on" if raw & 0x10 else "off"
        found.values["drive_force"] = "on" if raw & 0x20 else "off"


class Block:
    """Fields one after another."""

    def __init__(self, *fields: Field | Skipped) -> None:
        self._fields = fields
        self._size = sum(one.size for one in fields)

    def place(self, body: bytes, at: int, prefix: str, statement: layout.Statement) -> int:
        """Say where the fields stand that begin at `at`; returns where they end.

        Raises
        ------
        CutShortError
            If they are not all there.
        """
        layout.need(body, at, self._size)
        for one in self._fields:
            if not isinstance(one, Skipped):
                statement.number(at, one.size, one.placed(prefix))
            at += one.size
        return at
