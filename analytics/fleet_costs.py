"""What the vehicles of a place cost: orders, plug-ins at our own piles, and accounts of each.

Nothing of it is kept. Whatever comes late, an order, a reading, a tariff or a trip, counts at once
wherever it belongs, and in whichever order things came the figures are the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from analytics.fleet.charge_cost import ChargeCost, PileFees, PlugIn, charge_costs
from analytics.fleet.order_book import Booked, OrderBook, order_book
from analytics.fleet.order_match import Matched, matched
from analytics.fleet.vehicle_account import OwnCharging, VehicleAccount, vehicle_account
from analytics.fleet_period import FleetPeriod, charge_stretch, trip_stretch
from analytics.jobs.meter_cost import meter_interval_costs
from analytics.ledger.interval_cost import IntervalCost
from domain.errors import CalendarMissingError, MissingInputError
from domain.local_day import day_start, local_day
from domain.money import exact
from domain.vehicle_order import VehicleOrder
from store.fleet_entry import PileFeeRow, pile_fees
from store.place import meters
from store.vehicle_order import orders_of
from store.vehicle_stint import ChargeRow

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class OwnCharge:
    """A plug-in at a pile of our own, and what it cost.

    Attributes
    ----------
    cost : ChargeCost or None
        Within the months of the period. None where the pile cannot be priced at all: see `why`.
    why : str
        What keeps the pile from being priced; empty where nothing does.
    """

    row: ChargeRow
    cost: ChargeCost | None
    why: str = ""


class FleetCosts:
    """Costs of the vehicles of a period."""

    def __init__(self, period: FleetPeriod) -> None:
        self._period = period
        self._months = period.months

    @cached_property
    def orders(self) -> dict[int, OrderBook]:
        """Orders of each vehicle, of the time it stood here."""
        rows = orders_of(self._period.conn, self._period.vehicles, *self._months.instants)
        of_vehicle: dict[int, list[VehicleOrder]] = {v: [] for v in self._period.vehicles}
        first = self._months.instants[0]
        for order in rows:
            if self._period.stint_at(order.vehicle_id, max(order.at, first)):
                of_vehicle[order.vehicle_id].append(order)
        return {vehicle: order_book(found) for vehicle, found in of_vehicle.items()}

    @cached_property
    def matches(self) -> list[Matched]:
        """Orders of these months with their trips and plug-ins, unmatched ones among them.

        A plug-in at a pile of our own is paid with its meter, so no order of a public pile
        belongs to it.
        """
        first, until = self._months.instants
        booked: list[Booked] = [
            each
            for book in self.orders.values()
            for each in book.booked
            if first <= each.order.at < until
        ]
        elsewhere = [charge_stretch(row) for row in self._period.charges if row.pile_id is None]
        return matched(booked, map(trip_stretch, self._period.trips), elsewhere)

    @cached_property
    def refunds_alone(self) -> list[VehicleOrder]:
        """Refunds whose order is not known."""
        return [each for book in self.orders.values() for each in book.refunds_alone]

    @cached_property
    def charges_unpaid(self) -> list[ChargeRow]:
        """Plug-ins at no pile of our own that no order belongs to."""
        paid = {
            (each.stretch.vehicle_id, each.stretch.id)
            for each in self.matches
            if each.stretch is not None
        }
        return [
            row
            for row in self._period.charges
            if row.pile_id is None and (row.vehicle_id, row.id) not in paid
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

    def own_charging(self, vehicle_id: int) -> OwnCharging:
        """What a vehicle's plug-ins at piles of our own came to in these months."""
        kwh, amount, sessions, unpriced = _NOTHING, _NOTHING, 0, 0
        for each in self.own:
            if each.row.vehicle_id != vehicle_id:
                continue
            sessions += 1
            if each.cost is None or not each.cost.months:
                unpriced += 1
                kwh += exact(each.row.pile_kwh or 0.0)
                continue
            for month in each.cost.months:
                kwh += month.kwh
                amount += month.amount or _NOTHING
                unpriced += month.amount is None
        return OwnCharging(kwh, amount, sessions, unpriced)

    def unpriced_kwh(self, vehicle_id: int) -> Decimal:
        """Energy at piles of our own that has no price. [kWh]."""
        found = _NOTHING
        for each in self.own:
            if each.row.vehicle_id != vehicle_id:
                continue
            if each.cost is None or not each.cost.months:
                found += exact(each.row.pile_kwh or 0.0)
                continue
            for month in each.cost.months:
                found += month.kwh if month.amount is None else _NOTHING
        return found

    @cached_property
    def accounts(self) -> list[VehicleAccount]:
        """Account of each vehicle, by code."""
        km: dict[int, Decimal] = dict.fromkeys(self._period.vehicles, _NOTHING)
        for trip in self._period.trips:
            km[trip.vehicle_id] += exact(trip.km or 0.0)
        days = self._months.first_day, self._months.end_day
        return [
            vehicle_account(
                vehicle,
                self.orders[vehicle],
                self.own_charging(vehicle),
                km=km[vehicle],
                days=days,
                zone=self._months.zone,
            )
            for vehicle in self._period.vehicles
        ]

    def _at_pile(self, rows: list[ChargeRow], fees: list[PileFeeRow]) -> Iterator[OwnCharge]:
        """Plug-ins of one pile; a fee holds for those that begin while it is in force."""
        zone = self._months.zone
        try:
            intervals = self._intervals(rows)
        except (MissingInputError, CalendarMissingError) as error:
            yield from (OwnCharge(row, None, str(error)) for row in rows)
            return
        by_fees: dict[PileFees, list[ChargeRow]] = {}
        for row in rows:
            by_fees.setdefault(_fees_on(fees, local_day(row.start_at, zone)), []).append(row)
        priced: dict[str, ChargeCost] = {}
        for terms, group in by_fees.items():
            plug_ins = [PlugIn(_name(row), row.start_at, row.end_at) for row in group]
            others = [PlugIn(_name(r), r.start_at, r.end_at) for r in rows if r not in group]
            for cost in charge_costs([*plug_ins, *others], intervals, terms, zone):
                if cost.charge in plug_ins:
                    priced[cost.charge.id] = cost
        for row in rows:
            inside = priced[_name(row)].within(self._months.first_day, self._months.end_day)
            yield OwnCharge(row, inside)

    def _intervals(self, rows: list[ChargeRow]) -> list[IntervalCost]:
        """Priced intervals of a pile's meter over its plug-ins, within the months."""
        conn, months = self._period.conn, self._months
        meter_id = rows[0].meter_id
        found = meters(conn, meter_ids=[meter_id]) if meter_id is not None else []
        if not found:
            return []
        first = max(local_day(min(row.start_at for row in rows), months.zone), months.first_day)
        last = local_day(max(row.end_at for row in rows), months.zone)
        end = min(last + timedelta(days=1), months.end_day)
        inside = day_start(first, months.zone)
        costs = meter_interval_costs(conn, found[0], first, end)
        return [each for each in costs if each.start >= inside]


def _fees_on(fees: list[PileFeeRow], day: date) -> PileFees:
    in_force = [fee for fee in fees if fee.holds_from <= day]
    if not in_force:
        return PileFees()
    return PileFees(in_force[-1].session_cny, in_force[-1].service_cny_kwh)


def _name(row: ChargeRow) -> str:
    return f"{row.vehicle_id}/{row.id}"


def total_of(accounts: list[VehicleAccount]) -> Mapping[str, Decimal]:
    """Each item summed over vehicles. [CNY]."""
    found: dict[str, Decimal] = {}
    for account in accounts:
        for item in account.items:
            found[item.name] = found.get(item.name, _NOTHING) + item.amount
    return found
