"""Price of the fee: the baseline's load shape at baseline and current prices, and the clause. Pure.

Pricing at the shape of the baseline leaves what load shifting saves with whoever shifts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from analytics.ledger.shape_price import shape_price
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.working import Working, shown
from domain.contract_event import Redefinition
from domain.contract_line import Baseline, ContractLine, PriceClause, PriceMode
from domain.contract_month import Prices
from domain.errors import MissingInputError
from domain.time_of_use import Period


@dataclass(frozen=True, slots=True)
class LinePrice:
    """Prices of a line in a month. [CNY/unit].

    Attributes
    ----------
    current : Decimal
        At current prices and the baseline's load shape; values the saving.
    fee : Decimal
        By the price clause, rounded as the contract says; values the fee.
    """

    current: Decimal
    fee: Decimal


def line_price(
    month: ActiveMonth, line: ContractLine, baseline: Baseline, working: Working
) -> LinePrice:
    """Prices of a line.

    Raises
    ------
    MissingInputError
        If a price is missing, or the periods are not those of the baseline's shares.
    """
    number, unit = month.month.number, f"CNY/{line.unit}"
    shape, old = baseline.shape(number), baseline.price(number)
    before = working.step("P0", shape_price(shape, old), unit, _sum(shape, old))
    now = month.prices(line.code)
    working.stands_on(now.source)
    if not now.checked_by:
        detail = f"nobody has held the price against {now.source}"
        working.remark("price_unchecked", detail, blocks=True)
    current = _current(month, baseline, before, now, working)
    fee = _by_clause(line.price_clause, before, current, working, unit)
    digits = month.contract.rounding.price_digits
    if digits is not None:
        fee = working.step("P", rounded(fee, digits), unit, f"rounded to {digits} decimals")
    return LinePrice(current, fee)


def rounded(number: Decimal, digits: int) -> Decimal:
    """Round half up to so many decimals."""
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _current(
    month: ActiveMonth, baseline: Baseline, before: Decimal, now: Prices, working: Working
) -> Decimal:
    redefined = month.redefinition(now.line)
    tariff = redefined.tariff if redefined is not None else baseline.tariff
    if now.tariff != tariff:
        reason = (
            f"prices are by the periods of {now.tariff or 'no tariff'}, the baseline's shares by "
            f"those of {tariff or 'no tariff'}: want a redefinition that both parties signed"
        )
        raise MissingInputError(reason, code="tariff")
    unit = f"CNY/{month.contract.line(now.line).unit}"
    if redefined is not None:
        working.stands_on(redefined.document)
    if redefined is not None and redefined.index is not None:
        formula = f"{shown(before)} x index {shown(redefined.index)}"
        return working.step("Pt", before * redefined.index, unit, formula)
    shape = _shape(redefined, baseline, month.month.number)
    return working.step("Pt", shape_price(shape, now.prices), unit, _sum(shape, now.prices))


def _shape(
    redefined: Redefinition | None, baseline: Baseline, number: int
) -> Mapping[Period, Decimal]:
    if redefined is None:
        return baseline.shape(number)
    return redefined.shares[number - 1 if len(redefined.shares) > 1 else 0]


def _by_clause(
    clause: PriceClause, before: Decimal, current: Decimal, working: Working, unit: str
) -> Decimal:
    if clause.mode is PriceMode.FLOATING:
        return current
    if clause.mode is PriceMode.FIXED:
        return working.step("P", before, unit, "P0: the price clause is fixed")
    if before and abs(current / before - 1) <= clause.trigger:
        formula = f"P0: Pt is within {shown(clause.trigger * 100)} % of it"
        return working.step("P", before, unit, formula)
    moved = before + clause.share * (current - before)
    formula = f"{shown(before)} + {shown(clause.share)} x ({shown(current)} - {shown(before)})"
    return working.step("P", moved, unit, formula)


def _sum(shape: Mapping[Period, Decimal], prices: Mapping[Period, Decimal]) -> str:
    used = [(period, share) for period, share in shape.items() if share]
    return " + ".join(f"{shown(share)} x {shown(prices[period])}" for period, share in used)
