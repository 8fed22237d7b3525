"""Days of a month on which no verification certificate of a meter held."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.record import wanted


class UncertifiedReason(StrEnum):
    """Why no certificate of a meter held."""

    ENDED = "certificate_ended"
    REPLACED = "certificate_replaced"
    """The instrument was replaced, and the new one has none."""
    NONE = "certificate_none"
    """Nobody has ever entered one."""


@dataclass(frozen=True, slots=True)
class Uncertified:
    """Days of a month on which no certificate of a meter held.

    Attributes
    ----------
    days : int
        So many. [d]
    since : date or None
        Local day from which the last one held no longer; None: there was none.
    number : str or None
        Of the last one.
    """

    reason: UncertifiedReason
    days: int
    since: date | None = None
    number: str | None = None

    def __post_init__(self) -> None:
        wanted(self.days > 0, f"days {self.days}, want more than 0")
        lone = self.reason is UncertifiedReason.NONE
        wanted((self.since is None) == lone, "since: of a certificate that there was")
