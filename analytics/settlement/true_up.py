"""The yearly true-up (清算): what the months come to now, against what was signed. Pure.

Months are worked out again from all that is known, with everything adjusted; the difference to what
was signed is paid once, together with what belongs to a year: the guarantee and the cap of the fee.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from analytics.settlement.working import ARITHMETIC, shown
from domain.contract import BandUse, Contract
from domain.contract_term import Guarantee
from domain.money import cents

YEAR = "year "
"""How the period of a true-up begins, before its number."""


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
    """True-up of a contract year.

    Attributes
    ----------
    year : int
        Of the contract, from 1.
    first_day, end_day : date
        Local days of it, half-open.
    totals : tuple of Total
        Sums of the year as they are now, what the months differ by, what belongs to the year.
    signed, final : tuple of str
        Digests of the statements it compares, by month.
    reverses : str or None
        Digest of the true-up that a reversal takes back.
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

    @property
    def period(self) -> str:
        """What it is of, as the store and a bundle name it."""
        return f"{YEAR}{self.year}"


def contract_years(contract: Contract) -> list[tuple[date, date]]:
    """Years of a contract as half-open spans of local days; the last may be short."""
    edges = [contract.first_day]
    while edges[-1] < contract.end_day:
        edges.append(min(_anniversary(contract.first_day, len(edges)), contract.end_day))
    return list(pairwise(edges))


def true_up(
    contract: Contract, year: int, signed: Sequence[Statement], final: Sequence[Statement]
) -> TrueUp:
    """Settle a year of a contract.

    Parameters
    ----------
    year : int
        From 1.
    signed : sequence of Statement
        As both parties signed them.
    final : sequence of Statement
        The same months from all that is known now, with ``Inputs.final``.
    """
    first_day, end_day = contract_years(contract)[year - 1]
    now = {each.month: each for each in final}
    before = {each.month: each for each in signed}
    remarks = list(_missing(first_day, end_day, before, now))
    for each in final:
        remarks += [remark for remark in each.remarks if remark.blocks]
    moved = whole_sum(_moved(month, before, now) for month in sorted({*before, *now}))
    totals = [
        Total(
            symbol, whole_sum(each.total(symbol) for each in final), f"sum of {len(final)} months"
        )
        for symbol in ("F", "U", "D")
    ]
    totals.append(Total("months", moved, "what the months are now - what was signed"))
    with localcontext(ARITHMETIC):
        totals += _of_the_year(contract, (first_day, end_day), final, remarks)
    parts = [each.amount for each in totals[3:]]
    balance = whole_sum(parts)
    due = (end_day + timedelta(days=31)).replace(day=contract.payment_day)
    formula = " + ".join(str(part) for part in parts)
    return TrueUp(
        contract=contract.code,
        contract_version=contract.version,
        year=year,
        first_day=first_day,
        end_day=end_day,
        differences=tuple(_differences(before, now)),
        totals=tuple(totals),
        payment=None if balance is None else _unretained(contract, balance, due, formula),
        remarks=tuple(dict.fromkeys(remarks)),
        signed=tuple(each.sha256 for each in signed),
        final=tuple(each.sha256 for each in final),
    )


def _unretained(contract: Contract, balance: Decimal, due: date, formula: str) -> Payment:
    found = payment(contract, balance, due, formula)
    return Payment(found.payer, found.payee, found.amount, Decimal(0), due, formula)


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
        over = None if fee is None else -max(fee - contract.fee_cap, Decimal(0))
        yield Total("cap", over, f"-max(0, {fee} - {shown(contract.fee_cap)})")
    if contract.guarantee is not None:
        yield _guarantee(contract, contract.guarantee, span, final, remarks)


def _guarantee(
    contract: Contract,
    clause: Guarantee,
    span: tuple[date, date],
    final: Sequence[Statement],
    remarks: list[Remark],
) -> Total:
    figures = [each for one in final for each in one.savings if each.line == clause.line]
    if len(figures) < len(final) or not figures:
        return Total("G", None, "a month has no saving")
    year = contract_years(contract).index(span)
    whole = (_anniversary(contract.first_day, year + 1) - span[0]).days
    promised = clause.quantity * (span[1] - span[0]).days / whole
    saved = sum((each.saving for each in figures), Decimal(0))
    adjusted = sum((each.adjusted_baseline for each in figures), Decimal(0))
    costs = [one.line(clause.line, Side.BASELINE).amount or Decimal(0) for one in final]
    price = sum(costs, Decimal(0)) / adjusted if adjusted else Decimal(0)
    beyond = saved - promised
    told_price = f"{shown(price)} CNY/{figures[0].unit}"
    shows = _band_shows(contract, figures, promised, remarks)
    if not shows:
        return Total("G", Decimal(0), "the band of the year's saving holds the guarantee")
    if beyond < 0:
        formula = f"({shown(saved)} - {shown(promised)}) x {told_price}, made good"
        return Total("G", cents(beyond * price), formula)
    formula = f"({shown(saved)} - {shown(promised)}) x {told_price} x {shown(clause.surplus_share)}"
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


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
