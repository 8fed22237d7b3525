"""The utility's bill against what we computed: every cent of the difference has a cause. Pure.

Of one line: difference = (their quantity - ours) x our price + their quantity x (their price -
ours) + what their own product is off. Over the periods of an item the first part splits into the
volume, at our mean price, and the shape: the same volume in other periods. Where hours of ours
have no figure, the volume is put down to missing data.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analytics.ledger.bill import BillLine, OurSide, our_side
from analytics.ledger.cost_line import Cost
from domain.money import cents
from domain.time_of_use import Period

Cause = Literal[
    "quantity", "missing_data", "shape", "price", "arithmetic", "only_bill", "only_ours",
    "unexplained", "rounding",
]  # fmt: skip
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the bill beside ours; None on the side that has no such line."""

    item: str
    period: Period | None
    bill: BillLine | None
    ours: OurSide | None

    @property
    def difference(self) -> Decimal:
        """Bill - ours. [CNY]."""
        return (self.bill.amount if self.bill else ZERO) - (self.ours.value if self.ours else ZERO)


@dataclass(frozen=True, slots=True)
class Explained:
    """Part of the difference of an item that one cause explains: bill - ours. [CNY]."""

    item: str
    cause: Cause
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A bill beside our cost; the explained amounts add up to the difference, to the cent."""

    lines: tuple[Compared, ...]
    explained: tuple[Explained, ...]
    bill_total: Decimal
    our_total: Decimal

    @property
    def difference(self) -> Decimal:
        """Bill - ours. [CNY]."""
        return self.bill_total - self.our_total


def reconcile(bill: Sequence[BillLine], ours: Cost) -> Reconciliation:
    """Compare a bill with our cost of the same days."""
    theirs = {(line.item, line.period): line for line in bill}
    own = {(side.item, side.period): side for side in our_side(ours.lines, bill)}
    keys = dict.fromkeys([*theirs, *own])
    lines = tuple(Compared(*key, theirs.get(key), own.get(key)) for key in keys)
    hours_missing = any(gap.code == "hours" for gap in ours.gaps)
    explained: list[Explained] = []
    for item in dict.fromkeys(line.item for line in lines):
        causes = _causes([line for line in lines if line.item == item], missing=hours_missing)
        explained += [Explained(item, cause, cents(amount)) for cause, amount in causes]
    bill_total = sum((line.amount for line in bill), ZERO)
    rest = bill_total - ours.total - sum((each.amount for each in explained), ZERO)
    explained.append(Explained("total", "rounding", rest))
    kept = tuple(each for each in explained if each.amount)
    return Reconciliation(lines, kept, bill_total, ours.total)


def _causes(lines: Iterable[Compared], *, missing: bool) -> Iterator[tuple[Cause, Decimal]]:
    """Causes of the difference of one item, over its periods; not rounded."""
    volume = quantity = price = arithmetic = ZERO
    ours_quantity = ours_value = ZERO
    for line in lines:
        if line.bill is None or line.ours is None:
            yield ("only_bill" if line.bill else "only_ours"), line.difference
        elif line.bill.quantity is None or line.bill.price is None:
            yield "unexplained", line.difference
        else:
            more = line.bill.quantity - line.ours.quantity
            volume, quantity = volume + more, quantity + more * line.ours.price
            price += line.bill.quantity * (line.bill.price - line.ours.price)
            arithmetic += line.bill.amount - line.bill.quantity * line.bill.price
            ours_quantity += line.ours.quantity
            ours_value += line.ours.value
    mean = ours_value / ours_quantity if ours_quantity else ZERO
    by_volume = volume * mean if ours_quantity else quantity
    yield ("missing_data" if missing and volume > 0 else "quantity"), by_volume
    yield "shape", quantity - by_volume
    yield "price", price
    yield "arithmetic", arithmetic
