"""The part of a utility's bill that falls into a month, by use on each day. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.working import Working, shown
from domain.contract import LateBill
from domain.contract_month import Bill
from domain.errors import MissingInputError
from domain.money import cents


def billed(month: ActiveMonth, line: str, working: Working) -> Decimal | None:
    """What the utility billed for a line in the month; None where no bill is for it. [CNY].

    Raises
    ------
    MissingInputError
        If bills leave days of the month out, or cross its border without use by day.
    """
    amounts: list[Decimal] = []
    covered: dict[str, set[date]] = defaultdict(set)
    for bill in (each for each in month.month.bills if each.line == line):
        if bill.end_day <= month.first_day:
            continue
        working.stands_on(f"bill {bill.number}")
        first = max(bill.first_day, month.first_day)
        end = min(bill.end_day, month.end_day)
        if first >= end:
            reason = f"bill {bill.number} is for {bill.first_day} to {bill.end_day}"
            raise MissingInputError(reason, code="bill")
        days = {first + timedelta(days=n) for n in range((end - first).days)}
        if days & covered[bill.meter or ""]:
            detail = f"bill {bill.number} of {line} is for days of another one: both count"
            working.remark("bill_overlap", detail)
        covered[bill.meter or ""] |= days
        amounts.append(_inside(bill, first, end, working))
    if not amounts:
        return None
    _check_cover(month, line, covered)
    return sum(amounts, Decimal(0))


def _check_cover(month: ActiveMonth, line: str, covered: Mapping[str, set[date]]) -> None:
    """See that bills leave no day out, and none of the meters that are billed apart.

    Bills that name no meter are of all of them.
    """
    days = set().union(*covered.values())
    if len(days) < month.days:
        reason = f"bills of {line} cover {len(days)} of {month.days} d of {month.month.month}"
        raise MissingInputError(reason, code="bill_cover")
    meters = month.meters(line, excluded=False)
    if covered.keys().isdisjoint(each.in_ledger()[0] for each in meters):
        return  # nobody says whose they are, or they are items of another line's meter
    for meter in meters:
        code, register = meter.in_ledger()
        wanted = month.overlap(meter.first_day, meter.end_day)
        begins, ends = meter.first_day or date.min, meter.end_day or date.max
        told = {day for day in covered.get(code, set()) | covered.get("", set())
                if begins <= day < ends}  # fmt: skip
        if not (register or meter.by_hand) and len(told) < wanted:
            reason = f"bills of meter {code} cover {len(told)} of {wanted} d of {month.month.month}"
            raise MissingInputError(reason, code="bill_cover")


def late_bills(month: ActiveMonth, line: str, working: Working) -> Decimal:
    """Bills of months that are over, where the contract has them borne now. [CNY]."""
    late = [
        bill for bill in month.month.bills if bill.line == line and bill.end_day <= month.first_day
    ]
    return sum((_late(month, bill, working) for bill in late), Decimal(0))


def _inside(bill: Bill, first: date, end: date, working: Working) -> Decimal:
    if (first, end) == (bill.first_day, bill.end_day):
        return bill.amount
    length = (bill.end_day - bill.first_day).days
    span = [bill.first_day + timedelta(days=n) for n in range(length)]
    known = {date.fromisoformat(day): amount for day, amount in (bill.days or {}).items()}
    lacking = [day for day in span if day not in known]
    if lacking:
        reason = f"bill {bill.number} crosses the month; use on {lacking[0]} is not known"
        raise MissingInputError(reason, code="bill_days")
    whole = sum((known[day] for day in span), Decimal(0))
    if not whole:
        reason = f"bill {bill.number} crosses the month and nothing was used"
        raise MissingInputError(reason, code="bill_days")
    # Cents of running sums, so that the parts of a bill add up to it to the cent.
    before = sum((known[day] for day in span if day < first), Decimal(0))
    until = sum((known[day] for day in span if day < end), Decimal(0))
    part = cents(bill.amount * until / whole) - cents(bill.amount * before / whole)
    formula = f"{shown(bill.amount)} x {shown(until - before)} / {shown(whole)}, by use on each day"
    return working.step(f"bill_{bill.number}", part, "CNY", formula)


def _late(month: ActiveMonth, bill: Bill, working: Working) -> Decimal:
    told = f"bill {bill.number} is for {bill.first_day} to {bill.end_day}"
    begins = month.contract.first_day
    if bill.end_day <= begins:
        working.remark("late_bill", f"{told}, before the contract: it is not borne")
        return Decimal(0)
    if month.contract.late_bills is LateBill.CURRENT_MONTH:
        working.remark("late_bill", f"{told}; by the contract it is borne now")
        formula = f"{told}, borne in the month in which it came"
        if bill.first_day < begins:
            return _inside(bill, begins, bill.end_day, working)
        return working.step(f"bill_{bill.number}", bill.amount, "CNY", formula)
    working.remark("late_bill", f"{told}; it corrects that month, not this one", blocks=True)
    return Decimal(0)
