"""Bookings and dispatch orders held against trips: what was booked, what was driven. Pure."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from analytics.fleet.order_match import Stretch

SLACK = timedelta(minutes=30)
"""So much before its booking a trip may begin, or after it, and still be the one booked."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A vehicle given to somebody for [start, end).

    Attributes
    ----------
    number : str
        Of the dispatch order.
    cancelled : bool
        Given up before it began: it is neither unused nor in another's way.
    """

    number: str
    vehicle_id: int
    start: datetime
    end: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two bookings of one vehicle for the same time, the earlier first."""

    one: Booking
    other: Booking


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Bookings beside trips.

    Attributes
    ----------
    used : tuple of (Booking, tuple of Stretch)
        Bookings with the trips that belong to them.
    unused : tuple of Booking
        Booked and over, and nobody drove.
    unbooked : tuple of Stretch
        Driven, and nobody booked.
    waiting : tuple of Booking
        Not over yet, and not driven so far.
    """

    used: tuple[tuple[Booking, tuple[Stretch, ...]], ...]
    unused: tuple[Booking, ...]
    unbooked: tuple[Stretch, ...]
    overlapping: tuple[Overlap, ...]
    waiting: tuple[Booking, ...]

    def only(self, numbers: Container[str], trips: Container[tuple[int, str]]) -> "Dispatch":
        """What concerns bookings of some numbers, and of the unbooked trips some of a vehicle."""
        return Dispatch(
            tuple(each for each in self.used if each[0].number in numbers),
            tuple(each for each in self.unused if each.number in numbers),
            tuple(each for each in self.unbooked if (each.vehicle_id, each.id) in trips),
            tuple(
                each
                for each in self.overlapping
                if each.one.number in numbers or each.other.number in numbers
            ),
            tuple(each for each in self.waiting if each.number in numbers),
        )


def dispatch(
    bookings: Iterable[Booking],
    trips: Iterable[Stretch],
    *,
    now: datetime,
    slack: timedelta = SLACK,
) -> Dispatch:
    """Hold bookings against trips; a trip belongs to the booking with which it shares most time."""
    valid = sorted((each for each in bookings if not each.cancelled), key=_by_vehicle)
    of_vehicle = {key: list(group) for key, group in groupby(valid, key=lambda b: b.vehicle_id)}
    driven: dict[str, list[Stretch]] = {}
    unbooked = []
    for trip in sorted(trips, key=lambda each: (each.start, each.id)):
        booking = _of(trip, of_vehicle.get(trip.vehicle_id, ()), slack)
        if booking is None:
            unbooked.append(trip)
        else:
            driven.setdefault(booking.number, []).append(trip)
    idle = [each for each in valid if each.number not in driven]
    return Dispatch(
        tuple((each, tuple(driven[each.number])) for each in valid if each.number in driven),
        tuple(each for each in idle if each.end + slack <= now),
        tuple(unbooked),
        tuple(overlap for group in of_vehicle.values() for overlap in _overlaps(group)),
        tuple(each for each in idle if each.end + slack > now),
    )


def _of(trip: Stretch, bookings: Sequence[Booking], slack: timedelta) -> Booking | None:
    met = []
    for each in bookings:
        shared = min(trip.end, each.end + slack) - max(trip.start, each.start - slack)
        if shared > timedelta(0):
            inside = min(trip.end, each.end) - max(trip.start, each.start)
            met.append((inside, shared, each))
    # Of two that share as much, as the first of two that overlap: the one that was booked earlier.
    best = max(met, key=lambda found: found[:2], default=None)
    return None if best is None else best[2]


def _overlaps(group: Sequence[Booking]) -> Iterable[Overlap]:
    for n, one in enumerate(group):
        for other in group[n + 1 :]:
            if other.start >= one.end:
                break
            yield Overlap(one, other)


def _by_vehicle(booking: Booking) -> tuple[int, datetime, str]:
    return booking.vehicle_id, booking.start, booking.number
