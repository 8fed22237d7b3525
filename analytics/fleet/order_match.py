"""Orders matched to their trips and plug-ins; what finds no partner is listed. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.fleet.order_book import Booked
from domain.vehicle_order import OrderCharge, OrderKind, VehicleOrder

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
_CLOCK = timedelta(hours=24)
"""How far off a clock may be, or a day stand for its instants, where all else fits."""
LATE = timedelta(days=7)
"""How far from its plug-in an order may be told: within it, either may be the other's."""


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
    by_energy : bool
        It is too far off for `WITHIN`, but within a day the only two whose energy and length fit.
    perhaps : tuple of Stretch
        Plug-ins that may be what it is for, or not: nothing tells. Their energy may be counted
        twice.
    said : OrderCharge or None
        What a person says it is for.
    gone : bool
        The plug-in that was said is not there any more, or came from a pile of our own: what was
        said counts for nothing, and the order is matched like any other.
    """

    booked: Booked
    stretch: Stretch | None
    off: timedelta = timedelta(0)
    energies_differ: bool = False
    by_energy: bool = False
    perhaps: tuple[Stretch, ...] = ()
    said: OrderCharge | None = None
    gone: bool = False


def matched(
    booked: Iterable[Booked],
    trips: Iterable[Stretch],
    charges: Iterable[Stretch],
    own: Iterable[Stretch] = (),
    said: Iterable[OrderCharge] = (),
) -> list[Matched]:
    """Match each order of a kind in `WITHIN`, by time; charging one to one, the nearest first.

    Parameters
    ----------
    charges, own : iterable of Stretch
        Plug-ins elsewhere, and at piles of our own: to these no order belongs, but one of the
        same time may have counted the same energy.
    said : iterable of OrderCharge
        What people say. A plug-in that they gave to an order, or to several that pay it together,
        is no other order's.
    """
    orders = [each for each in booked if each.order.kind in WITHIN and not each.taken_back]
    of_trips, of_charges = _by_vehicle(trips), _by_vehicle(charges)
    found = [
        _nearest(each, of_trips.get(each.order.vehicle_id, ()))
        for each in orders
        if each.order.kind is not OrderKind.CHARGING
    ]
    charging = [each for each in orders if each.order.kind is OrderKind.CHARGING]
    by_people, told = _by_people(charging, of_charges, said)
    given = {_key(each.stretch) for each in by_people if each.stretch is not None}
    loose = [each for each in charging if _named(each) not in {_named(m.booked) for m in by_people}]
    free = {
        vehicle: [each for each in stretches if _key(each) not in given]
        for vehicle, stretches in of_charges.items()
    }
    found += by_people
    found += [
        replace(each, said=told.get(_order(each.booked.order)), gone=True)
        if _order(each.booked.order) in told
        else each
        for each in _late(_one_to_one(loose, free), free, _by_vehicle(own))
    ]
    return sorted(found, key=lambda each: _named(each.booked))


def _by_people(
    charging: Sequence[Booked],
    charges: Mapping[int, Sequence[Stretch]],
    said: Iterable[OrderCharge],
) -> tuple[list[Matched], dict[tuple[int, str, str], OrderCharge]]:
    """Orders with what people say they are for, and what they say of all of them."""
    told = {each.order: each for each in said}
    there = {_key(each): each for stretches in charges.values() for each in stretches}
    pairs = []
    for each in charging:
        word = told.get(_order(each.order))
        if word is None:
            continue
        stretch = None if word.charge is None else there.get((word.vehicle_id, word.charge))
        if word.charge is None or stretch is not None:
            pairs.append((each, word, stretch))
    sold: dict[tuple[int, str], list[Decimal | None]] = {}
    for each, _, stretch in pairs:
        if stretch is not None:
            sold.setdefault(_key(stretch), []).append(each.net_quantity)
    return [
        Matched(
            each,
            stretch,
            timedelta(0) if stretch is None else _off(each.order, stretch),
            stretch is not None and _apart(_all(sold[_key(stretch)]), stretch.kwh),
            said=word,
        )
        for each, word, stretch in pairs
    ], told


def _all(sold: Sequence[Decimal | None]) -> Decimal | None:
    """What several orders sold together; None where one does not tell."""
    known = [each for each in sold if each is not None]
    return sum(known, Decimal(0)) if len(known) == len(sold) else None


def _order(order: VehicleOrder) -> tuple[int, str, str]:
    return order.vehicle_id, order.supplier, order.number


def _off(order: VehicleOrder, stretch: Stretch) -> timedelta:
    """How far apart an order and a stretch lie; zero where they meet."""
    return max(stretch.start - (order.until or order.at), order.at - stretch.end, timedelta(0))


def _by_vehicle(stretches: Iterable[Stretch]) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = {}
    for each in sorted(stretches, key=lambda stretch: (stretch.start, stretch.id)):
        found.setdefault(each.vehicle_id, []).append(each)
    return found


def _near(
    booked: Booked, stretches: Sequence[Stretch], within: timedelta | None = None
) -> list[tuple[timedelta, Stretch]]:
    """Stretches within reach, and how far off; stretches of a vehicle do not overlap."""
    order = booked.order
    within = WITHIN[order.kind] if within is None else within
    until = order.until or order.at
    after = bisect_right(stretches, until + within, key=lambda each: each.start)
    near = []
    for each in reversed(stretches[:after]):
        off = _off(order, each)
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


def _late(
    found: Sequence[Matched],
    charges: Mapping[int, Sequence[Stretch]],
    own: Mapping[int, Sequence[Stretch]],
) -> list[Matched]:
    """Match what a wrong clock kept apart, where no other could be meant; else name who could."""
    taken = {_key(each.stretch) for each in found if each.stretch is not None}
    free = {
        vehicle: [each for each in stretches if _key(each) not in taken]
        for vehicle, stretches in charges.items()
    }
    loose = [each.booked for each in found if each.stretch is None]
    near = {_named(each): _near(each, free.get(each.order.vehicle_id, ()), LATE) for each in loose}
    sure = _sure(loose, near)
    taken |= {_key(stretch) for _, stretch in sure.values()}
    told = []
    for each in found:
        name = _named(each.booked)
        if name in sure:
            off, stretch = sure[name]
            told.append(Matched(each.booked, stretch, off, by_energy=True))
        elif name in near:
            others = [stretch for _, stretch in near[name] if _key(stretch) not in taken]
            at_own = own.get(each.booked.order.vehicle_id, ())
            others += [stretch for _, stretch in _near(each.booked, at_own, timedelta(0))]
            told.append(replace(each, perhaps=tuple(others)))
        else:
            told.append(each)
    return told


def _sure(
    loose: Sequence[Booked],
    near: Mapping[tuple[object, ...], Sequence[tuple[timedelta, Stretch]]],
) -> dict[tuple[object, ...], tuple[timedelta, Stretch]]:
    """Pairs within a day that fit, of which neither may belong to any other."""
    rivals: dict[tuple[int, str], int] = {}
    meant = {}
    for each in loose:
        may = [(off, stretch) for off, stretch in near[_named(each)] if _fits(each, stretch) != 0]
        for _, stretch in may:
            rivals[_key(stretch)] = rivals.get(_key(stretch), 0) + 1
        if len(may) == 1 and may[0][0] <= _CLOCK and _fits(each, may[0][1]) == 1:
            meant[_named(each)] = may[0]
    return {name: pair for name, pair in meant.items() if rivals[_key(pair[1])] == 1}


def _fits(booked: Booked, stretch: Stretch) -> int | None:
    """1 where energy and length of an order fit those of a plug-in, 0 where not; None: not told."""
    order = booked.order
    longest = stretch.end - stretch.start + WITHIN[OrderKind.CHARGING]
    if order.until is not None and order.until - order.at > longest:
        return 0
    if not booked.net_quantity or stretch.kwh is None:
        return None
    return int(not _differ(booked, stretch))


def _key(stretch: Stretch) -> tuple[int, str]:
    return stretch.vehicle_id, stretch.id


def _differ(booked: Booked, stretch: Stretch) -> bool:
    return _apart(booked.net_quantity, stretch.kwh)


def _apart(sold: Decimal | None, into: Decimal | None) -> bool:
    """Whether what was sold does not fit what reached the battery. [kWh]."""
    if sold is None or into is None or sold <= 0:
        return False
    return not 0 <= sold - into <= _APART * sold


def _named(booked: Booked) -> tuple[object, ...]:
    return booked.order.at, booked.order.supplier, booked.order.number
