"""Bills of meters put onto the lines of a contract: what a bill says is all there, once. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from analytics.drawn.rows import LedgerBill, LedgerDay
from analytics.ledger.timetable import next_month
from analytics.settlement.active_month import ActiveMonth
from domain.canonical import plain
from domain.contract import Contract
from domain.contract_line import ContractLine, LineKind
from domain.contract_month import Bill
from domain.money import exact


def line_bills(month: ActiveMonth, bill: LedgerBill) -> Iterator[Bill]:
    """A bill as bills of the contract's lines; none where no line counts by its meter."""
    amounts: dict[str, Decimal] = {}
    for item, amount in bill.items:
        line = line_of(month.contract, bill.meter, item)
        if line is not None:
            amounts[line] = amounts.get(line, Decimal(0)) + amount
    inside = month.first_day <= bill.first_day and bill.end_day <= month.end_day
    by_day = None if inside else _use_by_day(bill)
    for line, amount in amounts.items():
        yield Bill(line, bill.number, bill.first_day, bill.end_day, amount, by_day, bill.meter)


def is_borne(month: ActiveMonth, bill: LedgerBill, signed: Mapping[str, datetime]) -> bool:
    """Whether a bill is borne in a month.

    In its own; where the contract has late bills borne currently, in the first one that both had
    not signed yet when it came.
    """
    now = month.month.month
    in_time = now not in signed or bill.came_at <= signed[now]
    if bill.end_day > month.first_day:
        return in_time
    each = bill.end_day - timedelta(days=1)
    if not signed or each < month.contract.first_day:
        return False
    while each < month.month.first_day:
        name = f"{each:%Y-%m}"
        if name not in signed or bill.came_at <= signed[name]:
            return False
        each = next_month(each)
    return in_time


def line_of(contract: Contract, meter: str, item: str) -> str | None:
    """Line of the contract that an item of a meter's bill is on.

    The basic charge is on the line of demand, power factor and tax on the lines that are a
    percentage of the meter's own, and whatever has no line of its own on the meter's.
    """
    own = next(
        (
            each.line
            for each in contract.meters
            if each.in_ledger() == (meter, "")
            and not each.excluded
            and contract.line(each.line).in_bills
        ),
        None,
    )
    if own is None:
        return None
    kind = _KINDS.get(item)
    lines = [line for line in contract.lines if line.kind is kind and line.in_bills]
    beside = [line.code for line in lines if _belongs(line, own)]
    return beside[0] if beside else own


_KINDS: Mapping[str, LineKind] = {
    "basic": LineKind.DEMAND,
    "power_factor": LineKind.POWER_FACTOR,
    "tax": LineKind.TAX,
}


def _belongs(line: ContractLine, own: str) -> bool:
    return line.kind is LineKind.DEMAND or own in line.of


def _use_by_day(bill: LedgerBill) -> Mapping[str, Decimal] | None:
    """Use of every day of a bill that crosses the month; None unless all of them are known."""
    span = (bill.end_day - bill.first_day).days
    found: dict[str, Decimal] = {}
    for day in (bill.first_day + timedelta(days=n) for n in range(span)):
        known = bill.days.get(day)
        if known is None or not known.whole or known.quantity_grade == "estimated":
            return None
        found[day.isoformat()] = Decimal(plain(exact(known.value)))
    return found


def whole_use(known: Mapping[date, LedgerDay], first: date, end: date) -> Decimal | None:
    """Use on local days [first, end) of a meter; None unless every day has a sure figure."""
    found = [known.get(first + timedelta(days=n)) for n in range((end - first).days)]
    sure = [day for day in found if day and day.whole and day.quantity_grade != "estimated"]
    if len(sure) < len(found):
        return None
    return sum((exact(day.value) for day in sure), Decimal(0))
