"""Sections of a report: fixed blocks, rows of blocks and lists, positions, private ones. Pure."""

from dataclasses import dataclass
from struct import Struct
from typing import Protocol

from ingest.codecs.gb32960.fields import ABNORMAL, Block
from ingest.codecs.gb32960.found import Found
from ingest.codecs.gb32960.layout import Statement, need
from ingest.codecs.gb32960.lists import Listing
from ingest.codecs.shifted import SENT, convert

MOST_ROWS = 32
"""A section with more rows is kept as its bytes only: no vehicle has as many motors or packs, and
a sample has room for a few hundred names."""
_DEGREE = 1_000_000
"""A degree is sent as so many."""
_MOST_EAST, _MOST_NORTH = 180 * _DEGREE, 90 * _DEGREE
_REPEATED, _SOUTH, _WEST = 1 << 0, 1 << 1, 1 << 2
"""Bits of the status."""
_WHY = "no valid fix: last position repeated"
_WITH_SYSTEM, _WITHOUT_SYSTEM = Struct(">BBII"), Struct(">BII")
_WGS84, _GCJ02 = 1, 2
_NAMES = {
    _WGS84: ("longitude_deg", "latitude_deg"),
    _GCJ02: (SENT[1], SENT[0]),
}
_OTHER_SYSTEM = ("longitude_other_deg", "latitude_other_deg")


class Section(Protocol):
    """How the body of one type of section is read."""

    def place(self, body: bytes, at: int, statement: Statement) -> int:
        """Say where everything stands in what begins at `at`; returns where it ends.

        Raises
        ------
        PayloadError
            If the body is too short for it.
        """


class Plain:
    """Blocks and lists one after another.

    Parameters
    ----------
    keep : str
        Name under which the bytes of the section are kept too; empty for not.
    """

    def __init__(self, *parts: Block | Listing, keep: str = "") -> None:
        self._parts = parts
        self._keep = keep

    def place(self, body: bytes, at: int, statement: Statement) -> int:
        """See `Section.place`."""
        end = at
        for part in self._parts:
            end = part.place(body, end, "", statement)
        if self._keep:
            statement.keep(at, end, self._keep)
        return end


class Rows:
    """A count, then as many rows of the same parts, each beginning with its own number.

    Names of their values begin with `name` and that number: ``motor_1_speed_rpm``.

    Parameters
    ----------
    keep : str
        Name under which, with its number, the bytes of each row are kept; empty for not.
    counted : bool
        False for a section that has one row and no count.
    """

    def __init__(
        self, name: str, *parts: Block | Listing, keep: str = "", counted: bool = True
    ) -> None:
        self._name = name
        self._parts = parts
        self._keep = keep
        self._counted = counted

    def place(self, body: bytes, at: int, statement: Statement) -> int:
        """See `Section.place`."""
        start = at
        rows = 1
        if self._counted:
            rows = statement.decide(body, at)
            at += 1
        if rows >= ABNORMAL[1]:
            return at
        many = rows > MOST_ROWS
        target = Statement(statement.deciding) if many else statement
        seen: set[int] = set()
        for row in range(1, rows + 1):
            number = statement.decide(body, at)
            which = f"{number}_row_{row}" if number in seen else f"{number}"
            seen.add(number)
            begin = at
            for part in self._parts:
                at = part.place(body, at, f"{self._name}_{which}_", target)
            if self._keep:
                target.keep(begin, at, f"{self._keep}_{number}")
        if many:
            statement.keep(start, at, f"{self._name}_rows")
        return at


@dataclass(frozen=True, slots=True)
class Position:
    """Where the vehicle is.

    The 2016 edition has no field for the coordinate system: what its numbers are, the device's
    registration says. The 2025 edition names the system: GCJ-02 is converted and kept beside it;
    what is neither keeps names of its own and is none of WGS-84.

    Attributes
    ----------
    names_system : bool
        Whether a byte after the status names the coordinate system.
    """

    names_system: bool

    def place(self, body: bytes, at: int, statement: Statement) -> int:
        """See `Section.place`."""
        size = (_WITH_SYSTEM if self.names_system else _WITHOUT_SYSTEM).size
        need(body, at, size)
        statement.stretch(at, at + size, self._put)
        return at + size

    def _put(self, section: bytes, _name: str, found: Found) -> None:
        layout = _WITH_SYSTEM if self.names_system else _WITHOUT_SYSTEM
        status, *system, longitude, latitude = layout.unpack(section)
        east, north = _NAMES.get(system[0], _OTHER_SYSTEM) if system else _NAMES[_WGS84]
        # A place that is not on this Earth is none; the sentinels too.
        if longitude <= _MOST_EAST:
            found.values[east] = (-longitude if status & _WEST else longitude) / _DEGREE
        if latitude <= _MOST_NORTH:
            found.values[north] = (-latitude if status & _SOUTH else latitude) / _DEGREE
        convert(found.values)
        if status & _REPEATED:
            names = dict.fromkeys((east, north, *_NAMES[_WGS84]))
            found.suspect += [(name, _WHY) for name in names if name in found.values]


@dataclass(frozen=True, slots=True)
class Private:
    """A manufacturer's own section: a length, then bytes that are kept as they are."""

    number: int

    def place(self, body: bytes, at: int, statement: Statement) -> int:
        """See `Section.place`."""
        size = statement.decide(body, at, 2)
        start = at + 2
        need(body, start, size)
        statement.keep(start, start + size, f"private_{self.number:02x}")
        return start + size


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature at the end of a report of 2025: kept; `signature` verifies it."""

    def place(self, body: bytes, at: int, statement: Statement) -> int:
        """See `Section.place`."""
        need(body, at, 1)
        end = at + 1
        for _part in ("r", "s"):
            size = statement.decide(body, end, 2)
            end += 2
            need(body, end, size)
            end += size
        statement.keep(at, end, "signature")
        return end
