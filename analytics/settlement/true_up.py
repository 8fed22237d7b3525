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
from itertools import pairwise

from analytics.settlement.payment import payment
from analytics.settlement.statement import (
    Payment,
    Remark,
    SavingFigure,
    Side,
    Signable,
    Statement,
    Total,
    whole_sum,
)
from analytics.settlement.tier import tiered
from analytics.settlement.working import ARITHMETIC, shown
from domain.contract import BandUse, Contract, Party
from domain.contract_term import BandMode, Guarantee
from domain.errors import MissingInputError
from domain.money import cents

YEAR = "year "
"""How the period of a true-up begins, before its number."""
_QUARTER = " quarter "
_PERIOD = re.compile(rf"{YEAR}(\d{{1,4}})(?:{_QUARTER}([1-3]))?")
_QUARTER_MONTHS = (3, 6, 9)
"""After which months of a year a quarter of it begins."""


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


def contract_years(contract: Contract) -> list[tuple[date, date]]:
    """Years of a contract as half-open spans of local days; the last may be short.

    A month belongs to one year: where the contract began within a month, the month of each
    anniversary belongs to the year that ends in it.
    """
    edges = [contract.first_day]
    while edges[-1] < contract.end_day:
        anniversary = _month_begin(_anniversary(contract.first_day, len(edges)))
        edges.append(min(anniversary, contract.end_day))
    return list(pairwise(edges))


def contract_quarters(contract: Contract, year: int) -> list[tuple[date, date]]:
    """Quarters of a contract year that are trued up before it: all but the last. Local days.

    Empty where the contract trues up years alone.
    """
    first_day, end_day = contract_years(contract)[year - 1]
    if not contract.trues_up_quarters:
        return []
    begin = first_day.replace(day=1)
    edges = [first_day]
    for months in _QUARTER_MONTHS:
        edge = _months_on(begin, months + (first_day.day > 1))
        if edge < end_day:
            edges.append(edge)
    return list(pairwise(edges))


def promised(contract: Contract, year: int, days: int) -> Decimal:
    """What is guaranteed of some days of a contract year, from 1. [unit of the line].

    By days of a whole year from the year's first day on, so that a short last year, or a first one
    with some days more, has just its part.
    """
    if contract.guarantee is None:
        return Decimal(0)
    first_day, _ = contract_years(contract)[year - 1]
    return contract.guarantee.quantity * days / (_anniversary(first_day, 1) - first_day).days


def true_up(
    contract: Contract,
    year: int,
    signed: Sequence[Statement],
    final: Sequence[Statement],
    quarter: int | None = None,
    quarters: Sequence[TrueUp] = (),
) -> TrueUp:
    """Settle a year of a contract, or a quarter of it.

    Parameters
    ----------
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
            owed += _of_the_year(contract, span, final, remarks)
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


def _of_the_year(
    contract: Contract,
    span: tuple[date, date],
    final: Sequence[Statement],
    remarks: list[Remark],
) -> Iterator[Total]:
    """What is settled by the year alone; below zero it goes back to the client. [CNY]."""
    if contract.fee_cap is not None:
        fee = whole_sum(each.total("F") for each in final)
        cap, formula = _cap(contract.fee_cap, span)
        over = None if fee is None else -max(fee - cap, Decimal(0))
        yield Total("cap", over, f"-max(0, {fee} - {formula})")
    if contract.guarantee is not None:
        yield _guarantee(contract, contract.guarantee, span, final, remarks)


def _cap(whole: Decimal, span: tuple[date, date]) -> tuple[Decimal, str]:
    """Cap of the fee by the days of a contract year [CNY], and its formula; of a whole one, it."""
    first_day = span[0]
    days = (span[1] - first_day).days
    of_year = (_anniversary(first_day, 1) - first_day).days
    if days == of_year:
        return whole, shown(whole)
    return cents(whole * days / of_year), f"{shown(whole)} x {days} / {of_year}"


def _guarantee(
    contract: Contract,
    clause: Guarantee,
    span: tuple[date, date],
    final: Sequence[Statement],
    remarks: list[Remark],
) -> Total:
    """What is made good of a guarantee, or the provider's part of what is beyond it. [CNY]."""
    figures = [each for one in final for each in one.savings if each.line == clause.line]
    if len(figures) < len(final) or not figures:
        return Total("G", None, "a month has no saving")
    year = contract_years(contract).index(span) + 1
    wanted = promised(contract, year, (span[1] - span[0]).days)
    saved = sum((each.saving for each in figures), Decimal(0))
    adjusted = sum((each.adjusted_baseline for each in figures), Decimal(0))
    costs = [one.line(clause.line, Side.BASELINE).amount or Decimal(0) for one in final]
    price = sum(costs, Decimal(0)) / adjusted if adjusted else Decimal(0)
    beyond = saved - wanted
    told_price = f"{shown(price)} CNY/{figures[0].unit}"
    shows = _band_shows(contract, figures, wanted, remarks)
    if not shows:
        return Total("G", Decimal(0), "the band of the year's saving holds the guarantee")
    difference = f"({shown(saved)} - {shown(wanted)}) x {told_price}"
    tiers = clause.shortfall_tiers if beyond < 0 else clause.surplus_tiers
    if tiers is not None:
        mode = clause.tier_mode or BandMode.EXCESS
        counted, formula = tiered(abs(beyond), tiers, mode, of=wanted)
        formula = f"({formula}) x {told_price}"
        formula = f"{formula}, made good" if beyond < 0 else formula
        return Total("G", cents((counted * price).copy_sign(beyond)), formula)
    if beyond < 0:
        return Total("G", cents(beyond * price), f"{difference}, made good")
    formula = f"{difference} x {shown(clause.surplus_share)}"
    return Total("G", cents(beyond * price * clause.surplus_share), formula)


def _band_shows(
    contract: Contract,
    figures: Sequence[SavingFigure],
    promised: Decimal,
    remarks: list[Remark],
) -> bool:
    """Whether a guarantee is missed or exceeded beyond doubt, where the band gates.

    Bands of months are added, as if they erred together: that is the widest they can be.
    """
    if contract.band is not BandUse.GATES:
        return True
    low, high = whole_sum(each.low for each in figures), whole_sum(each.high for each in figures)
    if low is None or high is None:
        detail = "the contract settles what a band shows, and a month has none"
        remarks.append(Remark("band_missing", figures[0].line, detail, blocks=True))
        return True
    return high < promised or low > promised


def _month_begin(day: date) -> date:
    """The day itself where it is the first of a month, else the first of the next one."""
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months_on(day: date, months: int) -> date:
    """First of the month so many months on."""
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
