"""What is still to be paid of a signed document: not what is disputed, kept back or paid. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.settlement.dispute import Dispute
from analytics.settlement.undisputed import Disputable, payable
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


def due_of(
    contract: Contract, document: Disputable, disputes: Sequence[Dispute], paid: Decimal
) -> Due:
    """What is due of a signed document.

    Parameters
    ----------
    disputes : sequence of Dispute
        Of this document; those without an outcome freeze the difference they make.
    paid : Decimal
        What the provider has got. [CNY]
    """
    if document.payment is None:
        return Due(-paid, paid)
    found = payable(contract, document, disputes)
    frozen = sum((part for _, part in found.frozen), Decimal(0))
    granted = document.payment.to_provider_now
    left = max(abs(granted) - frozen, Decimal(0))
    return Due((left if granted > 0 else -left) - paid, paid, found.frozen)
