"""Correcting a signed statement: it is taken back by a reversal, and made again. Pure."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar, overload

from analytics.settlement.hand_over import HandOver
from analytics.settlement.month import settle
from analytics.settlement.statement import Inputs, Statement, StatementLine, Total
from analytics.settlement.true_up import TrueUp
from domain.contract_month import ModelFigure

Amounted = TypeVar("Amounted", StatementLine, Total)


@dataclass(frozen=True, slots=True)
class Correction:
    """What to add where a signed statement no longer follows from what is known.

    Attributes
    ----------
    reversal : Statement
        The signed one with every amount negative.
    replacement : Statement
        From the inputs as they are now; to be checked and signed like any other.
    difference : Decimal or None
        What the provider gets more. [CNY]
    """

    reversal: Statement
    replacement: Statement
    difference: Decimal | None


@overload
def reversal(document: Statement) -> Statement: ...
@overload
def reversal(document: TrueUp) -> TrueUp: ...
@overload
def reversal(document: HandOver) -> HandOver: ...
def reversal(document: Statement | TrueUp | HandOver) -> Statement | TrueUp | HandOver:
    """A document with every amount negative (红冲), that names what it takes back."""
    paid = document.payment
    taken_back = replace(
        document,
        kind="reversal",
        reverses=document.sha256,
        totals=tuple(_negative(each) for each in document.totals),
        payment=paid and replace(paid, amount=-paid.amount, retained=-paid.retained),
    )
    if isinstance(taken_back, Statement):
        return replace(taken_back, lines=tuple(_negative(line) for line in taken_back.lines))
    if isinstance(taken_back, TrueUp):
        differences = tuple(
            replace(each, signed=_minus(each.signed), now=_minus(each.now))
            for each in taken_back.differences
        )
        return replace(taken_back, differences=differences)
    return taken_back


def _negative(row: Amounted) -> Amounted:
    return replace(row, amount=_minus(row.amount))


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def correction(signed: Statement, given: Inputs, now: Inputs) -> Correction | None:
    """Propose a correction; None where the inputs of today lead to the same figures.

    The signed statement itself is left as it is: only two signatures more bring a correction about.
    A band that has moved since proposes none. Both signed what a gate let through by the band they
    knew; what is made again for another reason is by the band of today.

    Parameters
    ----------
    given : Inputs
        What the signed statement was made from.
    """
    if figures(settle(_with_bands_of(given, now))) == figures(signed):
        return None
    fresh = settle(now)
    before, after = signed.to_provider(), fresh.to_provider()
    difference = None if before is None or after is None else after - before
    return Correction(reversal(signed), fresh, difference)


def _with_bands_of(given: Inputs, now: Inputs) -> Inputs:
    """Inputs of today, where a model says the same as then with the band it had then."""
    if now.contract.nominal != given.contract.nominal:
        return now  # another band is agreed on since
    then = {each.line: each for each in given.month.models}

    def banded(figure: ModelFigure) -> ModelFigure:
        before = then.get(figure.line)
        if before is None or before.quantity != figure.quantity:
            return figure
        return replace(
            figure,
            low=before.low,
            high=before.high,
            confidence=before.confidence,
            band=before.band,
            no_band=before.no_band,
        )

    return replace(now, month=replace(now.month, models=tuple(map(banded, now.month.models))))


def figures(statement: Statement) -> tuple[object, ...]:
    """What of a statement both parties are bound by, whatever it was worked out from.

    Of a saving neither its band nor what was planned: they tell how to read it.
    """
    lines = tuple((line.code, line.side, line.amount) for line in statement.lines)
    savings = tuple(
        replace(each, low=None, high=None, band=None, planned=None) for each in statement.savings
    )
    paid = statement.payment
    return (lines, savings, paid and (paid.payee, paid.amount, paid.retained))


def figures_of_year(year: TrueUp) -> tuple[object, ...]:
    """What of a true-up both parties are bound by."""
    amounts = tuple((each.symbol, each.amount) for each in year.totals)
    paid = year.payment
    return (year.differences, amounts, year.signed, paid and (paid.payee, paid.amount))
