"""Bookings, use, rentals, places and maintenance, each with a truth planted."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.fleet.booking import Booking, dispatch
from analytics.fleet.maintenance_due import MaintenancePlan, due
from analytics.fleet.rental import RentalTerms, rental_check
from analytics.fleet.utilisation import FleetLimits, Journey, at_once, uses
from analytics.fleet.vehicle_quota import QuotaEntry, QuotaKind, balances
from tests.unit.fleet.orders import ZONE, local, order, stretch

WEEK = {date(2026, 7, day) for day in range(6, 13)}


def booked(number: str, start: str, end: str, *, cancelled: bool = False) -> Booking:
    return Booking(number, 1, local(start), local(end), cancelled)


def journey(vehicle: int, start: str, minutes: int, km: str | None = "12") -> Journey:
    begin = local(start)
    distance = None if km is None else Decimal(km)
    return Journey(vehicle, begin, begin + timedelta(minutes=minutes), distance)


def test_bookings_are_used_unused_waiting_or_in_each_others_way() -> None:
    found = dispatch(
        [
            booked("A", "2026-07-06 08:00", "2026-07-06 12:00"),
            booked("B", "2026-07-06 11:00", "2026-07-06 13:00"),
            booked("C", "2026-07-07 08:00", "2026-07-07 12:00"),
            booked("D", "2026-07-08 08:00", "2026-07-08 12:00", cancelled=True),
            booked("E", "2026-07-20 08:00", "2026-07-20 12:00"),
        ],
        [
            stretch("out", "2026-07-06 07:50", 60),
            stretch("back", "2026-07-06 11:20", 30),
            stretch("lunch", "2026-07-06 12:10", 40),
            stretch("secret", "2026-07-08 09:00", 40),
        ],
        now=local("2026-07-10 00:00"),
    )
    used = {booking.number: [trip.id for trip in trips] for booking, trips in found.used}
    assert used == {"A": ["out", "back"], "B": ["lunch"]}
    assert [each.number for each in found.unused] == ["C"]
    assert [each.id for each in found.unbooked] == ["secret"]
    assert [(each.one.number, each.other.number) for each in found.overlapping] == [("A", "B")]
    assert [each.number for each in found.waiting] == ["E"]


def test_a_vehicle_that_stood_is_idle_and_one_that_was_silent_is_not_known() -> None:
    heard = {1: WEEK, 2: WEEK, 3: {date(2026, 7, 6)}}
    held = dict.fromkeys(heard, WEEK)
    trips = [journey(1, f"2026-07-{day:02} 09:00", 60, "40") for day in range(6, 11)]
    trips.append(journey(2, "2026-07-06 09:00", 20, None))
    busy, standing, silent = uses(trips, heard, held, ZONE)
    assert (busy.days_used, busy.km, busy.hours) == (5, Decimal(200), Decimal("5.00"))
    assert busy.idle(FleetLimits()) is False
    assert standing.idle(FleetLimits()) is True
    assert (standing.trips, standing.trips_without_km) == (1, 1)
    assert silent.idle(FleetLimits()) is None


def test_a_trip_over_midnight_uses_both_days_and_belongs_to_the_first() -> None:
    [use] = uses([journey(1, "2026-07-06 23:50", 30)], {1: set()}, {1: WEEK}, ZONE)
    assert (use.trips, use.days_used) == (1, 2)


def test_three_vehicles_of_which_two_were_out_at_once() -> None:
    trips = [
        journey(1, "2026-07-06 08:00", 60),
        journey(1, "2026-07-06 10:00", 60),
        journey(2, "2026-07-06 10:30", 60),
        journey(3, "2026-07-06 14:00", 60),
    ]
    day = local("2026-07-06 00:00"), local("2026-07-07 00:00")
    found = at_once(trips, 3, day, away=FleetLimits().away)
    assert (found.most, found.most_at) == (2, local("2026-07-06 10:30"))
    assert found.hours == (Decimal("19.50"), Decimal("4.00"), Decimal("0.50"))
    assert found.enough(Decimal(0)) == 2
    assert found.enough(Decimal(1)) == 1
    assert found.short(1) == Decimal("0.50")
    waited = at_once(trips, 3, day, away=FleetLimits(away_hours=Decimal("0.5")).away)
    assert waited.hours[0] == found.hours[0] + 1


def test_of_a_vehicle_that_was_handed_over_only_its_own_days_count() -> None:
    before = {date(2026, 7, day) for day in range(6, 9)}
    trips = [journey(1, f"2026-07-{day:02} 09:00", 60, "40") for day in range(6, 11)]
    [use] = uses(trips, {1: WEEK}, {1: before}, ZONE)
    assert (use.days, use.days_known, use.days_used, use.km) == (3, 3, 3, Decimal(120))


TERMS = RentalTerms(
    hour=Decimal("8.50"), km=Decimal("0.60"), day_cap=Decimal(83), step_min=30, free_km=Decimal(20)
)


@pytest.mark.parametrize(
    ("until", "km", "time", "distance"),
    [
        ("2026-07-06 09:00", "10", "8.50", "0.00"),
        ("2026-07-06 09:05", "30", "12.75", "6.00"),
        ("2026-07-06 23:00", "20", "83.00", "0.00"),
        ("2026-07-07 08:00", "120", "83.00", "60.00"),
        ("2026-07-07 09:01", "20", "95.75", "0.00"),
    ],
)
def test_a_rental_costs_steps_begun_up_to_the_cap_of_each_day(
    until: str, km: str, time: str, distance: str
) -> None:
    bill = order("rent", "R", "2026-07-06 08:00", "90.00", until=until, km=km)
    found = rental_check(bill, TERMS, driven_km=Decimal(9))
    assert found is not None
    assert (found.time, found.distance) == (Decimal(time), Decimal(distance))
    assert found.difference == Decimal("90.00") - found.time - found.distance
    assert found.km_apart == Decimal(km) - 9


def test_a_bill_without_distance_goes_by_the_trips_and_one_without_end_is_not_checked() -> None:
    bill = order("rent", "R", "2026-07-06 08:00", "20.50", until="2026-07-06 09:00")
    found = rental_check(bill, TERMS, driven_km=Decimal(40))
    assert found is not None
    assert (found.expected, found.agrees) == (Decimal("20.50"), True)
    assert rental_check(order("rent", "R", "2026-07-06 08:00", "9"), TERMS, driven_km=None) is None


def test_a_bill_whose_distance_nobody_tells_is_not_checked() -> None:
    bill = order("rent", "R", "2026-07-06 08:00", "60.00", until="2026-07-06 09:00")
    assert rental_check(bill, TERMS, driven_km=None) is None


def test_places_move_and_never_vanish() -> None:
    def entry(kind: str, day: str, places: int, receiver: int | None = None) -> QuotaEntry:
        return QuotaEntry(1, QuotaKind(kind), date.fromisoformat(day), places, receiver, "doc")

    first, second = balances(
        [
            entry("grant", "2025-01-01", 10),
            entry("adjustment", "2026-03-01", -2),
            entry("transfer", "2026-04-01", 3, 2),
            entry("disposal", "2026-05-01", 1),
            entry("adjustment", "2027-01-01", 5),
        ],
        {1: 4, 2: 3},
        (date(2026, 1, 1), date(2027, 1, 1)),
    )
    assert (first.granted, first.vacant) == (5, 1)
    assert (first.adjusted, first.transferred, first.disposed) == (2, 3, 1)
    assert (second.granted, second.vacant) == (3, 0)


def test_maintenance_comes_due_by_whichever_is_first() -> None:
    plan = MaintenancePlan(1, "oil", Decimal(10_000), 365, date(2026, 1, 1))
    assert due(plan, Decimal(9_500), date(2026, 3, 1)).state == "soon"
    assert due(plan, Decimal(100), date(2027, 1, 1)).state == "due"
    assert due(plan, Decimal(100), date(2026, 2, 1)).state == "far"
