"""The ledger of places for official vehicles: granted, changed, handed over, given up. Pure.

A place (编制) is what an institution may fill with a vehicle of its own. Rented ones stand outside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class QuotaKind(StrEnum):
    """What an entry does."""

    GRANT = "grant"
    """核定: places granted at first."""
    ADJUSTMENT = "adjustment"
    """调整编制: more or fewer places."""
    TRANSFER = "transfer"
    """划转: places handed to another institution."""
    DISPOSAL = "disposal"
    """处置: a vehicle given up; the place stays, and is vacant."""


@dataclass(frozen=True, slots=True)
class QuotaEntry:
    """An entry; it is never changed, only followed by others.

    Attributes
    ----------
    places : int
        Added, below zero taken away; of a transfer handed over, of a disposal vehicles given up.
    receiver_id : int or None
        Institution that a transfer goes to.
    document : str
        The paper behind it.
    """

    institution_id: int
    kind: QuotaKind
    day: date
    places: int
    receiver_id: int | None
    document: str


@dataclass(frozen=True, slots=True)
class QuotaBalance:
    """Places of an institution on a day.

    Attributes
    ----------
    granted, filled : int
        Places it has; of these filled by vehicles of its own.
    adjusted, transferred, disposed : int
        Places changed (up and down counted alike), handed over or received, and vehicles given up
        in the period asked for.
    """

    institution_id: int
    granted: int
    filled: int
    adjusted: int
    transferred: int
    disposed: int

    @property
    def vacant(self) -> int:
        """空编; below zero: more vehicles than places."""
        return self.granted - self.filled


def balances(
    entries: Iterable[QuotaEntry], filled: dict[int, int], period: tuple[date, date]
) -> list[QuotaBalance]:
    """Places at the end of local days [first, end), and what happened on them.

    Parameters
    ----------
    filled : dict of int to int
        Vehicles of its own that each institution has on the last of these days.
    """
    first, end = period
    granted: dict[int, int] = dict.fromkeys(filled, 0)
    done: dict[tuple[int, QuotaKind], int] = {}
    for entry in entries:
        if entry.day >= end:
            continue
        for institution, places in _sides(entry):
            granted[institution] = granted.get(institution, 0) + places
            if entry.day >= first:
                key = institution, entry.kind
                done[key] = done.get(key, 0) + abs(entry.places)
    return [
        QuotaBalance(
            institution,
            places,
            filled.get(institution, 0),
            *(
                done.get((institution, kind), 0)
                for kind in (QuotaKind.ADJUSTMENT, QuotaKind.TRANSFER, QuotaKind.DISPOSAL)
            ),
        )
        for institution, places in sorted(granted.items())
    ]


def _sides(entry: QuotaEntry) -> list[tuple[int, int]]:
    """What an entry adds to whose places."""
    if entry.kind is QuotaKind.DISPOSAL:
        return [(entry.institution_id, 0)]
    if entry.kind is QuotaKind.TRANSFER:
        handed = [(entry.institution_id, -entry.places)]
        return handed + ([(entry.receiver_id, entry.places)] if entry.receiver_id else [])
    return [(entry.institution_id, entry.places)]
