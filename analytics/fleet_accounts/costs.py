"""What the vehicles of a place cost: orders, plug-ins at our own piles, and accounts of each.

Nothing of it is kept. Whatever comes late, an order, a reading, a tariff or a trip, counts at once
wherever it belongs, and in whichever order things came the figures are the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from analytics.fleet.charge_cost import (
    ChargeCost,
    MonthCost,
    PileFees,
    PlugIn,
    Span,
    charge_costs,
    uncounted,
)
from analytics.fleet.order_book import OrderBook, order_book
from analytics.fleet.order_match import Matched, matched
from analytics.fleet.vehicle_account import (
    OwnCharging,
    Spans,
    VehicleAccount,
    vehicle_account,
    within,
)
from analytics.fleet_accounts.period import FleetPeriod, charge_stretch, trip_stretch
from analytics.ledger.interval_cost import IntervalCost
from analytics.ledger.timetable import next_month
from analytics.place.meter_cost import meter_interval_costs, unpriced_intervals
from domain.errors import CalendarMissingError, MissingInputError
from domain.local_day import day_start, local_day
from domain.money import exact
from domain.vehicle_order import VehicleOrder
from store.fleet.fleet_entry import PileFeeRow, pile_fees
from store.fleet.order_charge import charges_said
from store.fleet.vehicle_order import orders_of
from store.fleet.vehicle_stint import ChargeRow, TripRow, pile_taken
from store.places.place import meters

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class OwnCharge:
    """A plug-in at a pile of our own, and what it cost.

    Attributes
    ----------
    cost : ChargeCost
        Of the months of the period that began while the vehicle was here.
    told : bool
        The pile's meter tells what it counted meanwhile, in these months or in others.
    why : str
        What keeps one of these months from being priced; empty where nothing does.
    uncounted : sequence of span
        Of the plug-in, for which the pile's meter has no figure though it tells of the rest: what
        it took then is not in its energy, and its amount is not the whole.
    """

    row: ChargeRow
    cost: ChargeCost
    told: bool
    why: str = ""
    uncounted: Sequence[Span] = ()

    @property
    def kwh(self) -> Decimal:
        """Counted in these months; where the meter tells nothing, all it was matched with."""
        return self.cost.kwh if self.told else exact(self.row.pile_kwh or 0.0)


class FleetCosts:
    """Costs of the vehicles of a period."""

    def __init__(self, period: FleetPeriod) -> None:
        self._period = period
        self._months = period.months

    @cached_property
    def orders(self) -> dict[int, OrderBook]:
        """Orders of each vehicle around these months, whoever had it."""
        rows = orders_of(self._period.conn, self._period.vehicles, *self._period.late_around)
        of_vehicle: dict[int, list[VehicleOrder]] = {v: [] for v in self._period.vehicles}
        for order in rows:
            of_vehicle[order.vehicle_id].append(order)
        return {vehicle: order_book(found) for vehicle, found in of_vehicle.items()}

    @cached_property
    def matches(self) -> list[Matched]:
        """Orders of these months with their trips and plug-ins, unmatched ones among them."""
        return [each for each in self._matches_around if self._here(each.booked.order)]

    @cached_property
    def _matches_around(self) -> list[Matched]:
        """Orders around these months with what they belong to.

        A plug-in at a pile of our own is paid with its meter, so no order of a public pile
        belongs to it.
        """
        booked = [each for book in self.orders.values() for each in book.booked]
        rows = self._period.charges_around
        elsewhere = [charge_stretch(row) for row in rows if row.pile_id is None]
        own = [charge_stretch(row) for row in rows if row.pile_id is not None]
        said = charges_said(self._period.conn, self._period.vehicles, *self._period.late_around)
        return matched(booked, map(trip_stretch, self._period.trips_around), elsewhere, own, said)

    def doubtful(self, vehicle_id: int, spans: Spans) -> int:
        """Orders of a vehicle that may be for energy which some spans count by a plug-in as well.

        Either the order or such a plug-in lies in the spans.
        """
        return sum(
            within(each.booked.order.at, spans)
            or any(within(stretch.start, spans) for stretch in each.perhaps)
            for each in self._matches_around
            if each.perhaps and each.booked.order.vehicle_id == vehicle_id
        )

    def _here(self, order: VehicleOrder) -> bool:
        return self._period.stint_at(order.vehicle_id, order.at) is not None

    @cached_property
    def refunds_alone(self) -> list[VehicleOrder]:
        """Refunds of these months whose order is not known."""
        alone = (each for book in self.orders.values() for each in book.refunds_alone)
        return [each for each in alone if self._here(each)]

    @cached_property
    def charges_unpaid(self) -> list[ChargeRow]:
        """Plug-ins begun here at no pile of our own that no order of any month belongs to."""
        paid = {
            (each.stretch.vehicle_id, each.stretch.id)
            for each in self._matches_around
            if each.stretch is not None
        }
        return [
            row
            for row in self._period.charges
            if row.pile_id is None
            and self._period.stint_at(row.vehicle_id, row.start_at)
            and (row.vehicle_id, row.id) not in paid
        ]

    @cached_property
    def own(self) -> list[OwnCharge]:
        """Plug-ins at piles of our own, with their cost, by vehicle and time."""
        piles: dict[int, list[ChargeRow]] = {}
        for row in self._period.charges:
            if row.pile_id is not None:
                piles.setdefault(row.pile_id, []).append(row)
        fees = pile_fees(self._period.conn)
        found = [
            each
            for pile_id, rows in piles.items()
            for each in self._at_pile(rows, [fee for fee in fees if fee.pile_id == pile_id])
        ]
        return sorted(found, key=lambda each: (each.row.vehicle_id, each.row.start_at))

    def own_charging(self, vehicle_id: int, spans: Spans) -> OwnCharging:
        """What a vehicle's plug-ins at piles of our own came to in some spans of these months.

        Each month of a plug-in counts where it began, priced or not. One of which the pile's meter
        tells nothing has no months: its energy counts once, where it began, and it lacks a price
        wherever it lasted. One of which it tells a part has that, and lacks energy and price of
        the rest where that lies.
        """
        kwh, amount, unpriced_kwh = _NOTHING, _NOTHING, _NOTHING
        sessions, unpriced, untold = 0, 0, 0
        for each in self._own_of.get(vehicle_id, ()):
            if not any(within(begin, spans) for begin in self._period.parts_of(each.row)):
                continue
            sessions += 1
            if not each.told:
                unpriced += 1
                if within(each.row.start_at, spans):
                    kwh += each.kwh
                    unpriced_kwh += each.kwh
                else:
                    untold += 1
                continue
            for month in each.cost.months:
                if within(self._begin(each.row, month), spans):
                    kwh += month.kwh
                    amount += month.amount or _NOTHING
                    unpriced += month.amount is None
                    unpriced_kwh += month.kwh if month.amount is None else _NOTHING
            if any(
                begin < to and end > since for begin, end in each.uncounted for since, to in spans
            ):
                unpriced += 1
                untold += 1
        return OwnCharging(kwh, amount, sessions, unpriced, unpriced_kwh, untold)

    @cached_property
    def _own_of(self) -> dict[int, list[OwnCharge]]:
        found: dict[int, list[OwnCharge]] = {}
        for each in self.own:
            found.setdefault(each.row.vehicle_id, []).append(each)
        return found

    def _begin(self, row: ChargeRow, month: MonthCost) -> datetime:
        return max(row.start_at, day_start(month.month, self._months.zone))

    @cached_property
    def accounts(self) -> list[VehicleAccount]:
        """Account of each vehicle over the time it stood here, by code."""
        return [self.account(each, self._period.held(each)) for each in self._period.vehicles]

    def account(self, vehicle_id: int, spans: Spans) -> VehicleAccount:
        """Account of a vehicle over some spans of these months."""
        trips = [row for row in self._trips_of.get(vehicle_id, ()) if within(row.start_at, spans)]
        return vehicle_account(
            vehicle_id,
            self.orders[vehicle_id],
            self.own_charging(vehicle_id, spans),
            km=sum((exact(row.km or 0.0) for row in trips), _NOTHING),
            spans=spans,
            zone=self._months.zone,
            unpaid=sum(
                row.vehicle_id == vehicle_id and within(row.start_at, spans)
                for row in self.charges_unpaid
            ),
            trips_untold=sum(row.km is None for row in trips),
            coverage=self._period.coverage(vehicle_id, spans),
            doubtful=self.doubtful(vehicle_id, spans),
        )

    @cached_property
    def _trips_of(self) -> dict[int, list[TripRow]]:
        found: dict[int, list[TripRow]] = {}
        for row in self._period.trips:
            found.setdefault(row.vehicle_id, []).append(row)
        return found

    def _at_pile(self, rows: list[ChargeRow], fees: list[PileFeeRow]) -> Iterator[OwnCharge]:
        """Plug-ins of one pile; a fee holds for those that begin while it is in force."""
        zone = self._months.zone
        intervals, why = self._intervals(rows)
        elsewhere = self._elsewhere(rows, intervals)
        by_fees: dict[PileFees, list[ChargeRow]] = {}
        for row in rows:
            by_fees.setdefault(_fees_on(fees, local_day(row.start_at, zone)), []).append(row)
        priced: dict[str, ChargeCost] = {}
        for terms, group in by_fees.items():
            others = [_plug_in(row) for row in rows if row not in group]
            for cost in charge_costs(
                map(_plug_in, group), intervals, terms, zone, others=[*others, *elsewhere]
            ):
                priced[cost.charge.id] = cost
        gaps = uncounted(map(_plug_in, rows), intervals)
        for row in rows:
            cost = priced[_name(row)]
            here = tuple(each for each in cost.months if self._holds(row, each))
            lacking = any(each.energy is None for each in here)
            told = bool(cost.months)
            yield OwnCharge(
                row,
                replace(cost, months=here),
                told=told,
                why=why if lacking else "",
                uncounted=gaps[_name(row)] if told else (),
            )

    def _elsewhere(self, rows: list[ChargeRow], intervals: list[IntervalCost]) -> list[PlugIn]:
        """Plug-ins of other places at the pile of these: they share its intervals."""
        pile_id = rows[0].pile_id
        if not intervals or pile_id is None:
            return []
        first = min(each.start for each in intervals)
        until = max(each.end for each in intervals)
        spans = pile_taken(self._period.conn, rows, pile_id, first, until)
        return [PlugIn(f"elsewhere/{n}", *span) for n, span in enumerate(spans)]

    def _holds(self, row: ChargeRow, month: MonthCost) -> bool:
        """Whether a month of a plug-in is of the period, and its vehicle stood here then."""
        asked = self._months.first_day <= month.month < self._months.end_day
        return asked and self._period.stint_at(row.vehicle_id, self._begin(row, month)) is not None

    def _intervals(self, rows: list[ChargeRow]) -> tuple[list[IntervalCost], str]:
        """Intervals of a pile's meter over all of its plug-ins, and why some have no price.

        Also of months beside the period: only then it is known whether the meter told nothing of a
        plug-in, or nothing in these months.
        """
        conn, zone = self._period.conn, self._months.zone
        meter_id = rows[0].meter_id
        found = meters(conn, meter_ids=[meter_id]) if meter_id is not None else []
        if not found:
            return [], ""
        # An interval that lasts over midnight is told by the day on which it begins.
        day = local_day(min(row.start_at for row in rows), zone) - timedelta(days=1)
        end = local_day(max(row.end_at for row in rows), zone) + timedelta(days=1)
        intervals: list[IntervalCost] = []
        why = ""
        while day < end:
            until = min(next_month(day.replace(day=1)), end)
            try:
                intervals += meter_interval_costs(conn, found[0], day, until)
            except (MissingInputError, CalendarMissingError) as error:
                why = why or str(error)
                intervals += unpriced_intervals(conn, found[0], day, until)
            day = until
        return intervals, why


def _fees_on(fees: list[PileFeeRow], day: date) -> PileFees:
    in_force = [fee for fee in fees if fee.holds_from <= day]
    if not in_force:
        return PileFees()
    return PileFees(in_force[-1].session_cny, in_force[-1].service_cny_kwh)


def _name(row: ChargeRow) -> str:
    return f"{row.vehicle_id}/{row.id}"


def _plug_in(row: ChargeRow) -> PlugIn:
    return PlugIn(_name(row), row.start_at, row.end_at)


def total_of(accounts: list[VehicleAccount]) -> Mapping[str, Decimal]:
    """Each item summed over vehicles. [CNY]."""
    found: dict[str, Decimal] = {}
    for account in accounts:
        for item in account.items:
            found[item.name] = found.get(item.name, _NOTHING) + item.amount
    return found
