"""A dispute about one line: it freezes that line's difference, and nothing else. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from analytics.settlement.statement import Side
from domain.contract import Party
from domain.record import signed_by_two, wanted


class OutcomeKind(StrEnum):
    """How a dispute ended."""

    UPHELD = "upheld"
    """The line becomes what was claimed: the statement is reversed and made again."""
    AGREED = "agreed"
    """The line becomes what both parties agreed on: likewise."""
    REJECTED = "rejected"
    """The line stays; what was frozen is due."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a dispute ended, as one party says.

    Attributes
    ----------
    amount : Decimal
        What the line comes to. [CNY]
    """

    kind: OutcomeKind
    amount: Decimal
    decided_on: date
    document: str


@dataclass(frozen=True, slots=True)
class Outcome(Ending):
    """End of a dispute, signed by both parties."""

    signed_by: tuple[str, ...]

    def __post_init__(self) -> None:
        wanted(signed_by_two(self.signed_by), "signed_by: want two persons")


@dataclass(frozen=True, slots=True)
class Dispute:
    """A claim that a line of a signed document should come to something else.

    Attributes
    ----------
    statement_sha256 : str
        Digest of the statement, true-up or hand-over.
    line, side : str, Side
        The line (`analytics.settlement.undisputed.amount_in`).
    claimed : Decimal
        What it should come to. [CNY]
    evidence : tuple of str
        Documents, meters, readings.
    deadline : date
        Local day by which it has to be decided.
    """

    code: str
    statement_sha256: str
    line: str
    side: Side
    claimed: Decimal
    by: Party
    reason: str
    opened_on: date
    deadline: date
    evidence: tuple[str, ...] = ()
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        wanted(bool(self.reason.strip()), "reason: want one")
        wanted(self.opened_on <= self.deadline, f"deadline {self.deadline} is before its opening")
