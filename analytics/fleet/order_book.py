"""Orders of vehicles put in order: each once, refunds beside what they take back. Pure.

Whatever came first, and however often: the same orders give the same book.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from domain.local_day import day_end, day_start, local_day
from domain.money import cents
from domain.vehicle_order import SPREAD, VehicleOrder

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Booked:
    """An order, with what was given back of it.

    Attributes
    ----------
    refunds : tuple of VehicleOrder
        In order of time.
    """

    order: VehicleOrder
    refunds: tuple[VehicleOrder, ...]

    @property
    def net(self) -> Decimal:
        """What it came to in the end. [CNY]."""
        return self.order.amount + sum((each.amount for each in self.refunds), Decimal(0))

    @property
    def net_quantity(self) -> Decimal | None:
        """Litres or kWh that were kept; None where the order tells none."""
        if self.order.quantity is None:
            return None
        given_back = (each.quantity or Decimal(0) for each in self.refunds)
        return self.order.quantity + sum(given_back, Decimal(0))

    @property
    def taken_back(self) -> bool:
        """Whether nothing of it was left to pay."""
        return bool(self.refunds) and self.net <= 0


@dataclass(frozen=True, slots=True)
class OrderBook:
    """All orders, each once.

    Attributes
    ----------
    booked : tuple of Booked
        Orders by time.
    refunds_alone : tuple of VehicleOrder
        Refunds of orders that are not in the book; they count, and somebody has to look.
    """

    booked: tuple[Booked, ...]
    refunds_alone: tuple[VehicleOrder, ...]

    def payments(self) -> Iterator[VehicleOrder]:
        """Orders and refunds; each counts on its own days, so that no past month changes."""
        for each in self.booked:
            yield each.order
            yield from each.refunds
        yield from self.refunds_alone


def order_book(orders: Iterable[VehicleOrder]) -> OrderBook:
    """Put orders in order, in whichever order and however often they came."""
    each = sorted({order.name: order for order in orders}.values(), key=_by_time)
    paid = {(order.supplier, order.number) for order in each if order.refunds is None}
    given_back: dict[tuple[str, str], list[VehicleOrder]] = {}
    alone = []
    for order in each:
        if order.refunds is None:
            continue
        of = order.supplier, order.refunds
        if of in paid:
            given_back.setdefault(of, []).append(order)
        else:
            alone.append(order)
    booked = (
        Booked(order, tuple(given_back.get((order.supplier, order.number), ())))
        for order in each
        if order.refunds is None
    )
    return OrderBook(tuple(booked), tuple(alone))


def part_of(order: VehicleOrder, since: datetime, until: datetime, zone: ZoneInfo) -> Decimal:
    """What of an order belongs to the instants [since, until). [CNY].

    Insurance, rent and purchase belong to each local day of their span alike, and within a day to
    its hours, the cents so that parts that follow each other add up to the order; everything else
    to the instant at which it began.
    """
    if order.kind not in SPREAD or order.until is None or order.until <= order.at:
        return order.amount if since <= order.at < until else Decimal(0)
    # A span that ends at midnight does not touch the day that begins there.
    days = local_day(order.at, zone), local_day(order.until - _INSTANT, zone) + _DAY
    return _before(order.amount, days, until, zone) - _before(order.amount, days, since, zone)


def _before(amount: Decimal, days: tuple[date, date], at: datetime, zone: ZoneInfo) -> Decimal:
    """What of an amount over local days [begin, over) belongs to the time before `at`, in cents."""
    begin, over = days
    day = local_day(at, zone)
    midnight = day_start(day, zone)
    part = Fraction((at - midnight) // _INSTANT, (day_end(day, zone) - midnight) // _INSTANT)
    passed = min(max((day - begin).days + part, Fraction(0)), Fraction((over - begin).days))
    share = Fraction(amount) * passed / (over - begin).days
    return cents(Decimal(share.numerator) / Decimal(share.denominator))


def _by_time(order: VehicleOrder) -> tuple[object, ...]:
    return order.at, order.supplier, order.number, order.refunds is not None
