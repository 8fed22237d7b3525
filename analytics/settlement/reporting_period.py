"""What the months of a contract saved, a row a line: baseline, its adjustments, use. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from analytics.settlement.payment import provider_share
from analytics.settlement.statement import SavingFigure, Side, Statement, StatementLine
from analytics.settlement.working import ARITHMETIC
from domain.contract import Contract, ContractKind

WEATHER, CLOSED, FACTORS, OTHER = "weather", "closed", "factors", "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One adjustment of a baseline: its name, or the code of the equipment. [unit]."""

    name: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A line of a month.

    Attributes
    ----------
    baseline : Decimal
        As it was agreed, for the month's days. [unit]
    changes : tuple of Change
        What adjusts it, in order; baseline and changes add up to the adjusted baseline.
    price : Decimal or None
        By which the line is settled. [CNY/unit]
    share : Decimal or None
        Coefficient of the fee, or the provider's part of the saving; None: a guarantee. [1]
    amount : Decimal or None
        Of the line in the fee; None where the line is not in it. [CNY]
    """

    saving: SavingFigure
    baseline: Decimal
    changes: tuple[Change, ...]
    price: Decimal | None
    share: Decimal | None
    amount: Decimal | None


def period_lines(contract: Contract, statement: Statement) -> Iterator[PeriodLine]:
    """Rows of a month, one for each line that has a saving."""
    for figure in statement.savings:
        priced = next(
            each
            for each in statement.lines
            if each.code == figure.line and each.side in {Side.FEE, Side.BASELINE}
        )
        with localcontext(ARITHMETIC):
            yield _row(contract, statement, figure, priced)


def _row(
    contract: Contract, statement: Statement, figure: SavingFigure, priced: StatementLine
) -> PeriodLine:
    baseline = figure.naive + figure.use
    changes = tuple(_changes(priced, baseline, figure.adjusted_baseline))
    prices = [step.value for step in priced.steps if step.symbol in {"Pt", "P"}]
    amount = priced.amount if priced.side is Side.FEE else None
    price = prices[-1] if prices else None
    share = _share(contract, statement, figure.line)
    return PeriodLine(figure, baseline, changes, price, share, amount)


def _changes(priced: StatementLine, baseline: Decimal, adjusted: Decimal) -> Iterator[Change]:
    """Of the steps; what they leave over, such as rounding, is the last one."""
    steps = {step.symbol: step.value for step in priced.steps}
    found: list[Change] = []
    now = baseline
    if "Qw" in steps:
        found.append(Change(WEATHER, steps["Qw"] - now))
        now = steps["Qw"]
    for name, symbol in ((CLOSED, "C"), (FACTORS, "K")):
        if symbol in steps:
            found.append(Change(name, now * steps[symbol] - now))
            now *= steps[symbol]
    within = {"dQ_heating", "dQ_cooling"} if "Qw" in steps else set()
    for step in priced.steps:
        if step.symbol.startswith("dQ_") and step.symbol not in within:
            found.append(Change(step.symbol.removeprefix("dQ_"), step.value))
            now += step.value
    if now != adjusted:
        found.append(Change(OTHER, adjusted - now))
    yield from (each for each in found if each.quantity)


def _share(contract: Contract, statement: Statement, line: str) -> Decimal | None:
    match contract.kind:
        case ContractKind.TRUSTEESHIP:
            return contract.line(line).coefficient or contract.coefficient
        case ContractKind.SHARED_SAVINGS:
            return provider_share(contract, (statement.first_day, statement.end_day))
        case ContractKind.GUARANTEED_SAVINGS:
            return None
