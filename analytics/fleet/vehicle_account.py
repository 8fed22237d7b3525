"""The account of one vehicle (单车核算): what it did and cost, with the items inside. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from analytics.fleet.coverage import NO_TIME, Coverage
from analytics.fleet.order_book import OrderBook, part_of
from domain.vehicle_order import OrderKind

Spans: TypeAlias = Sequence[tuple[datetime, datetime]]
OWN_PILES = "own_piles"
"""Item of charging at our own piles, priced by the pile's meter."""
ENERGY = (OrderKind.FUEL.value, OrderKind.CHARGING.value, OWN_PILES)
LEVELS: Mapping[str, tuple[str, ...]] = {
    "energy": ENERGY,
    "running": (*ENERGY, *(k.value for k in (OrderKind.TOLL, OrderKind.PARKING, OrderKind.REPAIR,
                                             OrderKind.INSURANCE))),
    "full": (*ENERGY, *(k.value for k in OrderKind if k.value not in ENERGY)),
}  # fmt: skip
"""Items that each cost per 100 km takes in, from the narrowest to the widest."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one thing cost in the period. [CNY]; `orders` that it is the sum of."""

    name: str
    amount: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Per100Km:
    """Cost per 100 km with the items inside; never told without them.

    Attributes
    ----------
    level : str
        ``energy``, ``running`` or ``full``.
    inside : tuple of str
        Items with an amount.
    absent : tuple of str
        Items of the level of which nothing is known: none was paid, or none was entered.
    cny : Decimal or None
        None where nothing was driven, a price or a payment is missing, a trip tells no
        distance, or too little is told of the time. [CNY/100 km]
    """

    level: str
    inside: tuple[str, ...]
    absent: tuple[str, ...]
    cny: Decimal | None


@dataclass(frozen=True, slots=True)
class VehicleAccount:
    """What a vehicle did and cost over some time.

    Attributes
    ----------
    km : Decimal
        Of the trips whose distance is known. [km]
    fuel_l, public_kwh : Decimal
        By the orders, less what was given back. [L], [kWh]
    own_kwh : Decimal
        At our own piles, by their meters. [kWh]
    unpriced : int
        Plug-ins at our own piles that no price or no figure of the meter covers.
    unpaid : int
        Plug-ins elsewhere that no order pays.
    trips_untold : int
        Trips without a distance.
    coverage : Coverage
        Of which part of its time trips and charges are told.
    doubtful : int
        Orders that may be for energy which a plug-in counts as well.
    """

    vehicle_id: int
    km: Decimal
    items: tuple[Item, ...]
    fuel_l: Decimal
    public_kwh: Decimal
    own_kwh: Decimal
    unpriced: int
    unpaid: int = 0
    trips_untold: int = 0
    coverage: Coverage = NO_TIME
    doubtful: int = 0

    @property
    def lacking(self) -> tuple[str, ...]:
        """Why there is no cost per 100 km though everything has a price."""
        return (*self.coverage.lacking, *(("order_or_charge",) if self.doubtful else ()))

    @property
    def total(self) -> Decimal:
        """Sum of the items. [CNY]."""
        return sum((item.amount for item in self.items), Decimal(0))

    def per_100_km(self) -> tuple[Per100Km, ...]:
        """Cost per 100 km at each level."""
        return tuple(self._level(level, names) for level, names in LEVELS.items())

    def _level(self, level: str, names: Sequence[str]) -> Per100Km:
        inside = [item for item in self.items if item.name in names]
        told = {item.name for item in inside}
        cny = None
        open_points = self.unpriced or self.unpaid or self.trips_untold
        whole = not (open_points or self.lacking)
        if self.km > 0 and inside and whole:
            cny = sum((item.amount for item in inside), Decimal(0)) * 100 / self.km
        absent = tuple(name for name in names if name not in told)
        return Per100Km(level, tuple(item.name for item in inside), absent, cny)


@dataclass(frozen=True, slots=True)
class OwnCharging:
    """What charging at our own piles came to in the period.

    Attributes
    ----------
    sessions, unpriced : int
        Plug-ins; of these without a price.
    unpriced_kwh : Decimal
        Of the kWh, without a price.
    untold : int
        Plug-ins that lasted into this time and of which the pile's meter tells nothing, so that
        their energy counts where they began, or nothing of a part of this time.
    """

    kwh: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    sessions: int = 0
    unpriced: int = 0
    unpriced_kwh: Decimal = Decimal(0)
    untold: int = 0


def vehicle_account(
    vehicle_id: int,
    book: OrderBook,
    own: OwnCharging,
    *,
    km: Decimal,
    spans: Spans,
    zone: ZoneInfo,
    unpaid: int = 0,
    trips_untold: int = 0,
    coverage: Coverage = NO_TIME,
    doubtful: int = 0,
) -> VehicleAccount:
    """Put together the account of a vehicle.

    Parameters
    ----------
    book : OrderBook
        Of this vehicle alone, and of any time.
    spans : sequence of tuple of datetime
        Half-open spans over which it was held; what was paid for other times is another holder's.
    unpaid, trips_untold : int
        Plug-ins elsewhere that no order pays, and trips whose distance is not in `km`.
    """
    items = [*_items(book, spans, zone)]
    # What has no price yet is no cost of nothing: it stands among what is unpriced.
    if own.amount or (own.sessions and not own.unpriced):
        items.append(Item(OWN_PILES, own.amount, own.sessions))
    return VehicleAccount(
        vehicle_id,
        km,
        tuple(items),
        _quantity(book, OrderKind.FUEL, spans),
        _quantity(book, OrderKind.CHARGING, spans),
        own.kwh,
        own.unpriced,
        unpaid,
        trips_untold,
        coverage,
        doubtful,
    )


def _items(book: OrderBook, spans: Spans, zone: ZoneInfo) -> Iterable[Item]:
    parts: dict[OrderKind, list[Decimal]] = {}
    for order in book.payments():
        part = sum((part_of(order, *span, zone) for span in spans), Decimal(0))
        if part:
            parts.setdefault(order.kind, []).append(part)
    return (
        Item(kind.value, sum(parts[kind], Decimal(0)), len(parts[kind]))
        for kind in OrderKind
        if kind in parts
    )


def _quantity(book: OrderBook, kind: OrderKind, spans: Spans) -> Decimal:
    """Litres or kWh that were kept; of what was taken back whole, nothing."""
    void = sum(
        (
            each.order.quantity
            for each in book.booked
            if each.order.kind is kind
            and each.order.quantity is not None
            and each.taken_back
            and all(refund.quantity is None for refund in each.refunds)
            and within(each.order.at, spans)
        ),
        Decimal(0),
    )
    return -void + sum(
        (
            order.quantity
            for order in book.payments()
            if order.kind is kind and order.quantity is not None and within(order.at, spans)
        ),
        Decimal(0),
    )


def within(at: datetime, spans: Spans) -> bool:
    """Whether an instant lies in one of some half-open spans."""
    return any(since <= at < until for since, until in spans)
