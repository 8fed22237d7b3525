"""A month of mixed orders: each counted once, refunds beside them, all else in a list."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.fleet.order_book import Booked, order_book, part_of
from analytics.fleet.order_match import Stretch, matched
from analytics.fleet.vehicle_account import OwnCharging, vehicle_account
from domain.vehicle_order import OrderCharge, VehicleOrder
from tests.unit.fleet.orders import ZONE, local, order, stretch

JULY = [(local("2026-07-01 00:00"), local("2026-08-01 00:00"))]
YEAR = "2027-07-01 00:00"
MONTH = [
    order("fuel", "F1", "2026-07-03 08:15", "304.00", quantity="40"),
    order("fuel", "F2", "2026-07-17 12:02", "228.00", quantity="30"),
    order("charging", "C1", "2026-07-05 12:00", "36.80", until="2026-07-05 12:50", quantity="32"),
    order("charging", "C2", "2026-07-19 20:00", "23.00", until="2026-07-19 20:30", quantity="20"),
    order("charging", "C2", "2026-07-21 09:00", "-3.00", quantity="-2", refunds="C2"),
    order("toll", "T1", "2026-07-03 09:00", "15.00"),
    order("toll", "T2", "2026-07-30 23:59", "20.00"),
    order("parking", "P1", "2026-07-03 09:40", "10.00", until="2026-07-03 11:40"),
    order("repair", "R1", "2026-07-22 10:00", "860.00"),
    order("insurance", "I1", "2026-07-01 00:00", "3650.00", until=YEAR),
    order("toll", "T9", "2026-07-08 07:00", "-5.00", refunds="T8"),
]
TRIPS = [
    stretch("morning", "2026-07-03 08:20", 70),
    stretch("noon", "2026-07-17 12:10", 20),
]
CHARGES = [
    stretch("quick", "2026-07-05 11:58", 50, kwh="29.4"),
    stretch("evening", "2026-07-19 20:05", 25, kwh="12.0"),
    stretch("unpaid", "2026-07-28 20:05", 25, kwh="12.0"),
]


def test_a_month_of_mixed_orders_with_duplicates_and_a_refund() -> None:
    book = order_book([*MONTH, *MONTH[:4], MONTH[2]])
    assert len(book.booked) == len(MONTH) - 2
    returned = next(each for each in book.booked if each.order.number == "C2")
    assert (returned.net, returned.net_quantity) == (Decimal("20.00"), Decimal(18))
    assert [each.number for each in book.refunds_alone] == ["T9"]
    account = vehicle_account(1, book, OwnCharging(), km=Decimal(1240), spans=JULY, zone=ZONE)
    assert {item.name: item.amount for item in account.items} == {
        "fuel": Decimal("532.00"),
        "charging": Decimal("56.80"),
        "toll": Decimal("30.00"),
        "parking": Decimal("10.00"),
        "repair": Decimal("860.00"),
        "insurance": Decimal("310.00"),
    }
    assert account.total == Decimal("1798.80")
    assert (account.fuel_l, account.public_kwh) == (Decimal(70), Decimal(50))
    energy, running, full = account.per_100_km()
    assert energy.inside == ("fuel", "charging")
    assert energy.cny is not None
    assert energy.cny.quantize(Decimal("0.01")) == Decimal("47.48")
    assert running.inside == full.inside
    assert full.absent == ("own_piles", "rent", "purchase")
    for lacking in (
        replace(account, unpaid=1),
        replace(account, trips_untold=1),
        replace(account, unpriced=1),
    ):
        assert {each.cny for each in lacking.per_100_km()} == {None}


def test_orders_find_their_trips_and_plug_ins_and_the_rest_is_listed() -> None:
    found = {
        each.booked.order.number: each for each in matched(order_book(MONTH).booked, TRIPS, CHARGES)
    }
    partners = {number: each.stretch and each.stretch.id for number, each in found.items()}
    assert partners == {
        "F1": "morning",
        "T1": "morning",
        "P1": "morning",
        "F2": "noon",
        "C1": "quick",
        "C2": "evening",
        "T2": None,
    }
    assert not found["C1"].energies_differ
    assert found["C2"].energies_differ


def test_two_orders_never_share_a_plug_in() -> None:
    twice = [
        order("charging", "A", "2026-07-05 12:00", "9", until="2026-07-05 12:50", quantity="9"),
        order("charging", "B", "2026-07-05 12:40", "9", until="2026-07-05 13:10", quantity="9"),
    ]
    found = matched(order_book(twice).booked, [], CHARGES[:1])
    assert [each.stretch is None for each in found] == [False, True]


def late(at: str, *, number: str = "L", quantity: str = "20", **more: str) -> Booked:
    """An order told at a wrong time."""
    [found] = order_book([order("charging", number, at, "26.00", quantity=quantity, **more)]).booked
    return found


NOON = stretch("noon", "2026-07-10 12:00", 60, kwh="18")


def test_an_order_with_a_clock_of_another_zone_is_the_plug_in_that_alone_fits() -> None:
    told = late("2026-07-10 04:01", until="2026-07-10 04:58")
    [found] = matched([told], [], [NOON])
    assert (found.stretch, found.by_energy, found.perhaps) == (NOON, True, ())
    assert found.off == timedelta(hours=7, minutes=2)


@pytest.mark.parametrize(
    ("told", "charges", "perhaps"),
    [
        # Two charges of one energy within the week: which of them nobody can tell.
        (late("2026-07-10 08:00"), [NOON, replace(NOON, id="b", start=local("2026-07-12 12:00"),
                                                  end=local("2026-07-12 13:00"))], ["noon", "b"]),
        # Told three days late, as a supplier does that settles by the week.
        (late("2026-07-13 12:00"), [NOON], ["noon"]),
        # It fits neither in energy nor in length, and may still be a part of it.
        (late("2026-07-10 08:00", quantity="40"), [NOON], ["noon"]),
        (late("2026-07-10 02:00", until="2026-07-10 08:00"), [NOON], ["noon"]),
        # The vehicle does not say what it took.
        (late("2026-07-10 08:00"), [replace(NOON, kwh=None)], ["noon"]),
        # Nothing of the kind within a week.
        (late("2026-07-18 12:00"), [NOON], []),
    ],
)  # fmt: skip
def test_an_order_that_may_be_of_several_plug_ins_or_none_is_refused_and_names_them(
    told: Booked, charges: list[Stretch], perhaps: list[str]
) -> None:
    [found] = matched([told], [], charges)
    assert (found.stretch, found.by_energy) == (None, False)
    assert sorted(each.id for each in found.perhaps) == sorted(perhaps)


def test_two_orders_that_fit_one_plug_in_are_both_refused() -> None:
    both = [late("2026-07-10 08:00"), late("2026-07-10 20:00", number="M", quantity="19")]
    found = matched(both, [], [NOON])
    assert [(each.stretch, each.perhaps) for each in found] == [(None, (NOON,))] * 2


def test_an_order_while_the_vehicle_stood_at_our_own_pile_may_be_the_same_energy() -> None:
    [found] = matched([late("2026-07-10 12:30")], [], [], [NOON])
    assert (found.stretch, found.perhaps) == (None, (NOON,))
    [apart] = matched([late("2026-07-10 14:30")], [], [], [NOON])
    assert apart.perhaps == ()


def test_an_order_of_another_vehicle_matches_nothing_of_this_one() -> None:
    other = order("toll", "T1", "2026-07-03 09:00", "15.00", vehicle=2)
    [found] = matched(order_book([other]).booked, TRIPS, CHARGES)
    assert found.stretch is None


def test_parts_of_insurance_in_following_months_add_up_to_the_cent() -> None:
    paid = order("insurance", "I2", "2026-07-01 00:00", "1000.01", until="2027-07-01 00:00")
    firsts = [local(f"{2026 + n // 12}-{n % 12 + 1:02}-01 00:00") for n in range(5, 20)]
    parts = [part_of(paid, *pair, ZONE) for pair in pairwise(firsts)]
    assert sum(parts) == Decimal("1000.01")
    assert parts[0] == parts[-1] == 0


def test_insurance_of_a_vehicle_that_moved_is_shared_by_the_time_each_had_it() -> None:
    paid = order("insurance", "I3", "2026-07-01 00:00", "310.00", until="2026-08-01 00:00")
    moved = local("2026-07-11 12:00")
    before = part_of(paid, local("2026-06-01 00:00"), moved, ZONE)
    after = part_of(paid, moved, local("2026-09-01 00:00"), ZONE)
    assert (before, after) == (Decimal("105.00"), Decimal("205.00"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(MONTH)), st.permutations(MONTH))
def test_any_order_and_duplication_of_orders_gives_the_same_costs(
    again: list[VehicleOrder], shuffled: list[VehicleOrder]
) -> None:
    book = order_book([*again, *shuffled])
    assert book == order_book(MONTH)
    assert matched(book.booked, TRIPS[::-1], CHARGES[::-1]) == matched(
        order_book(MONTH).booked, TRIPS, CHARGES
    )


def say(number: str, charge: str | None) -> OrderCharge:
    return OrderCharge(1, "charging supplier", number, charge, "seen", "Wang", local(YEAR))


def test_what_a_person_says_goes_before_time_and_two_orders_may_pay_one_charge() -> None:
    first = order("charging", "A", "2026-07-05 12:00", "20.00", quantity="16")
    second = order("charging", "B", "2026-07-07 12:30", "20.00", quantity="16")
    booked = order_book([first, second]).booked
    near, far = CHARGES[0], stretch("far", "2026-07-07 12:30", 40, kwh="15")
    found = matched(booked, [], [near, far], said=[say("B", "quick"), say("A", "quick")])
    assert [each.stretch for each in found] == [near, near]
    # 32 kWh sold together fit the 29.4 that reached the battery.
    assert not any(each.energies_differ for each in found)
    [a, b] = matched(booked, [], [near, far], said=[say("B", "quick")])
    assert (b.stretch, b.energies_differ) == (near, True)
    assert (a.stretch, a.perhaps) == (None, (far,))


def test_an_order_said_to_be_for_no_charge_leaves_the_charge_to_others() -> None:
    booked = order_book([MONTH[2]]).booked
    [told] = matched(booked, [], CHARGES[:1], said=[say("C1", None)])
    assert (told.stretch, told.perhaps, told.gone) == (None, (), False)


def test_a_charge_that_is_not_there_any_more_leaves_the_order_to_its_time_and_says_so() -> None:
    booked = order_book([MONTH[2]]).booked
    [told] = matched(booked, [], CHARGES[:1], said=[say("C1", "was")])
    assert (told.stretch, told.gone) == (CHARGES[0], True)
