"""The hand-over statement at the end of a contract: sums, registers, what was kept back. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.settlement.contract_year import contract_years
from analytics.settlement.dispute import Dispute
from analytics.settlement.payment import payment
from analytics.settlement.statement import (
    Payment,
    Remark,
    Signable,
    Statement,
    Total,
    whole_sum,
)
from analytics.settlement.true_up import TrueUp, to_provider
from domain.contract import Contract
from domain.contract_month import ContractMonth
from domain.time_of_use import Period

TERM = "term"
"""Period of a hand-over."""


@dataclass(frozen=True, slots=True)
class LastRegister:
    """Register of a boundary meter at the end of the contract, where it was read."""

    meter: str
    register: Mapping[Period, Decimal]


@dataclass(frozen=True, slots=True)
class HandOver(Signable):
    """Final statement of a contract.

    Attributes
    ----------
    totals : tuple of Total
        Sums over the whole term [CNY]: F, U, D of the months, what months and years paid the
        provider, what was kept back of it.
    registers : tuple of LastRegister
        Of the boundary meters.
    payment : Payment or None
        What was kept back, paid out; None while something stands against it.
    signed, years : tuple of str, or None
        Digests of the months and of the true-ups it sums, in order.
    reverses : str or None
        Digest of the hand-over that a reversal takes back.
    """

    contract: str
    contract_version: int
    first_day: date
    end_day: date
    totals: tuple[Total, ...]
    registers: tuple[LastRegister, ...]
    payment: Payment | None
    remarks: tuple[Remark, ...]
    kind: str = "hand_over"
    form: str = "civicwatt/hand-over/1"
    signed: tuple[str, ...] | None = None
    years: tuple[str, ...] | None = None
    reverses: str | None = None

    @property
    def period(self) -> str:
        """What it is of, as the store and a bundle name it."""
        return TERM


def hand_over(
    contract: Contract,
    signed: Sequence[Statement],
    true_ups: Sequence[TrueUp],
    last_month: ContractMonth,
    disputes: Sequence[Dispute] = (),
) -> HandOver:
    """Close a contract.

    Parameters
    ----------
    signed : sequence of Statement
        Of every month of it.
    true_ups : sequence of TrueUp
        Of every year of it, and of its quarters.
    last_month : ContractMonth
        Where the last registers are.
    disputes : sequence of Dispute
        Open ones keep what was kept back from being paid out.
    """
    remarks = tuple(dict.fromkeys(_remarks(contract, signed, true_ups, disputes)))
    totals = [
        Total(symbol, whole_sum(each.total(symbol) for each in signed), f"sum of {len(signed)}")
        for symbol in ("F", "U", "D")
    ]
    balances = (to_provider(each.payment) for each in true_ups)
    totals.append(Total("months", whole_sum(each.to_provider() for each in signed), "months"))
    totals.append(Total("years", whole_sum(balances), "true-ups"))
    retained = whole_sum(each.payment.retained if each.payment else None for each in signed)
    totals.append(Total("kept", retained, "sum of what was kept back of each payment"))
    due = (contract.end_day + timedelta(days=31)).replace(day=contract.payment_day)
    paid = None
    if retained is not None and not remarks:
        found = payment(contract, retained, due, "what was kept back")
        paid = Payment(found.payer, found.payee, found.amount, Decimal(0), due, found.formula)
    return HandOver(
        contract=contract.code,
        contract_version=contract.version,
        first_day=contract.first_day,
        end_day=contract.end_day,
        totals=tuple(totals),
        registers=tuple(
            LastRegister(use.meter, use.last) for use in last_month.uses if use.last is not None
        ),
        payment=paid,
        remarks=remarks,
        signed=tuple(each.sha256 for each in signed),
        years=tuple(each.sha256 for each in true_ups),
    )


def _remarks(
    contract: Contract,
    signed: Sequence[Statement],
    true_ups: Sequence[TrueUp],
    disputes: Sequence[Dispute],
) -> Iterator[Remark]:
    """What stands against closing the contract."""
    years = len(contract_years(contract))
    whole = [each for each in true_ups if each.quarter is None]
    if len(whole) < years:
        detail = f"{len(whole)} of {years} contract years are trued up"
        yield Remark("true_up_missing", "contract", detail, blocks=True)
    for each in true_ups:
        yield from (remark for remark in each.remarks if remark.blocks)
    yield from _overtaken(signed, true_ups)
    yield from _outside(contract, signed)
    for dispute in disputes:
        if dispute.outcome is None:
            detail = f"dispute {dispute.code} is open"
            yield Remark("dispute_open", dispute.line, detail, blocks=True)


def _overtaken(signed: Sequence[Statement], true_ups: Sequence[TrueUp]) -> Iterator[Remark]:
    """Years that were trued up from other documents than those that are signed now.

    What a month was corrected by since has been paid by the month, and once more by its year.
    """
    for year in (each for each in true_ups if each.quarter is None):
        months = [each for each in signed if year.first_day <= each.first_day < year.end_day]
        parts = [each for each in true_ups if each.year == year.year and each.quarter is not None]
        standing = {each.sha256: each.month for each in months}
        standing |= {each.sha256: each.period for each in parts}
        summed = {*year.signed, *(year.quarters or ())}
        if standing.keys() == summed:
            continue
        moved = ", ".join(name for digest, name in standing.items() if digest not in summed)
        detail = f"year {year.year} was trued up before {moved or '-'} was signed: make it again"
        yield Remark("true_up_overtaken", "contract", detail, blocks=True)


def _outside(contract: Contract, signed: Sequence[Statement]) -> Iterator[Remark]:
    """Months that no year of the contract holds, such as those after an end that was agreed on."""
    years = contract_years(contract)
    for each in signed:
        if not any(first <= each.first_day < end for first, end in years):
            detail = f"{each.month} is signed and lies in no year of the contract"
            yield Remark("month_outside", each.month, detail, blocks=True)
