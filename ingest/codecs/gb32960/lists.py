"""Lists inside sections: a count, then as many items of one size. Pure.

A list of cells has hundreds of items and is kept as its bytes; what a list says as a whole is a
value. A count that is "abnormal" or "invalid" has no items behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from struct import Struct

from ingest.codecs.gb32960.fields import ABNORMAL
from ingest.codecs.gb32960.found import Found
from ingest.codecs.gb32960.layout import FORMAT, Statement, need
from ingest.codecs.value import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Listing:
    """The place of a list, and how long it is.

    Attributes
    ----------
    count_size, item_size : int
        [bytes]
    """

    count_size: int
    item_size: int

    def place(self, body: bytes, at: int, prefix: str, statement: Statement) -> int:
        """Say where the items stand of the list at `at`; returns where it ends.

        Raises
        ------
        CutShortError
            If it is not whole.
        """
        count = statement.decide(body, at, self.count_size)
        start = at + self.count_size
        if count == 0 or count >= ABNORMAL[self.count_size]:
            return start
        size = count * self.item_size
        need(body, start, size)
        self.place_items(start, start + size, prefix, statement)
        return start + size

    def place_items(self, first: int, end: int, prefix: str, statement: Statement) -> None:
        """Say how the items are read; by themselves they are kept with their section only."""


@dataclass(frozen=True, slots=True)
class Codes(Listing):
    """Codes of faults, as text: ``00000001 000000aa``.

    A list too long for a text is cut after a whole code, and its bytes are kept beside it. No text
    is made of an empty list.
    """

    name: str

    def place_items(self, first: int, end: int, prefix: str, statement: Statement) -> None:
        """Read them as one text."""
        statement.stretch(first, end, self._put, prefix + self.name)

    def _put(self, items: bytes, name: str, found: Found) -> None:
        text = items.hex(" ", self.item_size)
        if len(text) > LONGEST_TEXT:
            found.raw.append((name, items))
            text = text[: LONGEST_TEXT + 1].rpartition(" ")[0]
        found.values[name] = text


@dataclass(frozen=True, slots=True)
class Extremes(Listing):
    """Numbers of which the greatest and the least are values, and the rest stays in the bytes.

    Attributes
    ----------
    greatest, least : str
        Names of the two values.
    divisor, offset : int
        As of `fields.Number`.
    """

    greatest: str
    least: str
    divisor: int = 1
    offset: int = 0

    def place_items(self, first: int, end: int, prefix: str, statement: Statement) -> None:  # noqa: ARG002 - of all packs
        """Read the greatest and the least; packs of one section add up."""
        numbers = Struct(f">{(end - first) // self.item_size}{FORMAT[self.item_size]}")
        statement.stretch(first, end, partial(self._put, numbers.unpack))

    def _put(
        self,
        unpack: Callable[[bytes], tuple[int, ...]],
        items: bytes,
        _name: str,
        found: Found,
    ) -> None:
        """Widen the two values by the items that are numbers."""
        raws: Sequence[int] = unpack(items)
        abnormal, divisor = ABNORMAL[self.item_size], self.divisor
        if max(raws) >= abnormal:
            raws = [raw for raw in raws if raw < abnormal]
            if not raws:
                return
        shift = self.offset * divisor
        high, low = (max(raws) + shift) / divisor, (min(raws) + shift) / divisor
        found.widen(self.greatest, high, self.least, low)
