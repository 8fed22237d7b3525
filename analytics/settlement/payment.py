"""Who pays whom how much, and when: both directions of a trusteeship, shares of savings. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from analytics.settlement.statement import Payment, SavingFigure, Total
from analytics.settlement.working import Working, shown
from domain.contract import BandUse, Contract, ContractKind, Party, Schedule
from domain.money import cents

_MONTHS = {Schedule.MONTHLY: 1, Schedule.QUARTERLY: 3, Schedule.YEARLY: 12}


def due_on(contract: Contract, month: date) -> date:
    """Local day on which what is owed for a month falls due.

    Parameters
    ----------
    month : date
        Its first day. Quarters and years are those of the calendar, cut by the contract's end.
    """
    length = _MONTHS[contract.payment_schedule]
    last = month.month + (-month.month) % length
    closing = min(date(month.year, last, 1), contract.end_day.replace(day=1))
    if closing == contract.end_day and closing > month:
        closing = _earlier(closing)
    year, number = closing.year + closing.month // 12, closing.month % 12 + 1
    return date(year, number, contract.payment_day)


def payment(contract: Contract, amount: Decimal, due: date, formula: str) -> Payment:
    """A payment to the provider; below zero the provider pays."""
    to_provider = amount >= 0
    client_first = (Party.CLIENT, Party.PROVIDER)
    payer, payee = client_first if to_provider else client_first[::-1]
    retained = cents(amount * contract.retention) if to_provider else Decimal(0)
    return Payment(payer, payee, abs(amount), retained, due, formula)


def owed(
    contract: Contract,
    days: tuple[date, date],
    fee: Decimal,
    bills: Decimal | None,
    deduction: Decimal,
    savings: Iterable[SavingFigure],
    working: Working,
) -> tuple[list[Total], Decimal | None, str]:
    """What the provider gets for a month, the totals on the way, and the formula.

    None where the bills are needed and missing.

    Parameters
    ----------
    days : tuple of date
        Local days [first, end) of the month on which the contract runs.
    """
    if contract.kind is ContractKind.SHARED_SAVINGS:
        _tell_no_share(contract, days, working)
        share = provider_share(contract, days)
        worth = _paid_worth(contract, savings, working)
        part = cents(share * max(worth, Decimal(0)))
        told = f"{shown(share)} x max(0, {shown(worth)})"
        formula = f"{fee} + {part} - {deduction}"
        return [Total("V", part, told)], fee + part - deduction, formula
    if contract.kind is ContractKind.GUARANTEED_SAVINGS:
        return [], fee - deduction, f"{fee} - {deduction}; the guarantee is settled yearly"
    totals, shared = _sharing(contract, fee, bills)
    if shared is None:
        return totals, None, ""
    back = f" - {shared}" if contract.sharing is not None else ""
    if contract.utilities_paid_by is Party.PROVIDER:
        return totals, fee - deduction - shared, f"{fee} - {deduction}{back}"
    if bills is None:
        return totals, None, ""
    amount = fee - bills - deduction - shared
    return totals, amount, f"{fee} - {bills} - {deduction}{back}"


def _sharing(
    contract: Contract, fee: Decimal, bills: Decimal | None
) -> tuple[list[Total], Decimal | None]:
    """What goes back to the client of the provider's margin."""
    clause = contract.sharing
    if clause is None:
        return [], Decimal(0)
    if bills is None:
        return [Total("X", None, "")], None
    left = max(Decimal(0), fee - bills - clause.margin * fee)
    formula = f"{shown(clause.share)} x max(0, {fee} - {bills} - {shown(clause.margin)} x {fee})"
    shared = cents(clause.share * left)
    return [Total("X", shared, formula)], shared


def provider_share(contract: Contract, days: tuple[date, date]) -> Decimal:
    """The provider's part of a saving on local days [first, end), a mean by days. [1].

    On days before any part was agreed on it has none.
    """
    first_day, end_day = days
    shares = sorted(contract.provider_shares, key=lambda each: each.first_day)
    ends = [*(each.first_day for each in shares[1:]), date.max]
    weighted = sum(
        (
            each.share * max((min(end, end_day) - max(each.first_day, first_day)).days, 0)
            for each, end in zip(shares, ends, strict=True)
        ),
        Decimal(0),
    )
    return weighted / (end_day - first_day).days


def _tell_no_share(contract: Contract, days: tuple[date, date], working: Working) -> None:
    """Remark days for which no part of the saving was agreed on."""
    begin = min((each.first_day for each in contract.provider_shares), default=days[1])
    lacking = (min(begin, days[1]) - days[0]).days
    if lacking > 0:
        whole = (days[1] - days[0]).days
        detail = f"no share of the provider is agreed on for {lacking} of {whole} d"
        working.remark("share_missing", detail, blocks=True)


def _paid_worth(contract: Contract, savings: Iterable[SavingFigure], working: Working) -> Decimal:
    """Worth of the savings that are paid for: where the band gates, only those it shows. [CNY]."""
    worth = Decimal(0)
    for each in savings:
        gated = contract.band is BandUse.GATES
        if gated and each.low is None:
            detail = "the contract pays for savings that a band shows, and there is none"
            working.remark("band_missing", f"{each.line}: {detail}", blocks=True)
        elif gated and each.low is not None and each.low <= 0 < each.saving:
            told = f"{each.line}: the band begins at {shown(each.low)} {each.unit}"
            working.remark("not_shown", f"{told}; the saving is not shown, and not paid for")
            continue
        worth += each.quantity_effect
    return worth


def _earlier(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
