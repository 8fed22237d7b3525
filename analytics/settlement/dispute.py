"""A dispute about one line: it freezes that line's difference, and nothing else. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from analytics.settlement.statement import Side, Statement
from domain.contract import Contract, Party
from domain.errors import SettlementError
from domain.record import signed_by_two, wanted
from domain.sentence import Sentence


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
    """A claim that a line of a signed statement should come to something else.

    Attributes
    ----------
    statement_sha256 : str
        Digest of the statement.
    line, side : str, Side
        The line.
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


@dataclass(frozen=True, slots=True)
class Payable:
    """What of a statement is due while lines of it are disputed.

    Attributes
    ----------
    amount : Decimal
        To the provider; below zero it pays. [CNY]
    frozen : tuple of (str, Decimal)
        By dispute: what waits for its outcome. [CNY]
    """

    amount: Decimal
    frozen: tuple[tuple[str, Decimal], ...]


def payable(contract: Contract, statement: Statement, disputes: Sequence[Dispute]) -> Payable:
    """Undisputed part of a signed statement.

    A line counts with what both parties grant; the deduction stays as it was signed.

    Raises
    ------
    SettlementError
        If a dispute is about another statement, or about a line that has no amount in it.
    """
    signed = statement.to_provider()
    if signed is None:
        raise SettlementError(f"the statement of {statement.month} has no payment")
    frozen = []
    for dispute in disputes:
        if dispute.statement_sha256 != statement.sha256:
            raise SettlementError(f"dispute {dispute.code} is about another statement")
        if dispute.outcome is None:
            frozen.append((dispute.code, _frozen(contract, statement, dispute)))
    return Payable(signed - sum((part for _, part in frozen), Decimal(0)), tuple(frozen))


def _frozen(contract: Contract, statement: Statement, dispute: Dispute) -> Decimal:
    """What the provider gets less of while the dispute is open; never below zero. [CNY]."""
    found = [
        line.amount
        for line in statement.lines
        if (line.code, line.side) == (dispute.line, dispute.side)
    ]
    if not found or found[0] is None:
        raise SettlementError(
            Sentence(
                "dispute_no_amount",
                "dispute {code}: the statement of {month} has no amount of {line} in its {side}",
                code=dispute.code,
                month=statement.month,
                line=dispute.line,
                side=dispute.side,
            )
        )
    counts = dispute.side is not Side.BILLS or contract.utilities_paid_by is Party.CLIENT
    against = dispute.side in {Side.BILLS, Side.DEDUCTION}
    less = dispute.claimed - found[0] if against else found[0] - dispute.claimed
    return max(less, Decimal(0)) if counts else Decimal(0)
