"""Lines of the bills U: what the utilities charge inside the boundary. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.settlement.accounts import heed_accounts
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.bill_share import billed, late_bills
from analytics.settlement.fee import PricedBaseline, Reckoned, solar_worth, sum_of
from analytics.settlement.use import Amounts, BoundaryUse, boundary_use
from analytics.settlement.working import Working, shown
from domain.contract import Party
from domain.contract_line import PRICED, RELATIVE, ContractLine, LineKind, WeatherMethod
from domain.errors import MissingInputError
from domain.money import cents
from domain.power_factor import power_factor


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of a month with what its bill may be computed from.

    Attributes
    ----------
    priced : PricedBaseline or None
        Heat by area is billed for the area it is adjusted to.
    use : BoundaryUse or None
        Of a line that meters count.
    before : mapping of str to Reckoned
        Lines before it, of which it may be a percentage.
    """

    month: ActiveMonth
    line: ContractLine
    priced: PricedBaseline | None
    use: BoundaryUse | None
    before: Mapping[str, Reckoned]


def bill(case: BilledLine, working: Working) -> Reckoned:
    """What a line comes to in the bills.

    Raises
    ------
    MissingInputError
        If neither a bill nor what it can be computed from is there.
    """
    late = late_bills(case.month, case.line.code, working)
    amount = billed(case.month, case.line.code, working)
    if amount is not None:
        outside = _excluded(case, working)
        formula = shown(amount) + (f" - {shown(outside)} outside the boundary" if outside else "")
        found = Reckoned(cents(amount) - outside, formula)
    else:
        found = _computed(case, working)
    if not late:
        return found
    formula = f"{found.formula} + {shown(late)} of earlier months"
    return Reckoned(found.amount + late, formula, late=late)


def _computed(case: BilledLine, working: Working) -> Reckoned:
    month, line, priced, use = case.month, case.line, case.priced, case.use
    if line.kind is LineKind.AREA_HEAT and priced is not None:
        formula = f"{shown(priced.quantity)} {line.unit} x {shown(priced.price.current)} CNY"
        if priced.quantity and not _follows_area(month, line):
            detail = f"{line.code}: no bill is entered, its adjusted baseline stands for it"
            working.remark("heat_computed", detail)
        return Reckoned(cents(priced.quantity * priced.price.current), formula)
    if line.kind in PRICED and use is not None:
        working.stands_on("quantity x price, no bill entered")
        cost, told = worth(month, line, use.inside), _sum(month, line, use.inside)
        if line.kind is LineKind.DEMAND and month.part != 1:
            # Its price is of a whole month, as that of the fee.
            cost, told = cost * month.part, f"{told} x {month.part_formula}"
        return Reckoned(cents(cost), told)
    if line.kind in RELATIVE:
        return _percentage(case, working)
    if line.kind is LineKind.PV_EXPORT:
        return _export(month, line, working)
    amount = (month.month.amounts or {}).get(line.code)
    if amount is None:
        reason = f"neither a bill nor an amount of {line.code} is entered for {month.month.month}"
        raise MissingInputError(reason, code="bill")
    return Reckoned(cents(amount), "as entered")


def _follows_area(month: ActiveMonth, line: ContractLine) -> bool:
    """Whether a baseline goes with its facts just as a bill by area does."""
    facts = [each for each in month.contract.adjustments if each.code in line.adjusted_by]
    plain = all(each.beta == 1 and not each.band for each in facts)
    return plain and line.weather.method is WeatherMethod.NONE


def worth(month: ActiveMonth, line: ContractLine, amounts: Amounts) -> Decimal:
    """Amounts by period at current prices, not rounded. [CNY].

    Raises
    ------
    MissingInputError
        If a period that was used has no price.
    """
    prices = month.prices(line.code).prices
    lacking = [period for period, amount in amounts.items() if amount and period not in prices]
    if lacking:
        reason = f"no price of {line.code} in {', '.join(lacking)}"
        raise MissingInputError(reason, code="price")
    used = {period: amount for period, amount in amounts.items() if amount}
    return sum((amount * prices[period] for period, amount in used.items()), Decimal(0))


def _sum(month: ActiveMonth, line: ContractLine, amounts: Amounts) -> str:
    prices = month.prices(line.code).prices
    used = [(period, amount) for period, amount in amounts.items() if amount]
    return " + ".join(f"{shown(amount)} x {shown(prices[period])}" for period, amount in used)


def _excluded(case: BilledLine, working: Working) -> Decimal:
    """What the bill charges for what is outside the boundary, at the month's prices. [CNY]."""
    if case.use is None or not any(case.use.excluded.values()):
        return Decimal(0)
    outside = case.use.excluded
    amount = cents(worth(case.month, case.line, outside))
    return working.step("outside", amount, "CNY", _sum(case.month, case.line, outside))


def _percentage(case: BilledLine, working: Working) -> Reckoned:
    """Of lines of the bills: as billed, by the power factor, or the rate of a tax."""
    base = sum_of(case.line, case.before)
    if case.line.kind is LineKind.TAX:
        percent = case.line.percent or Decimal(0)
    else:
        entered = (case.month.month.percents or {}).get(case.line.code)
        percent = _percent(case.month, case.line, working) if entered is None else entered
    return Reckoned(cents(base * percent / 100), f"{shown(percent)} % of {shown(base)} CNY")


def _percent(month: ActiveMonth, line: ContractLine, working: Working) -> Decimal:
    """Adjustment by the month's active and reactive energy. [%]."""
    if not line.standard or not month.meters(line.code, excluded=False):
        reason = f"neither a percentage nor a reactive meter of {line.code} is entered"
        raise MissingInputError(reason, code="power_factor")
    table = month.month.table(line.standard)
    if table is None:
        reason = f"there is no power-factor table of {line.standard}"
        raise MissingInputError(reason, code="power_factor")
    seen = table.provenance
    working.stands_on(f"power-factor table {table.sha256[:12]}, {seen.document or seen.source}")
    if not table.checked:
        detail = f"nobody has held the table of {line.standard} against {seen.source}"
        working.remark("table_unchecked", detail, blocks=True)
    heed_accounts(month, line, working)
    reactive = boundary_use(month, line, working).total
    energy = [month.contract.line(code) for code in line.of]
    active = sum(
        (
            sum(boundary_use(month, each, working).counted.values(), Decimal(0))
            for each in energy
            if each.kind is LineKind.ENERGY
        ),
        Decimal(0),
    )
    if not active and not reactive:
        raise MissingInputError("no power factor without energy", code="power_factor")
    factor = working.step("PF", power_factor(active, reactive), "1", "kWh / sqrt(kWh2 + kvarh2)")
    return working.step("percent", table.percent(factor), "%", f"table of {line.standard}")


def _export(month: ActiveMonth, line: ContractLine, working: Working) -> Reckoned:
    """What the utility paid for exported energy, where the client has it and it is not its own."""
    amount = solar_worth(month, line, working)
    holds = month.contract.utilities_paid_by is Party.CLIENT
    share = 1 - line.client_share if holds else Decimal(0)
    formula = f"-{shown(amount)} CNY x {shown(share)}, the provider's part"
    return Reckoned(-cents(amount * share), formula)
