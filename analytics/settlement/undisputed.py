"""What of a signed document is due while something in it is disputed: what both grant. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from analytics.settlement.dispute import Dispute
from analytics.settlement.hand_over import HandOver
from analytics.settlement.kpi import deducted
from analytics.settlement.payment import owed
from analytics.settlement.statement import Side, Statement
from analytics.settlement.true_up import TrueUp, to_provider
from analytics.settlement.working import Working
from domain.contract import Contract, Party
from domain.errors import SettlementError
from domain.sentence import Sentence

Disputable = Statement | TrueUp | HandOver
_SUMS = frozenset({"F", "U", "D"})
"""Sums of a year or of the term that nobody pays by themselves."""
_NO_CHANGE: Mapping[Side, Decimal] = dict.fromkeys(Side, Decimal(0))


@dataclass(frozen=True, slots=True)
class Payable:
    """What of a document is due while parts of it are disputed.

    Attributes
    ----------
    amount : Decimal
        To the provider; below zero it pays. [CNY]
    frozen : tuple of (str, Decimal)
        By dispute: what of the payment waits for its outcome; never below zero. [CNY]
    """

    amount: Decimal
    frozen: tuple[tuple[str, Decimal], ...]


def amount_in(document: Disputable, line: str, side: Side) -> Decimal | None:
    """What a document says of something that can be disputed; None where it has no amount. [CNY].

    Parameters
    ----------
    line : str
        Line of a month; of a year ``2026-03/electricity`` for a line that differs from what was
        signed, or with side `total` a symbol: of a year such as ``G``, of the whole term ``kept``.
    """
    if isinstance(document, Statement):
        found = (each for each in document.lines if (each.code, each.side) == (line, side))
        return next((each.amount for each in found), None)
    if side is Side.TOTAL:
        if isinstance(document, TrueUp):
            return None if line in _SUMS else document.total(line)
        return document.total(line) if line == "kept" else None
    if isinstance(document, TrueUp):
        month, _, code = line.partition("/")
        for each in document.differences:
            if (each.month, each.line, each.side) == (month, code, side):
                return each.now
    return None


def payable(contract: Contract, document: Disputable, disputes: Sequence[Dispute]) -> Payable:
    """What both parties grant of a signed document.

    Whoever owes pays what it owes even if every claim in its favour holds. A claim that would have
    more paid keeps nothing back: what was signed is granted by both. Neither does one that would
    turn the payment round: then nothing is due until it is decided.

    Raises
    ------
    SettlementError
        If a dispute is about another document, or about what has no amount in it.
    """
    signed = to_provider(document.payment)
    if signed is None:
        raise SettlementError(f"the document of {document.period} has no payment")
    frozen: list[tuple[str, Decimal]] = []
    less = Decimal(0)
    held: list[Dispute] = []
    for dispute in disputes:
        _check(document, dispute)
        if dispute.outcome is not None:
            continue
        moved = _claimed(contract, document, [*held, dispute]) - _claimed(contract, document, held)
        part = min(max(-moved if signed >= 0 else moved, Decimal(0)), abs(signed) - less)
        if part > 0:
            held.append(dispute)
        less += part
        frozen.append((dispute.code, part))
    return Payable(signed - less if signed >= 0 else signed + less, tuple(frozen))


def _check(document: Disputable, dispute: Dispute) -> None:
    if dispute.statement_sha256 != document.sha256:
        raise SettlementError(f"dispute {dispute.code} is about another document")
    if amount_in(document, dispute.line, dispute.side) is None:
        raise SettlementError(
            Sentence(
                "dispute_no_amount",
                "dispute {code}: the statement of {month} has no amount of {line} in its {side}",
                code=dispute.code,
                month=document.period,
                line=dispute.line,
                side=dispute.side,
            )
        )


def _claimed(contract: Contract, document: Disputable, held: Sequence[Dispute]) -> Decimal:
    """What the provider would get if some claims held; below zero it pays. [CNY]."""
    changes = dict(_NO_CHANGE)
    for each in held:
        found = amount_in(document, each.line, each.side) or Decimal(0)
        changes[each.side] += each.claimed - found
    if isinstance(document, Statement):
        return _month(contract, document, changes, held)
    pays_bills = contract.utilities_paid_by is Party.CLIENT
    moved = changes[Side.TOTAL] + changes[Side.FEE] - changes[Side.DEDUCTION]
    moved -= changes[Side.BILLS] if pays_bills else 0
    return (to_provider(document.payment) or Decimal(0)) + moved


_BASE = Side.BASELINE


def _month(
    contract: Contract,
    statement: Statement,
    changes: Mapping[Side, Decimal],
    held: Sequence[Dispute],
) -> Decimal:
    """Payment of a month with other sums of its sides; other lines stay as they were signed."""
    fee, bills = statement.total("F") or Decimal(0), statement.total("U")
    savings = list(statement.savings)
    for dispute in (each for each in held if each.side is _BASE):
        more = dispute.claimed - (amount_in(statement, dispute.line, _BASE) or Decimal(0))
        savings = [
            replace(each, quantity_effect=each.quantity_effect + more)
            if each.line == dispute.line
            else each
            for each in savings
        ]
    _, amount, _ = owed(
        contract,
        (statement.first_day, statement.end_day),
        fee + changes[Side.FEE],
        None if bills is None else bills + changes[Side.BILLS],
        _deducted(contract, statement, held),
        savings,
        Working("dispute"),
    )
    return Decimal(0) if amount is None else amount


def _deducted(contract: Contract, statement: Statement, claims: Sequence[Dispute]) -> Decimal:
    """What is taken off the fee that was signed, if some claims held. [CNY]."""
    found = {
        line.code: line.amount
        for line in statement.lines
        if line.side is Side.DEDUCTION and line.amount is not None
    }
    found |= {each.line: each.claimed for each in claims if each.side is Side.DEDUCTION}
    return deducted(contract, statement.total("F") or Decimal(0), found)
