"""Messages alike but for their numbers, which are taken from where they stood the last time.

Senders say the same things in the same order again and again. Once such a message has been read,
its bytes are marked: those that may differ, and those that must not. The next one is compared as
one great number without the bits that may differ. Not a byte of it goes unaccounted. Pure.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, NamedTuple


class Likeness(NamedTuple):
    """What messages of one size share.

    Attributes
    ----------
    same, alike : int
        Bits that all of them share, and what these are.
    unpack : callable
        What stands in the fields that were marked, in their order.
    """

    same: int
    alike: int
    unpack: Callable[[bytes], tuple[Any, ...]]

    def holds(self, raw: bytes) -> bool:
        """Whether a message of the same size is like the one that was marked."""
        return int.from_bytes(raw) & self.same == self.alike


class Marked:
    """The bytes of a message, of which some are marked as free to differ.

    Parameters
    ----------
    order : str
        Of the bytes of a number, as `struct` writes it.
    """

    def __init__(self, raw: bytes, order: str) -> None:
        self._raw = raw
        self._same = bytearray(b"\xff" * len(raw))
        self._format, self._at = order, 0

    def mark(self, at: int, code: str, size: int, same: int = 0) -> None:
        """Mark a field behind those marked so far; each of its bytes keeps the bits of `same`."""
        self._format += f"{at - self._at}x{code}"
        self._same[at : at + size] = bytes([same]) * size
        self._at = at + size

    def likeness(self) -> Likeness:
        """What is left unmarked, once everything is marked."""
        same = int.from_bytes(self._same)
        rest = len(self._raw) - self._at
        unpack = Struct(f"{self._format}{rest}x").unpack
        return Likeness(same, int.from_bytes(self._raw) & same, unpack)
