"""A bill's sum beside our cost of its days, and what the difference consists of. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.cost_line import Cost
from analytics.ledger.reconciliation import Reconciliation

_DOUBTS = frozenset({"calendar", "weather", "reactive_reverse", "user_class", "demand_unheld"})
"""Gaps that make a cost not official, though nothing is missing from its sum."""


@dataclass(frozen=True, slots=True)
class BillMoney:
    """The money of one bill.

    Attributes
    ----------
    billed : Decimal
        Sum of its lines. [CNY]
    ours : Decimal or None
        None where something of our cost is missing: then nothing is compared. [CNY]
    lacks : str
        Code of what is missing; empty where nothing is.
    causes : mapping of str to Decimal
        Bill - ours by cause; they add up to the difference, to the cent. [CNY]
    """

    billed: Decimal
    ours: Decimal | None
    lacks: str
    causes: Mapping[str, Decimal]

    @property
    def difference(self) -> Decimal | None:
        """Bill - ours. [CNY]."""
        return None if self.ours is None else self.billed - self.ours

    @property
    def difference_pct(self) -> Decimal | None:
        """Bill - ours, of the bill. [%]."""
        difference = self.difference
        return None if difference is None or not self.billed else 100 * difference / self.billed

    @property
    def main_cause(self) -> tuple[str, Decimal] | None:
        """What explains the most of it, and how much. [CNY]."""
        return max(self.causes.items(), key=lambda each: abs(each[1]), default=None)

    def differs(self, limit_pct: Decimal) -> bool:
        """Whether it differs by more than a limit. [%]."""
        part = self.difference_pct
        return part is not None and abs(part) > limit_pct


def bill_money(found: Reconciliation, ours: Cost) -> BillMoney:
    """What is kept of a bill explained by our cost."""
    lacks = next((gap.code for gap in ours.gaps if gap.code not in _DOUBTS), "")
    causes: dict[str, Decimal] = defaultdict(Decimal)
    for each in found.explained:
        causes[each.cause] += each.amount
    told = {} if lacks else {cause: amount for cause, amount in causes.items() if amount}
    return BillMoney(found.bill_total, None if lacks else found.our_total, lacks, told)
