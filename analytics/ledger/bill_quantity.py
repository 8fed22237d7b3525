"""Our boundary total beside the utility's quantity, bill by bill; a difference that grows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.ledger.bill_money import BillMoney

FEWEST_GROWING = 4
"""So many bills in a row, each differing more than the one before, make a drift."""


@dataclass(frozen=True, slots=True)
class BillQuantity:
    """A bill's quantity and ours, of local days [first_day, end_day).

    Attributes
    ----------
    billed : Decimal or None
        By the bill; None where it has no line of energy with a quantity. [unit of the meter]
    counted : Decimal or None
        Ours; None where some of the time has no figure: missing is not zero.
    explained : bool or None
        What somebody said of the difference; None where nobody said anything.
    money : BillMoney or None
        Its sum beside our cost; None where that was never asked.
    """

    bill_id: int
    number: str
    first_day: date
    end_day: date
    billed: Decimal | None
    counted: Decimal | None
    explained: bool | None = None
    money: BillMoney | None = None

    @property
    def difference(self) -> Decimal | None:
        """Bill - ours. [unit of the meter]."""
        if self.billed is None or self.counted is None:
            return None
        return self.billed - self.counted

    @property
    def difference_pct(self) -> Decimal | None:
        """Bill - ours, of the bill. [%]."""
        difference = self.difference
        if difference is None or not self.billed:
            return None
        return 100 * difference / self.billed

    def overlaps(self, other: "BillQuantity") -> bool:
        """Whether another bill is of some of the same days."""
        return self.first_day < other.end_day and other.first_day < self.end_day

    def differs(self, limit_pct: Decimal) -> bool:
        """Whether it differs by more than a limit [%] and nobody has explained why."""
        part = self.difference_pct
        return part is not None and abs(part) > limit_pct and self.explained is not True

    def differs_in_money(self, limit_pct: Decimal, quantity_limit_pct: Decimal) -> bool:
        """Whether its sum differs by more than a limit, unexplained, though its quantity does not.

        Where the quantity does, that is the one matter, and it is told as such.
        """
        if self.money is None or self.explained is True or self.differs(quantity_limit_pct):
            return False
        return self.money.differs(limit_pct)


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference that grew from bill to bill, from `since` on, by `growth_pct` points."""

    since: date
    bills: int
    growth_pct: Decimal


def drift(bills: Sequence[BillQuantity], *, limit_pct: Decimal) -> Drift | None:
    """Whether the newest bills differ more and more, as those of a failing transformer do.

    Parameters
    ----------
    bills : sequence of BillQuantity
        Of one meter, in any order. A bill that cannot be compared, one of days that another is of
        too, or days between two bills, break the run. Bills that say the same are one.
    limit_pct : Decimal
        Half of it is the least growth that is told. [%]
    """
    run: list[tuple[BillQuantity, Decimal]] = []
    direction = 0
    each_once = {(each.first_day, each.end_day, each.billed): each for each in bills}.values()
    for bill in sorted(each_once, key=lambda each: each.first_day, reverse=True):
        part = bill.difference_pct
        if part is None or any(bill.overlaps(other) for other in each_once if other is not bill):
            break
        if run:
            step = _sign(run[-1][1] - part)
            if bill.end_day != run[-1][0].first_day or step in {0, -direction}:
                break
            direction = step
        run.append((bill, part))
    if len(run) < FEWEST_GROWING:
        return None
    newest, oldest = run[0][1], run[-1][1]
    growth = newest - oldest
    if abs(growth) < limit_pct / 2 or abs(newest) <= abs(oldest):
        return None
    return Drift(run[-1][0].first_day, len(run), growth)


def _sign(number: Decimal) -> int:
    return (number > 0) - (number < 0)
