"""The account of a supply at the utility (用电户): of which class its user is, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar


class Reverse(StrEnum):
    """What the utility does with reactive energy that the user feeds back."""

    ADDED = "added"
    """Added to that drawn, both as amounts above zero."""
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class SupplyAccount:
    """What the utility says of a user in local months [first_month, end_month), None for no end.

    Attributes
    ----------
    first_month, end_month : date
        First days of months.
    standard : str or None
        Power factor it is held to: ``0.90``, ``0.85`` or ``0.80``; None for no adjustment. [1]
    reverse : Reverse or None
        None: nobody has said.
    source : str
        Where it is from, such as the contract of supply.
    checked_by : str or None
        Second person who held it against `document`; None: nobody has, and no official figure
        takes it.
    """

    id: int
    first_month: date
    end_month: date | None
    standard: str | None
    reverse: Reverse | None
    source: str
    checked_by: str | None = None
    checked_on: date | None = None
    document: str = ""

    @property
    def checked(self) -> bool:
        """Whether a second person has held it against its document."""
        return self.checked_by is not None

    def holds(self, month: date) -> bool:
        """Whether it is of a month, given by its first day."""
        return self.first_month <= month and (self.end_month is None or month < self.end_month)


class Monthly(Protocol):
    """What somebody entered of a supply, for whole months."""

    def holds(self, month: date, /) -> bool:
        """Whether it is of a month, given by its first day."""


Entered = TypeVar("Entered", bound=Monthly)


def newest_of_month(entered: Sequence[Entered], month: date) -> Entered | None:
    """What counts for a month: of those that hold the newest, which comes last."""
    return next((each for each in reversed(entered) if each.holds(month)), None)
