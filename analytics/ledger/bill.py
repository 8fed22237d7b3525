"""A utility's bill as lines, and our cost put into the same shape. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.ledger.cost_line import Line
from domain.time_of_use import Period

ENERGY = "energy"


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of the utility's bill.

    Attributes
    ----------
    item : str
        ``energy``, ``basic``, ``power_factor``, ``tax``, or the name of one component, such as
        ``government_funds``. A component without a line of its own counts as part of `energy`.
    quantity, price : Decimal or None
        None where the bill does not say. [unit], [CNY/unit]
    amount : Decimal
        [CNY]
    """

    item: str
    period: Period | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OurSide:
    """What we have for one line of a bill; `value` is quantity x price, not rounded. [CNY]."""

    item: str
    period: Period | None
    quantity: Decimal
    value: Decimal

    @property
    def price(self) -> Decimal:
        """Mean price. [CNY/unit]."""
        return self.value / self.quantity if self.quantity else Decimal(0)


def our_side(lines: Iterable[Line], bill: Sequence[BillLine]) -> list[OurSide]:
    """Put our lines together as the bill has them.

    What has one price all day is spread over the periods by their use, for a bill prints one price
    per period with everything in it; where it prints no periods, ours are taken together.
    """
    named = {line.item for line in bill}
    by_item: dict[str, list[Line]] = {}
    for line in lines:
        if line.billed:
            by_item.setdefault(_item(line, named), []).append(line)
    found = []
    for item, own in by_item.items():
        periods = {line.period for line in bill if line.item == item} - {None}
        found += _by_period(item, own) if periods or item not in named else [_whole(item, own)]
    return found


def _item(line: Line, named: set[str]) -> str:
    component = line.name.partition("/")[0]
    if component in named:
        return component
    return ENERGY if line.item == "fund" else line.item


def _value(line: Line) -> Decimal:
    """Amount before rounding; an adjustment's or a tax's price is a rate, so its amount."""
    per_unit = line.item in {"energy", "fund", "basic"}
    return line.quantity * line.price if per_unit else line.amount


def _quantity(lines: Iterable[Line]) -> Decimal:
    """Quantity of lines of several components of one use: that of the fullest of each span.

    Two versions within a month may name their components differently: each span of days has its
    own, and the quantity is that of all spans.
    """
    by_name: dict[tuple[date, date], dict[str, Decimal]] = {}
    for line in lines:
        of_span = by_name.setdefault((line.first_day, line.end_day), {})
        name = line.name.partition("/")[0]
        of_span[name] = of_span.get(name, Decimal(0)) + line.quantity
    return sum((max(each.values()) for each in by_name.values()), Decimal(0))


def _whole(item: str, lines: list[Line]) -> OurSide:
    return OurSide(item, None, _quantity(lines), sum(map(_value, lines), Decimal(0)))


def _by_period(item: str, lines: list[Line]) -> list[OurSide]:
    periods = list(dict.fromkeys(line.period for line in lines if line.period is not None))
    if not periods:
        return [_whole(item, lines)]
    all_day = sum((_value(line) for line in lines if line.period is None), Decimal(0))
    used = {p: _quantity(line for line in lines if line.period is p) for p in periods}
    whole = sum(used.values(), Decimal(0))
    return [
        OurSide(
            item,
            period,
            used[period],
            sum((_value(line) for line in lines if line.period is period), Decimal(0))
            + (all_day * used[period] / whole if whole else Decimal(0)),
        )
        for period in periods
    ]
