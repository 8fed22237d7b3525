"""A plug-in costs what its pile's meter counted, at the price of that moment."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from analytics.fleet.charge_cost import ChargeCost, PileFees, PlugIn, charge_costs
from analytics.ledger.interval_cost import IntervalCost
from domain.time_of_use import Period
from tests.unit.fleet.orders import ZONE, local

VALLEY, PEAK = Decimal("0.30"), Decimal("1.00")
QUARTER = timedelta(minutes=15)


def counted(start: str, kwh: list[str], price: Decimal | None) -> list[IntervalCost]:
    """Quarter hours in a row."""
    begin = local(start)
    return [
        IntervalCost(
            begin + n * QUARTER,
            begin + (n + 1) * QUARTER,
            Period.FLAT,
            Decimal(value),
            price,
            None if price is None else Decimal(value) * price,
        )
        for n, value in enumerate(kwh)
    ]


def plug_in(name: str, start: str, end: str) -> PlugIn:
    return PlugIn(name, local(start), local(end))


def one(found: list[ChargeCost]) -> ChargeCost:
    [cost] = found
    return cost


def test_each_quarter_hour_has_its_own_price_and_the_session_fee_comes_once() -> None:
    """Plugged in at 22:30, paused for half an hour; the valley begins at 23:00."""
    night = counted("2026-07-03 22:30", ["1.5", "1.5"], PEAK) + counted(
        "2026-07-03 23:00", ["0", "0", "1.5", "1.5"], VALLEY
    )
    charge = plug_in("c", "2026-07-03 22:30", "2026-07-04 00:00")
    cost = one(charge_costs([charge], night, PileFees(Decimal("2.00"), Decimal("0.10")), ZONE))
    assert cost.kwh == 6
    assert cost.amount == Decimal("3.00") + Decimal("0.90") + Decimal("2.00") + Decimal("0.60")


def test_a_plug_in_over_the_end_of_a_month_is_split_by_local_time() -> None:
    hours = counted("2026-07-31 23:00", ["1"] * 8, VALLEY)
    charge = plug_in("c", "2026-07-31 23:00", "2026-08-01 01:00")
    cost = one(charge_costs([charge], hours, PileFees(Decimal(2)), ZONE))
    assert [(each.month, each.kwh, each.amount) for each in cost.months] == [
        (date(2026, 7, 1), Decimal(4), Decimal("3.20")),
        (date(2026, 8, 1), Decimal(4), Decimal("1.20")),
    ]


def test_two_plug_ins_in_one_quarter_hour_share_it_and_nothing_is_lost() -> None:
    edges = ["2026-07-03 10:00", "2026-07-03 10:10", "2026-07-03 10:30"]
    charges = [plug_in(start, start, end) for start, end in pairwise(edges)]
    found = charge_costs(charges, counted(edges[0], ["3", "3"], PEAK), PileFees(), ZONE)
    assert sum(cost.kwh for cost in found) == Decimal(6)
    assert [round(cost.kwh, 3) for cost in found] == [Decimal(2), Decimal(4)]


def test_a_pile_that_others_share_is_split_alike_whoever_asks() -> None:
    edges = ["2026-07-03 10:00", "2026-07-03 10:20", "2026-07-03 10:45"]
    one_s, other_s = (plug_in(start, start, end) for start, end in pairwise(edges))
    intervals = counted(edges[0], ["3", "3", "3"], PEAK)
    together = charge_costs([one_s, other_s], intervals, PileFees(), ZONE)
    alone = [
        one(charge_costs([charge], intervals, PileFees(), ZONE, others=[other]))
        for charge, other in ((one_s, other_s), (other_s, one_s))
    ]
    assert alone == together
    assert [round(cost.kwh, 3) for cost in alone] == [Decimal(4), Decimal(5)]


def test_what_no_plug_in_took_is_nobodys_cost() -> None:
    idle = counted("2026-07-03 09:00", ["0.2"] * 8, PEAK)
    charge = plug_in("c", "2026-07-03 10:00", "2026-07-03 11:00")
    assert one(charge_costs([charge], idle, PileFees(), ZONE)).kwh == Decimal("0.8")


def test_without_a_price_there_is_no_amount_and_the_energy_is_told() -> None:
    charge = plug_in("c", "2026-07-03 10:00", "2026-07-03 11:00")
    unpriced = counted("2026-07-03 10:00", ["1", "1"], None)
    priced = counted("2026-07-03 10:30", ["1", "1"], PEAK)
    cost = one(charge_costs([charge], unpriced + priced, PileFees(Decimal(1)), ZONE))
    assert cost.amount is None
    assert cost.months[0].unpriced_kwh == 2
    assert one(charge_costs([charge], [], PileFees(Decimal(1)), ZONE)).amount is None


def test_a_later_price_counts_back() -> None:
    charge = plug_in("c", "2026-07-03 10:00", "2026-07-03 11:00")
    was, now = (
        one(charge_costs([charge], counted("2026-07-03 10:00", ["1"] * 4, p), PileFees(), ZONE))
        for p in (PEAK, VALLEY)
    )
    assert (was.amount, now.amount) == (Decimal("4.00"), Decimal("1.20"))
