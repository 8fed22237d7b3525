"""Lines of the fee F: what each kind comes to, and what it would have cost without. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.adjusted import adjusted_baseline
from analytics.settlement.price import LinePrice, line_price
from analytics.settlement.use import boundary_use
from analytics.settlement.working import Working, shown
from domain.contract import Party
from domain.contract_line import FLAT, PRICED, SOLAR, Baseline, ContractLine, LineKind
from domain.errors import MissingInputError
from domain.money import cents


@dataclass(frozen=True, slots=True)
class Reckoned:
    """An amount and how it came about.

    Attributes
    ----------
    amount : Decimal
        [CNY]
    reference : Decimal
        The same at coefficient 1: what it would have cost without the contract. [CNY]
    late : Decimal
        What of the amount is of earlier months: no percentage is of it. [CNY]
    """

    amount: Decimal
    formula: str
    reference: Decimal = Decimal(0)
    late: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedBaseline:
    """Adjusted baseline of a line [unit] and its prices [CNY/unit]."""

    quantity: Decimal
    price: LinePrice


def priced_baseline(
    month: ActiveMonth, line: ContractLine, baseline: Baseline, working: Working
) -> PricedBaseline:
    """Adjusted baseline of a line and its prices; where there is none this month, no price."""
    quantity = adjusted_baseline(month, line, baseline, working)
    # Use beside a baseline of nothing is a loss, and has its price.
    priced = line.kind is LineKind.ENERGY and month.has_prices(line.code)
    if not quantity and not priced:
        return PricedBaseline(quantity, LinePrice(Decimal(0), Decimal(0)))
    return PricedBaseline(quantity, line_price(month, line, baseline, working))


def coefficient(month: ActiveMonth, line: ContractLine) -> Decimal:
    """Part of the cost that the fee is; operation and maintenance is paid whole. [1]."""
    if line.coefficient is not None:
        return line.coefficient
    return Decimal(1) if line.kind is LineKind.O_AND_M else month.contract.coefficient


def fee(
    month: ActiveMonth,
    line: ContractLine,
    priced: PricedBaseline | None,
    before: Mapping[str, Reckoned],
    working: Working,
) -> Reckoned:
    """Amount of a line of the fee.

    Parameters
    ----------
    priced : PricedBaseline or None
        Of a line that has a quantity and a price.
    before : mapping of str to Reckoned
        Lines before it, of which it may be a percentage.

    Raises
    ------
    MissingInputError
        If something it needs is missing.
    """
    k = coefficient(month, line)
    if line.kind in PRICED and priced is not None:
        quantity, price = priced.quantity, priced.price.fee
        formula = f"{shown(quantity)} {line.unit} x {shown(price)} CNY/{line.unit} x {shown(k)}"
        reference = cents(quantity * priced.price.current)
        return Reckoned(cents(quantity * price * k), formula, reference)
    if line.kind in FLAT:
        whole = line.amount(month.month.number)
        formula = f"{shown(whole)} x {month.part_formula} x {shown(k)}"
        reference = whole * month.part if line.kind is LineKind.FIXED else Decimal(0)
        return Reckoned(cents(whole * month.part * k), formula, cents(reference))
    if line.kind in SOLAR:
        return _solar_credit(month, line, working)
    return _percentage(line, before)


def solar_worth(month: ActiveMonth, line: ContractLine, working: Working) -> Decimal:
    """What the sun gave in the month, at the prices of the line. [CNY].

    Raises
    ------
    MissingInputError
        If its meter has no figure, or a period no price.
    """
    prices, total = month.prices(line.code), Decimal(0)
    working.stands_on(prices.source)
    if not prices.checked_by:
        detail = f"nobody has held the price against {prices.source}"
        working.remark("price_unchecked", detail, blocks=True)
    for period, amount in boundary_use(month, line, working).inside.items():
        if period not in prices.prices:
            raise MissingInputError(f"no price of {line.code} in {period}", code="price")
        price = prices.prices[period]
        formula = f"{shown(amount)} {line.unit} x {shown(price)} CNY/{line.unit}"
        total += working.step(f"V_{period}", amount * price, "CNY", formula)
    return total


def _solar_credit(month: ActiveMonth, line: ContractLine, working: Working) -> Reckoned:
    """What is the client's of the sun's worth, where the provider has it in hand."""
    worth = solar_worth(month, line, working)
    holds = line.kind is LineKind.PV_SELF_USE or (
        month.contract.utilities_paid_by is Party.PROVIDER
    )
    share = line.client_share if holds else Decimal(0)
    formula = f"-{shown(worth)} CNY x {shown(share)}, the client's part"
    return Reckoned(-cents(worth * share), formula)


def sum_of(line: ContractLine, before: Mapping[str, Reckoned]) -> Decimal:
    """Sum of the lines a line is a percentage of. [CNY].

    Raises
    ------
    MissingInputError
        If one of them has no amount.
    """
    lacking = [code for code in line.of if code not in before]
    if lacking:
        raise MissingInputError(f"{', '.join(lacking)} has no amount", code="line")
    return sum((before[code].amount - before[code].late for code in line.of), Decimal(0))


def _percentage(line: ContractLine, before: Mapping[str, Reckoned]) -> Reckoned:
    base, percent = sum_of(line, before), line.percent or Decimal(0)
    reference = Decimal(0)
    if line.kind is LineKind.POWER_FACTOR or line.in_bills:
        whole = sum((before[code].reference for code in line.of), Decimal(0))
        reference = cents(whole * percent / 100)
    formula = f"{shown(percent)} % of {shown(base)} CNY"
    return Reckoned(cents(base * percent / 100), formula, reference)
