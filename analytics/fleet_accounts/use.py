"""How the vehicles of a place are used: bookings, utilisation, rentals, places, maintenance."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

from analytics.fleet.booking import SLACK, Booking, Dispatch, dispatch
from analytics.fleet.maintenance_due import Due, MaintenancePlan, due
from analytics.fleet.order_book import order_book
from analytics.fleet.rental import RentalCheck, RentalTerms, rental_check
from analytics.fleet.utilisation import AtOnce, FleetLimits, Journey, Use, at_once, uses
from analytics.fleet.vehicle_quota import QuotaBalance, QuotaEntry, QuotaKind, balances
from analytics.fleet_accounts.period import FleetPeriod, known, trip_stretch
from domain.local_day import day_start, local_day
from domain.money import exact
from domain.vehicle_order import OrderKind, VehicleOrder
from store.fleet.fleet_entry import (
    BookingRow,
    RentalTermsRow,
    bookings,
    km_since,
    maintenance_plans,
    quota_entries,
    rental_terms,
)
from store.fleet.fleet_limit import FleetLimitRow, limits_in_force
from store.fleet.vehicle_order import orders_of
from store.fleet.vehicle_stint import TripRow, days_heard, institutions_at, seen, trips_of

_DAY, _INSTANT = timedelta(days=1), timedelta(microseconds=1)
_LONGEST = timedelta(days=8)
"""No trip that counts is longer: one of more than a week is implausible."""
_OWN = "quota"
"""Acquisition of vehicles that fill a place (编制)."""


@dataclass(frozen=True, slots=True)
class Bookings:
    """Bookings of a period beside the trips, and what each says besides."""

    found: Dispatch
    rows: dict[str, BookingRow]


def dispatch_of(period: FleetPeriod, *, now: datetime) -> Bookings:
    """Bookings of a place that touch the months beside their trips, and trips begun in them.

    They are matched with all that lies around them: a booking over the end of a month is used
    whichever month its trip began in.
    """
    conn, (first, until) = period.conn, period.months.instants
    asked = [
        row
        for row in bookings(conn, period.vehicles, first, until)
        if period.stint_at(row.vehicle_id, max(row.start_at, first))
    ]
    since = min([first, *(row.start_at for row in asked)]) - SLACK
    end = max([until, *(row.end_at for row in asked)]) + SLACK
    trips = trips_of(conn, period.vehicles, since - _LONGEST, end)
    # What a trip shares most time with may itself lie outside all that was asked for.
    rows = bookings(
        conn,
        period.vehicles,
        min([since, *(row.start_at for row in trips)]) - SLACK,
        max([end, *(row.end_at for row in trips)]) + SLACK,
    )
    told = [
        Booking(_name(row), row.vehicle_id, row.start_at, row.end_at, row.cancelled) for row in rows
    ]
    found = dispatch(told, map(trip_stretch, trips), now=now).only(
        {_name(row) for row in asked}, {(row.vehicle_id, row.id) for row in period.trips}
    )
    return Bookings(found, {_name(row): row for row in rows})


def _name(row: BookingRow) -> str:
    return f"{row.vehicle_id}/{row.number}"


def journeys(period: FleetPeriod) -> list[Journey]:
    """Trips of a place as far as use goes."""
    return [
        Journey(row.vehicle_id, row.start_at, row.end_at, known(row.km)) for row in period.trips
    ]


def use_of(period: FleetPeriod) -> list[Use]:
    """Use of each vehicle of a place on the days on which it was there."""
    months = period.months
    heard = days_heard(period.conn, period.vehicles, *months.instants, months.zone.key)
    held = {vehicle: days_held(period, vehicle) for vehicle in heard}
    return uses(journeys(period), heard, held, months.zone)


def days_held(period: FleetPeriod, vehicle_id: int) -> set[date]:
    """Local days on which a vehicle stood here at all; of a day of handing over both have it."""
    zone, days = period.months.zone, set()
    for since, until in period.held(vehicle_id):
        day = local_day(since, zone)
        while day_start(day, zone) < until:
            days.add(day)
            day += _DAY
    return days


@dataclass(frozen=True, slots=True)
class LimitsHeld:
    """Limits that hold at a place, and what set them; None: nobody did, so the usual ones hold."""

    limits: FleetLimits
    row: FleetLimitRow | None


def limits_of(period: FleetPeriod) -> LimitsHeld:
    """Limits in force at a place on the last day of the months."""
    row = limits_in_force(period.conn, period.place.id, period.months.end_day - _DAY)
    if row is None:
        return LimitsHeld(FleetLimits(), None)
    told = {each.name: getattr(row, each.name) for each in fields(FleetLimits)}
    return LimitsHeld(FleetLimits(**told), row)


def at_once_of(period: FleetPeriod, limits: FleetLimits) -> AtOnce:
    """How many vehicles of a place were out at once."""
    instants = period.months.instants
    return at_once(journeys(period), len(period.vehicles), instants, away=limits.away)


@dataclass(frozen=True, slots=True)
class Rentals:
    """Bills of rentals, checked.

    Attributes
    ----------
    unchecked : int
        Bills without terms in force, without an end, or whose distance nobody tells.
    partly_seen : set of tuple
        Names of the orders in whose time the person may not see all that the vehicle did: no
        distance of its trips is told.
    """

    checked: list[RentalCheck]
    unchecked: int
    partly_seen: set[tuple[str, str, bool]]


def rentals_of(period: FleetPeriod) -> Rentals:
    """Check the bills of rentals that began in the period."""
    first, until = period.months.instants
    terms = rental_terms(period.conn)
    book = order_book(orders_of(period.conn, period.vehicles, first, until))
    bills = [
        each
        for each in book.booked
        if each.order.kind is OrderKind.RENT
        and first <= each.order.at < until
        and period.stint_at(each.order.vehicle_id, each.order.at)
    ]
    rented = [each.order for each in bills]
    trips, partly_seen = _trips_in(rented, period), _partly_seen(rented, period)
    checked = []
    for each in bills:
        order = each.order
        day = local_day(order.at, period.months.zone)
        found = _terms_on(
            [row for row in terms if row.vehicle_id == order.vehicle_id and row.holds_from <= day]
        )
        driven = None if order.name in partly_seen else _driven(trips, order)
        check = found and rental_check(order, found, driven_km=driven, back=each.net - order.amount)
        if check:
            checked.append(check)
    return Rentals(checked, len(bills) - len(checked), partly_seen)


def _partly_seen(rentals: list[VehicleOrder], period: FleetPeriod) -> set[tuple[str, str, bool]]:
    """Rentals in whose time the vehicle was also where the person may not see it."""
    spans = seen(period.conn, {order.vehicle_id for order in rentals})
    return {
        order.name
        for order in rentals
        if order.until is not None
        and not _within(spans.get(order.vehicle_id, ()), order.at, order.until)
    }


def _within(
    spans: Iterable[tuple[datetime | None, datetime | None]], first: datetime, until: datetime
) -> bool:
    """Whether [first, until) lies in one of some spans; None: without a bound."""
    return any(
        (since is None or since <= first) and (end is None or until <= end) for since, end in spans
    )


def _terms_on(rows: list[RentalTermsRow]) -> RentalTerms | None:
    if not rows:
        return None
    row = rows[-1]
    return RentalTerms(
        hour=row.hour_cny,
        km=row.km_cny,
        day_cap=row.day_cap_cny,
        step_min=row.step_min,
        free_km=row.free_km,
    )


def _trips_in(rentals: list[VehicleOrder], period: FleetPeriod) -> list[TripRow]:
    """Trips of rented vehicles over the whole of their rentals, whichever month that lies in."""
    ends = [order.until for order in rentals if order.until is not None]
    if not ends:
        return []
    vehicles = {order.vehicle_id for order in rentals}
    since = min(order.at for order in rentals) - _LONGEST
    return trips_of(period.conn, vehicles, since, max(ends))


def _driven(trips: list[TripRow], order: VehicleOrder) -> Decimal | None:
    """Distance of the trips in a rental; None where a trip does not tell it. [km]."""
    if order.until is None:
        return None
    kms = [
        row.km
        for row in trips
        if row.vehicle_id == order.vehicle_id
        and row.start_at < order.until
        and row.end_at > order.at
    ]
    told = [exact(km) for km in kms if km is not None]
    return sum(told, Decimal(0)) if told and len(told) == len(kms) else None


@dataclass(frozen=True, slots=True)
class Places:
    """Places of the institutions at or below a place, and the entries that made them.

    Attributes
    ----------
    entries : list of QuotaEntry
        By day, until the end of the months: of these institutions or handed to one of them.
    """

    balances: list[QuotaBalance]
    entries: list[QuotaEntry]


def places_of(period: FleetPeriod) -> Places:
    """Ledger of places (编制台账) of institutions at or below a place when the months end."""
    months = period.months
    filled: dict[int, int] = {}
    end = months.instants[1]
    for stint in period.stints:
        if stint.acquisition == _OWN and stint.end_at >= end:
            filled[stint.institution_id] = filled.get(stint.institution_id, 0) + 1
    entries = [
        QuotaEntry(
            row.organisation_id,
            QuotaKind(row.kind),
            row.day,
            row.places,
            row.receiver_id,
            row.document,
        )
        for row in quota_entries(period.conn)
    ]
    below = institutions_at(period.conn, period.place.id, end - _INSTANT) & period.places.keys()
    found = balances(entries, filled, (months.first_day, months.end_day))
    return Places(
        [each for each in found if each.institution_id in below],
        [
            each
            for each in entries
            if each.day < months.end_day and below & {each.institution_id, each.receiver_id}
        ],
    )


def maintenance_of(period: FleetPeriod, *, now: datetime) -> list[Due]:
    """How far the plans of a place's vehicles are, the most pressing first.

    Kilometres are not known where the person may not see all of the time since it was done.
    """
    zone = period.months.zone
    plans = [row for row in maintenance_plans(period.conn) if row.vehicle_id in period.vehicles]
    driven = km_since(
        period.conn, [(row.vehicle_id, row.item, day_start(row.done_on, zone)) for row in plans]
    )
    spans = seen(period.conn, {row.vehicle_id for row in plans})
    found = [
        due(
            MaintenancePlan(row.vehicle_id, row.item, row.every_km, row.every_days, row.done_on),
            exact(driven[row.vehicle_id, row.item])
            if _within(spans.get(row.vehicle_id, ()), day_start(row.done_on, zone), now)
            else None,
            local_day(now, zone),
        )
        for row in plans
    ]
    return sorted(found, key=lambda each: (-each.share, each.plan.vehicle_id, each.plan.item))
