"""Orders matched to their trips and plug-ins; what finds no partner is listed. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.fleet.order_book import Booked
from domain.vehicle_order import OrderKind

WITHIN: Mapping[OrderKind, timedelta] = {
    OrderKind.FUEL: timedelta(minutes=30),
    OrderKind.CHARGING: timedelta(minutes=30),
    OrderKind.TOLL: timedelta(minutes=10),
    OrderKind.PARKING: timedelta(minutes=60),
}
"""How far an order may lie from its trip or plug-in: clocks of suppliers differ, and who fuels or
parks has stopped. Other kinds belong to no trip."""
_APART = Decimal("0.15")
"""Share by which kWh of an order and of the vehicle may differ, loss included. [1]"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A trip or a plug-in of a vehicle.

    Attributes
    ----------
    kwh : Decimal or None
        Of a plug-in, into the battery; None where unknown.
    """

    id: str
    vehicle_id: int
    start: datetime
    end: datetime
    kwh: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """An order and the trip or plug-in it belongs to.

    Attributes
    ----------
    stretch : Stretch or None
        None where no one lies near enough.
    off : timedelta
        How far apart they lie; zero where they meet.
    energies_differ : bool
        The order tells less than reached the battery, or more than loss can explain.
    """

    booked: Booked
    stretch: Stretch | None
    off: timedelta = timedelta(0)
    energies_differ: bool = False


def matched(
    booked: Iterable[Booked], trips: Iterable[Stretch], charges: Iterable[Stretch]
) -> list[Matched]:
    """Match each order of a kind in `WITHIN`, by time; charging one to one, the nearest first."""
    orders = [each for each in booked if each.order.kind in WITHIN and not each.taken_back]
    of_trips, of_charges = _by_vehicle(trips), _by_vehicle(charges)
    found = [
        _nearest(each, of_trips.get(each.order.vehicle_id, ()))
        for each in orders
        if each.order.kind is not OrderKind.CHARGING
    ]
    charging = [each for each in orders if each.order.kind is OrderKind.CHARGING]
    found += _one_to_one(charging, of_charges)
    return sorted(found, key=lambda each: _named(each.booked))


def _by_vehicle(stretches: Iterable[Stretch]) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = {}
    for each in sorted(stretches, key=lambda stretch: (stretch.start, stretch.id)):
        found.setdefault(each.vehicle_id, []).append(each)
    return found


def _near(booked: Booked, stretches: Sequence[Stretch]) -> list[tuple[timedelta, Stretch]]:
    """Stretches within reach, and how far off; stretches of a vehicle do not overlap."""
    order, within = booked.order, WITHIN[booked.order.kind]
    until = order.until or order.at
    after = bisect_right(stretches, until + within, key=lambda each: each.start)
    near = []
    for each in reversed(stretches[:after]):
        off = max(each.start - until, order.at - each.end, timedelta(0))
        if off > within:
            break
        near.append((off, each))
    return near


def _nearest(booked: Booked, stretches: Sequence[Stretch]) -> Matched:
    near = _near(booked, stretches)
    if not near:
        return Matched(booked, None)
    off, stretch = min(near, key=lambda pair: (pair[0], pair[1].start, pair[1].id))
    return Matched(booked, stretch, off)


def _one_to_one(
    orders: Sequence[Booked], charges: Mapping[int, Sequence[Stretch]]
) -> list[Matched]:
    pairs = [
        (off, _named(each), stretch.start, stretch.id, each, stretch)
        for each in orders
        for off, stretch in _near(each, charges.get(each.order.vehicle_id, ()))
    ]
    found: dict[tuple[object, ...], Matched] = {}
    taken: set[tuple[int, str]] = set()
    for off, name, _, _, booked, stretch in sorted(pairs, key=lambda pair: pair[:4]):
        if name in found or (stretch.vehicle_id, stretch.id) in taken:
            continue
        taken.add((stretch.vehicle_id, stretch.id))
        found[name] = Matched(booked, stretch, off, _differ(booked, stretch))
    return [found.get(_named(each), Matched(each, None)) for each in orders]


def _differ(booked: Booked, stretch: Stretch) -> bool:
    sold, into = booked.net_quantity, stretch.kwh
    if sold is None or into is None or sold <= 0:
        return False
    return not 0 <= sold - into <= _APART * sold


def _named(booked: Booked) -> tuple[object, ...]:
    return booked.order.at, booked.order.supplier, booked.order.number
