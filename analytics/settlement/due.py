"""What is still to be paid of a signed document: not what is disputed, kept back or paid. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.settlement.dispute import Dispute, payable
from analytics.settlement.statement import Payment, Statement
from domain.contract import Contract, Party


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of a document.

    Attributes
    ----------
    outstanding : Decimal
        What the provider still gets; below zero it pays. [CNY]
    paid : Decimal
        What it has got, for the document and those that were reversed in favour of it. [CNY]
    frozen : tuple of (str, Decimal)
        By dispute: what waits for its outcome. [CNY]
    """

    outstanding: Decimal
    paid: Decimal
    frozen: tuple[tuple[str, Decimal], ...] = ()

    @property
    def payer(self) -> Party:
        """Who is to pay next."""
        return Party.PROVIDER if self.outstanding < 0 else Party.CLIENT


def due_of_month(
    contract: Contract, statement: Statement, disputes: Sequence[Dispute], paid: Decimal
) -> Due:
    """What is due of the signed statement of a month.

    Where the provider owes, all that was signed is granted by both, and a dispute keeps nothing
    of it back.

    Parameters
    ----------
    disputes : sequence of Dispute
        Of this statement; those without an outcome freeze the difference of their line.
    paid : Decimal
        What the provider has got. [CNY]
    """
    found = payable(contract, statement, disputes)
    granted = due_of(statement.payment, Decimal(0)).outstanding
    if granted > 0:
        frozen = sum((part for _, part in found.frozen), Decimal(0))
        granted = max(granted - frozen, Decimal(0))
    return Due(granted - paid, paid, found.frozen)


def due_of(payment: Payment | None, paid: Decimal) -> Due:
    """What is due of a document without lines that could be disputed."""
    granted = Decimal(0) if payment is None else payment.to_provider_now
    return Due(granted - paid, paid)
