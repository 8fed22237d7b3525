"""What is settled by a contract year alone: the cap of its fee, and the guarantee. Pure.

Where the terms were amended within the year, what is agreed on for a year counts by the days of the
months under each version; shares, tiers and the gate are those at the end of the year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from analytics.settlement.contract_year import contract_years, promised, year_days
from analytics.settlement.statement import (
    Remark,
    SavingFigure,
    Side,
    Statement,
    Total,
    whole_sum,
)
from analytics.settlement.tier import tiered
from analytics.settlement.working import shown
from domain.contract import BandUse, Contract
from domain.contract_term import BandMode, Guarantee
from domain.money import cents


@dataclass(frozen=True, slots=True)
class ContractYear:
    """A contract year with its months as they are now.

    Attributes
    ----------
    contract : Contract
        Terms at its end.
    year : int
        From 1.
    final : tuple of Statement
    terms : tuple of Contract
        By which each of these was settled.
    """

    contract: Contract
    year: int
    final: tuple[Statement, ...]
    terms: tuple[Contract, ...]

    @property
    def span(self) -> tuple[date, date]:
        """Local days [first_day, end_day) of it."""
        return contract_years(self.contract)[self.year - 1]

    @property
    def days(self) -> int:
        """How long it is. [d]."""
        return (self.span[1] - self.span[0]).days

    @property
    def whole_days(self) -> int:
        """How long a whole year is from its first day on. [d]."""
        return year_days(self.contract, self.year)

    def by_days(self, quantities: Sequence[Decimal | None]) -> tuple[Decimal, str]:
        """What of quantities a year falls on the days of its months, and the formula.

        Parameters
        ----------
        quantities : sequence of Decimal or None
            A year, by the terms of each month; None: that month has none.
        """
        months = zip(quantities, self.final, strict=True)
        parts = []
        for quantity, of_it in groupby(months, key=lambda each: each[0]):
            days = sum((each.end_day - each.first_day).days for _, each in of_it)
            if quantity is not None:
                parts.append((quantity, days))
        whole = sum((quantity * days for quantity, days in parts), Decimal(0)) / self.whole_days
        told = (f"{shown(quantity)} x {days} / {self.whole_days}" for quantity, days in parts)
        return whole, " + ".join(told)


def year_clauses(of: ContractYear, remarks: list[Remark]) -> Iterator[Total]:
    """What a year comes to beside its months; below zero it goes back to the client. [CNY]."""
    contract = of.contract
    caps = [each.fee_cap for each in of.terms]
    guarantees = [each.guarantee for each in of.terms]
    if {*caps} - {contract.fee_cap} or {*guarantees} - {contract.guarantee}:
        versions = ", ".join(str(n) for n in sorted({each.version for each in of.terms}))
        detail = (
            f"terms were amended within year {of.year} (versions {versions}): cap and guarantee"
            f" count by the days of each, shares and tiers are those of version {contract.version}"
        )
        remarks.append(Remark("terms_amended", "contract", detail, blocks=False))
    if contract.fee_cap is not None or any(each is not None for each in caps):
        yield _over_cap(of, caps)
    if contract.guarantee is not None:
        yield _guarantee(of, contract.guarantee, guarantees, remarks)
    elif any(each is not None for each in guarantees):
        detail = "the guarantee ended within the year: agree on what is made good of it"
        remarks.append(Remark("guarantee_amended", "contract", detail, blocks=True))


def _over_cap(of: ContractYear, caps: Sequence[Decimal | None]) -> Total:
    """By how much the fee of the year is over its cap; months without a cap are in neither."""
    cap, formula = _cap(of, caps)
    fees = zip(caps, of.final, strict=True)
    fee = whole_sum(each.total("F") for capped, each in fees if capped is not None)
    over = None if fee is None else -max(fee - cap, Decimal(0))
    return Total("cap", over, f"-max(0, {fee} - {formula})")


def _cap(of: ContractYear, caps: Sequence[Decimal | None]) -> tuple[Decimal, str]:
    """Cap of the fee by the days of a contract year [CNY], and its formula; of a whole one, it."""
    whole = of.contract.fee_cap
    if whole is None or {*caps} - {whole}:
        amount, formula = of.by_days(caps)
        return cents(amount), f"({formula})"
    if of.days == of.whole_days:
        return whole, shown(whole)
    return cents(whole * of.days / of.whole_days), f"{shown(whole)} x {of.days} / {of.whole_days}"


def _guarantee(
    of: ContractYear,
    clause: Guarantee,
    guarantees: Sequence[Guarantee | None],
    remarks: list[Remark],
) -> Total:
    """What is made good of a guarantee, or the provider's part of what is beyond it. [CNY]."""
    if any(each is None or each.line != clause.line for each in guarantees):
        detail = "the guarantee began or moved within the year: agree on what it comes to"
        remarks.append(Remark("guarantee_amended", "contract", detail, blocks=True))
        return Total("G", None, "the guarantee was amended")
    figures = [each for one in of.final for each in one.savings if each.line == clause.line]
    if len(figures) < len(of.final) or not figures:
        return Total("G", None, "a month has no saving")
    wanted, told_wanted = _wanted(of, clause, guarantees)
    saved = sum((each.saving for each in figures), Decimal(0))
    adjusted = sum((each.adjusted_baseline for each in figures), Decimal(0))
    costs = [one.line(clause.line, Side.BASELINE).amount or Decimal(0) for one in of.final]
    price = sum(costs, Decimal(0)) / adjusted if adjusted else Decimal(0)
    beyond = saved - wanted
    told_price = f"{shown(price)} CNY/{figures[0].unit}"
    if not _band_shows(of.contract, figures, wanted, remarks):
        return Total("G", Decimal(0), "the band of the year's saving holds the guarantee")
    difference = f"({shown(saved)} - {told_wanted}) x {told_price}"
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


def _wanted(
    of: ContractYear, clause: Guarantee, guarantees: Sequence[Guarantee | None]
) -> tuple[Decimal, str]:
    """What is guaranteed of the year [unit of the line], and how a formula tells it."""
    quantities = [None if each is None else each.quantity for each in guarantees]
    if {*quantities} - {clause.quantity}:
        whole, formula = of.by_days(quantities)
        return whole, f"({formula})"
    whole = promised(of.contract, of.year, of.days)
    return whole, shown(whole)


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
