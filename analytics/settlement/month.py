"""The statement of a month: one pure function of inputs that serialise whole.

Start here. Amounts are rounded half up to 0.01 CNY line by line, totals are sums of rounded lines,
and everything before is worked out with 28 digits. What is missing leaves its line and every total
above it without a figure, and a remark that blocks signing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal, DecimalException, localcontext

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.baseline_rule import chosen_baseline
from analytics.settlement.bills import BilledLine, bill
from analytics.settlement.charging import check_charging
from analytics.settlement.fee import PricedBaseline, Reckoned, fee, priced_baseline
from analytics.settlement.kpi import deducted, deduction, figure_of
from analytics.settlement.payment import due_on, owed, payment
from analytics.settlement.refund import refund
from analytics.settlement.saving import model_behind, saving
from analytics.settlement.saving_band import band_remarks
from analytics.settlement.statement import (
    Inputs,
    Payment,
    Remark,
    SavingFigure,
    Side,
    Statement,
    StatementLine,
    Step,
    Total,
    read_inputs,
    whole_sum,
)
from analytics.settlement.use import BoundaryUse, boundary_use
from analytics.settlement.working import ARITHMETIC, Working, shown
from domain.canonical import digest
from domain.contract import BaselineYears, ContractKind
from domain.contract_event import Events
from domain.contract_kpi import Kpi
from domain.contract_line import PRICED, SOLAR, ContractLine, LineKind
from domain.contract_refund import Refund
from domain.errors import MissingInputError, SettlementError
from domain.money import cents
from domain.settlement_file import Book

ROUNDING = "0.01 CNY half up by line; totals are sums of lines; 28 digits before"


def inputs_of(book: Book, month: str, *, code_version: str, final: bool = False) -> Inputs:
    """Inputs of a month out of a book: its terms, its figures, and what had begun by its end.

    Raises
    ------
    MissingInputError
        If the book has no such month.
    """
    found = book.month(month)
    if found is None:
        raise MissingInputError(f"{book.contract.code} has no figures of {month}", code="month")
    events = begun(book.events, found.end_day)
    return Inputs(book.contract, events, found, code_version, final)


def settle(inputs: Inputs) -> Statement:
    """Make the statement of a month.

    Raises
    ------
    MissingInputError
        If the contract does not run in the month. Anything else that is missing is a remark.
    SettlementError
        If figures are so large that 28 digits do not hold them to the cent.
    """
    # From their one text, so that whoever has it makes the same statement, word for word.
    again = read_inputs(inputs.text(), place="inputs")
    try:
        with localcontext(ARITHMETIC):
            return _Reckoning(again).statement()
    except DecimalException as error:
        reason = f"{again.month.month}: figures too large to be settled to the cent"
        raise SettlementError(reason) from error


def begun(events: Events, end_day: date) -> Events:
    """Events that had begun before a local day."""
    return replace(
        events,
        **{
            name: tuple(each for each in getattr(events, name) if each.first_day < end_day)
            for name in Events.__dataclass_fields__
        },
    )


class _Reckoning:
    """A month on its way to a statement."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.month = ActiveMonth(inputs)
        self.lines: list[StatementLine] = []
        self.remarks: list[Remark] = []
        self.fees: dict[str, Reckoned] = {}
        self.billed: dict[str, Reckoned] = {}
        self.priced: dict[str, PricedBaseline] = {}
        self.uses: dict[str, BoundaryUse] = {}
        self.steps: dict[str, tuple[Step, ...]] = {}

    def statement(self) -> Statement:
        contract = self.inputs.contract
        for line in contract.lines:
            self._fee_line(line)
        for line in contract.lines:
            self._bill_line(line)
        fee_total = self._total("F", Side.FEE)
        bills_total = self._total("U", Side.BILLS)
        savings = tuple(self._savings())
        deductions = self._deductions(fee_total.amount)
        totals = [*self._reference(), fee_total, bills_total, deductions]
        money, more = self._payment(fee_total, bills_total, deductions, savings)
        self._check_contract()
        return Statement(
            kind="month",
            contract=contract.code,
            contract_version=contract.version,
            month=self.inputs.month.month,
            first_day=self.month.first_day,
            end_day=self.month.end_day,
            lines=tuple(self.lines),
            totals=(*totals, *more),
            payment=money,
            savings=savings,
            remarks=tuple(dict.fromkeys(self.remarks)),
            inputs_sha256=digest(self.inputs.text()),
            code_version=self.inputs.code_version,
            rounding=ROUNDING,
        )

    def _fee_line(self, line: ContractLine) -> None:
        def reckon(working: Working) -> Reckoned:
            priced = None
            if line.baseline is not None:
                priced = priced_baseline(self.month, line, line.baseline, working)
                self.priced[line.code] = priced
                self.steps[line.code] = tuple(working.steps)
            if not line.in_fee and priced is not None:
                worth = cents(priced.quantity * priced.price.current)
                return Reckoned(worth, f"{shown(priced.quantity)} x {shown(priced.price.current)}")
            return fee(self.month, line, priced, self.fees, working)

        if line.in_fee:
            self._line(line, Side.FEE, self.fees, reckon)
        elif line.baseline is not None:
            self._line(line, Side.BASELINE, {}, reckon)

    def _bill_line(self, line: ContractLine) -> None:
        def reckon(working: Working) -> Reckoned:
            counted = line.kind in PRICED and line.kind is not LineKind.AREA_HEAT
            use = None
            if counted and self.month.meters(line.code, excluded=False):
                use = self.uses[line.code] = boundary_use(self.month, line, working)
            priced = self.priced.get(line.code)
            return bill(BilledLine(self.month, line, priced, use, self.billed), working)

        if line.in_bills and line.kind is not LineKind.PV_SELF_USE:
            self._line(line, Side.BILLS, self.billed, reckon)

    def _line(
        self,
        line: ContractLine,
        side: Side,
        into: dict[str, Reckoned],
        reckon: Callable[[Working], Reckoned],
    ) -> None:
        working = Working(line.code)
        amount, formula = None, ""
        try:
            found = into[line.code] = reckon(working)
            amount, formula = found.amount, found.formula
        except MissingInputError as error:
            working.remark(error.code, str(error), blocks=True)
        self._add(line.code, line.kind, side, amount, formula, working)

    def _add(
        self,
        code: str,
        kind: LineKind | None,
        side: Side,
        amount: Decimal | None,
        formula: str,
        working: Working,
    ) -> None:
        basis = "; ".join(working.basis)
        steps = tuple(working.steps)
        self.lines.append(StatementLine(code, kind, side, amount, formula, basis, steps))
        self.remarks += working.remarks

    def _total(self, symbol: str, side: Side) -> Total:
        lines = [line for line in self.lines if line.side is side]
        formula = " + ".join("?" if line.amount is None else str(line.amount) for line in lines)
        return Total(symbol, whole_sum(line.amount for line in lines), formula)

    def _reference(self) -> Iterator[Total]:
        """What the lines of the fee would have cost without the contract."""
        if self.inputs.contract.kind is not ContractKind.TRUSTEESHIP:
            return
        known = all(line.amount is not None for line in self.lines if line.side is Side.FEE)
        parts = [each.reference for each in self.fees.values() if each.reference]
        formula = " + ".join(map(str, parts))
        yield Total("B", sum(parts, Decimal(0)) if known else None, formula)

    def _savings(self) -> Iterator[SavingFigure]:
        for line in self.inputs.contract.of_kind(LineKind.ENERGY):
            priced, use = self.priced.get(line.code), self.uses.get(line.code)
            if priced is None or use is None or not self.steps[line.code]:
                continue
            working = Working(line.code)
            try:
                solar = self._solar(line, working)
                steps = self.steps[line.code]
                found = saving(self.month, line, priced, use, solar, steps)
                figure = model_behind(self.month, line)
                for remark in band_remarks(self.inputs.contract, line.code, figure, found.band):
                    working.remark(remark[0], remark[1], blocks=remark[2])
                yield found
            except MissingInputError as error:
                working.remark(error.code, str(error), blocks=True)
            self.remarks += working.remarks

    def _solar(self, line: ContractLine, working: Working) -> Decimal:
        parts = [each for each in self.inputs.contract.lines if each.adds_to == line.code]
        uses = (boundary_use(self.month, each, working).total for each in parts)
        return sum(uses, Decimal(0))

    def _deductions(self, fee_total: Decimal | None) -> Total:
        contract = self.inputs.contract
        amounts: dict[str, Decimal | None] = {}
        for kpi in contract.kpis:
            amounts[kpi.code] = self._deduction(kpi.code, self._short(kpi, fee_total))
        for clause in contract.refunds or ():
            amounts[clause.code] = self._deduction(clause.code, self._refund(clause))
        if fee_total is None or None in amounts.values():
            return Total("D", None if amounts else Decimal(0), "")
        known = {code: each for code, each in amounts.items() if each is not None}
        whole = sum((known[kpi.code] for kpi in contract.kpis), Decimal(0))
        base = max(fee_total, Decimal(0))
        formula = f"min({whole}, {shown(contract.kpi_cap)} x {base})"
        if contract.refunds:
            formula = " + ".join([formula, *(str(known[each.code]) for each in contract.refunds)])
        return Total("D", deducted(contract, fee_total, known), formula)

    def _deduction(
        self, code: str, reckon: Callable[[Working], tuple[Decimal | None, str]]
    ) -> Decimal | None:
        working = Working(code)
        amount, formula = None, ""
        try:
            amount, formula = reckon(working)
        except MissingInputError as error:
            working.remark(error.code, str(error), blocks=True)
        self._add(code, None, Side.DEDUCTION, amount, formula, working)
        return amount

    def _short(
        self, kpi: Kpi, fee_total: Decimal | None
    ) -> Callable[[Working], tuple[Decimal | None, str]]:
        if fee_total is None:
            return lambda _: (None, "")
        return lambda working: deduction(kpi, figure_of(kpi, self.month), fee_total, working)

    def _refund(self, clause: Refund) -> Callable[[Working], tuple[Decimal | None, str]]:
        charge = self.fees.get(clause.line)
        amount = None if charge is None else charge.amount
        return lambda working: refund(self.month, clause, amount, working)

    def _payment(
        self, fee_total: Total, bills: Total, deductions: Total, savings: tuple[SavingFigure, ...]
    ) -> tuple[Payment | None, list[Total]]:
        if fee_total.amount is None or deductions.amount is None:
            return None, []
        working = Working("payment")
        totals, amount, formula = owed(
            self.inputs.contract,
            (self.month.first_day, self.month.end_day),
            fee_total.amount,
            bills.amount,
            deductions.amount,
            savings,
            working,
        )
        self.remarks += working.remarks
        if amount is None:
            return None, totals
        totals += self._client_gain(fee_total.amount - deductions.amount, totals)
        due = due_on(self.inputs.contract, self.month.month.first_day)
        return payment(self.inputs.contract, amount, due, formula), totals

    def _client_gain(self, paid: Decimal, totals: list[Total]) -> Iterator[Total]:
        """What the client pays less than it would have paid without the contract."""
        for reference in self._reference():
            if reference.amount is not None:
                paid -= sum((each.amount or Decimal(0) for each in totals), Decimal(0))
                yield Total("R", reference.amount - paid, f"{reference.amount} - {paid}")

    def _check_contract(self) -> None:
        contract = self.inputs.contract
        working = Working("contract")
        if contract.signed_on is None:
            working.remark("contract_unsigned", "the contract has no day of signing", blocks=True)
        for line in contract.lines:
            lonely = line.in_bills and not line.in_fee and line.kind not in SOLAR
            if lonely and contract.kind is ContractKind.TRUSTEESHIP:
                detail = f"{line.code} is in the bills U and not in the fee F: they do not compare"
                working.remark("bill_without_fee", detail, blocks=True)
        check_charging(self.month, working)
        for years in contract.baseline_years:
            _check_baseline(contract.line(years.line), years, working)
        self.remarks += working.remarks


def _check_baseline(line: ContractLine, told: BaselineYears, working: Working) -> None:
    """Hold a baseline against what the rule makes of the years before."""
    chosen, why = chosen_baseline(told.years)
    whole = sum(line.baseline.quantity if line.baseline is not None else (), Decimal(0))
    if told.agreed:
        working.remark(
            "baseline_agreed", f"{line.code}: {shown(whole)} {line.unit}, {told.document}"
        )
    elif chosen is None or abs(whole - chosen) >= 1:
        want = "an agreement" if chosen is None else f"{shown(chosen)} {line.unit}"
        detail = f"{line.code}: the baseline is {shown(whole)} {line.unit}, want {want} ({why})"
        working.remark("baseline_not_by_rule", detail, blocks=True)
