"""The true-up (清算) of a year or a quarter: what months come to now, and what was signed. Pure.

Months are worked out again from all that is known, with everything adjusted; the difference to what
was signed is paid once, together with what belongs to a year: the guarantee and the cap of the fee.
Where the contract trues up quarters, the year takes back what its quarters have settled, so that
what became known since is in it; the last quarter of a year has no true-up but that of its year.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from analytics.settlement.contract_year import contract_quarters, contract_years
from analytics.settlement.payment import payment
from analytics.settlement.statement import (
    Payment,
    Remark,
    Side,
    Signable,
    Statement,
    Total,
    whole_sum,
)
from analytics.settlement.working import ARITHMETIC
from analytics.settlement.year_clause import ContractYear, year_clauses
from domain.contract import Contract, Party
from domain.errors import MissingInputError

YEAR = "year "
"""How the period of a true-up begins, before its number."""
_QUARTER = " quarter "
_PERIOD = re.compile(rf"{YEAR}(\d{{1,4}})(?:{_QUARTER}([1-3]))?")


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line of a month that comes to something else than was signed. [CNY]."""

    month: str
    line: str
    side: Side
    signed: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class TrueUp(Signable):
    """True-up of a contract year, or of a quarter of it.

    Attributes
    ----------
    year, quarter : int, int or None
        Of the contract, from 1, and of that year; None: all of the year.
    first_day, end_day : date
        Local days of it, half-open.
    totals : tuple of Total
        Sums of the year as they are now, what the months differ by, what belongs to the year.
    signed, final : tuple of str
        Digests of the statements it compares, by month.
    reverses : str or None
        Digest of the true-up that a reversal takes back.
    quarters : tuple of str, or None
        Digests of the true-ups of quarters that a year takes back, in order.
    """

    contract: str
    contract_version: int
    year: int
    first_day: date
    end_day: date
    differences: tuple[LineDifference, ...]
    totals: tuple[Total, ...]
    payment: Payment | None
    remarks: tuple[Remark, ...]
    signed: tuple[str, ...]
    final: tuple[str, ...]
    kind: str = "true_up"
    form: str = "civicwatt/true-up/1"
    reverses: str | None = None
    quarter: int | None = None
    quarters: tuple[str, ...] | None = None

    @property
    def period(self) -> str:
        """What it is of, as the store and a bundle name it."""
        return f"{YEAR}{self.year}" + (f"{_QUARTER}{self.quarter}" if self.quarter else "")


def year_and_quarter(period: str) -> tuple[int, int | None] | None:
    """Numbers in the name of a true-up's period; None where it is no such name."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        return None
    year, quarter = found.groups()
    return int(year), None if quarter is None else int(quarter)


def true_up(
    contract: Contract,
    year: int,
    signed: Sequence[Statement],
    final: Sequence[Statement],
    quarter: int | None = None,
    quarters: Sequence[TrueUp] = (),
    terms: Sequence[Contract] = (),
) -> TrueUp:
    """Settle a year of a contract, or a quarter of it.

    Parameters
    ----------
    contract : Contract
        Terms at its end.
    year : int
        From 1.
    quarter : int or None
        Of the year, from 1; None: all of it.
    quarters : sequence of TrueUp
        Of a year: those of its quarters, as both parties signed them.
    signed : sequence of Statement
        As both parties signed them.
    final : sequence of Statement
        The same months from all that is known now, with ``Inputs.final``.
    terms : sequence of Contract
        By which each of these was settled; empty: all by `contract`.

    Raises
    ------
    MissingInputError
        If the contract has no such year, or no such quarter that is trued up.
    """
    span = _span(contract, year, quarter)
    now = {each.month: each for each in final}
    before = {each.month: each for each in signed}
    remarks = [*_missing(*span, before, now), *_blocking(final)]
    moved = whole_sum(_moved(month, before, now) for month in sorted({*before, *now}))
    owed = [Total("months", moved, "what the months are now - what was signed")]
    if quarter is None:
        owed += _settled(len(contract_quarters(contract, year)), quarters, remarks)
        with localcontext(ARITHMETIC):
            of_them = tuple(terms) or (contract,) * len(final)
            owed += year_clauses(ContractYear(contract, year, tuple(final), of_them), remarks)
    return TrueUp(
        contract=contract.code,
        contract_version=contract.version,
        year=year,
        first_day=span[0],
        end_day=span[1],
        differences=tuple(_differences(before, now)),
        totals=(*_sums(final), *owed),
        payment=_balance(contract, span[1], owed),
        remarks=tuple(dict.fromkeys(remarks)),
        signed=tuple(each.sha256 for each in signed),
        final=tuple(each.sha256 for each in final),
        quarter=quarter,
        quarters=tuple(each.sha256 for each in quarters) or None,
    )


def _span(contract: Contract, year: int, quarter: int | None) -> tuple[date, date]:
    """Local days [first_day, end_day) of a year, or of a quarter of it."""
    years = contract_years(contract)
    spans = contract_quarters(contract, year) if 1 <= year <= len(years) else []
    if not 1 <= year <= len(years) or (quarter is not None and not 1 <= quarter <= len(spans)):
        reason = f"contract {contract.code} has no year {year}, quarter {quarter or '-'} to true up"
        raise MissingInputError(reason, code="contract")
    return years[year - 1] if quarter is None else spans[quarter - 1]


def _blocking(final: Sequence[Statement]) -> Iterator[Remark]:
    for each in final:
        yield from (remark for remark in each.remarks if remark.blocks)


def _sums(final: Sequence[Statement]) -> Iterator[Total]:
    """Fee, bills and deductions as they are now. [CNY]."""
    for symbol in ("F", "U", "D"):
        whole = whole_sum(each.total(symbol) for each in final)
        yield Total(symbol, whole, f"sum of {len(final)} months")


def _balance(contract: Contract, end_day: date, owed: Sequence[Total]) -> Payment | None:
    """Who pays what in all; nothing of it is kept back."""
    parts = [each.amount for each in owed]
    balance = whole_sum(parts)
    if balance is None:
        return None
    due = (end_day + timedelta(days=31)).replace(day=contract.payment_day)
    found = payment(contract, balance, due, " + ".join(str(part) for part in parts))
    return replace(found, retained=Decimal(0))


def _settled(wanted: int, quarters: Sequence[TrueUp], remarks: list[Remark]) -> Iterator[Total]:
    """What the quarters of a year have settled is taken back from what its months moved. [CNY]."""
    found = {each.quarter for each in quarters}
    for number in range(1, wanted + 1):
        if number not in found:
            detail = f"quarter {number} has no signed true-up"
            remarks.append(Remark("quarter_missing", "contract", detail, blocks=True))
    if wanted:
        whole = whole_sum(to_provider(each.payment) for each in quarters)
        told = " + ".join(str(to_provider(each.payment)) for each in quarters)
        amount = None if whole is None else Decimal(0) - whole
        yield Total("quarters", amount, f"-({told})" if told else "")


def to_provider(paid: Payment | None) -> Decimal | None:
    """What the provider gets by a payment; below zero it pays. [CNY]."""
    if paid is None:
        return None
    return paid.amount if paid.payee is Party.PROVIDER else -paid.amount


def _missing(
    first_day: date,
    end_day: date,
    before: Mapping[str, Statement],
    now: Mapping[str, Statement],
) -> Iterator[Remark]:
    month = first_day.replace(day=1)
    while month < end_day:
        name = f"{month:%Y-%m}"
        if name not in before or name not in now:
            yield Remark("month_missing", name, f"{name} has no signed statement", blocks=True)
        month = (month + timedelta(days=32)).replace(day=1)


def _moved(
    month: str, before: Mapping[str, Statement], now: Mapping[str, Statement]
) -> Decimal | None:
    if month not in before or month not in now:
        return None
    signed, final = before[month].to_provider(), now[month].to_provider()
    return None if signed is None or final is None else final - signed


def _differences(
    before: Mapping[str, Statement], now: Mapping[str, Statement]
) -> Iterator[LineDifference]:
    for month in sorted(set(before) & set(now)):
        was = {(line.code, line.side): line.amount for line in before[month].lines}
        for line in now[month].lines:
            signed = was.get((line.code, line.side))
            if signed != line.amount:
                yield LineDifference(month, line.code, line.side, signed, line.amount)
