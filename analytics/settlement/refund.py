"""What goes back of a day's charge where rooms were too cold or too warm. Pure.

A day that nobody measured never counts as warm enough: the contract says what goes back for it.
"""

from datetime import timedelta
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.tier import reached
from analytics.settlement.working import Working, shown
from domain.contract_refund import Refund, RefundFigure
from domain.errors import MissingInputError
from domain.money import cents


def refund(
    month: ActiveMonth, clause: Refund, charge: Decimal | None, working: Working
) -> tuple[Decimal, str]:
    """What goes back of a month's charge of a line [CNY], and the formula.

    Parameters
    ----------
    charge : Decimal or None
        Amount of the line in the fee; None: it has none. [CNY]

    Raises
    ------
    MissingInputError
        If the charge or the temperatures are missing, or more days are measured than charged.
    """
    charged = month.days
    if clause.charged_days:
        charged = min(charged, clause.charged_days[month.month.number - 1])
    if not charged:
        return Decimal(0), "no day of the month is charged"
    found = next((e for e in month.month.refunds or () if e.refund == clause.code), None)
    if found is None:
        raise MissingInputError(f"no temperatures of {clause.code}", code="refund")
    if charge is None:
        raise MissingInputError(f"{clause.line} has no amount", code="line")
    working.stands_on(found.source)
    working.stands_on(f"signed by {' and '.join(found.signed_by)}")
    shares = _shares(month, clause, found)
    if len(shares) > charged:
        reason = f"{clause.code}: {len(shares)} d are measured, {charged} d are charged"
        raise MissingInputError(reason, code="refund")
    unmeasured = charged - len(shares)
    counts = {share: shares.count(share) for share in sorted(set(shares)) if share}
    parts = [f"{days} d x {shown(share)}" for share, days in counts.items()]
    whole = sum(shares, Decimal(0)) + clause.unmeasured * unmeasured
    if unmeasured:
        parts.append(f"{unmeasured} d x {shown(clause.unmeasured)}")
        working.remark("refund_gap", f"{clause.code}: {unmeasured} d that nobody measured")
    working.step(f"days_{clause.code}", whole, "d", " + ".join(parts) or "0")
    base = max(charge, Decimal(0))
    amount = cents(base * whole / charged)
    return amount, f"{base} CNY / {charged} d x {shown(whole)} d"


def _shares(month: ActiveMonth, clause: Refund, found: RefundFigure) -> list[Decimal]:
    """Share of the day's charge that goes back, of each day that was measured. [1]."""
    shares = []
    for number in range(month.days):
        day = (month.first_day + timedelta(days=number)).isoformat()
        if day not in found.days:
            continue
        outside = _outside(clause, found.days[day])
        shares.append(reached(outside, clause.tiers).share if outside > 0 else Decimal(0))
    return shares


def _outside(clause: Refund, temperature_c: Decimal) -> Decimal:
    """By how much a day was colder or warmer than was promised. [K]."""
    bounds = []
    if clause.lowest_c is not None:
        bounds.append(clause.lowest_c - temperature_c)
    if clause.highest_c is not None:
        bounds.append(temperature_c - clause.highest_c)
    return max(bounds)
