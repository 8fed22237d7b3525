"""How vehicles are used: bookings beside trips, utilisation, rentals, places, maintenance."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from analytics.fleet.booking import Booking
from analytics.fleet.order_match import Stretch
from analytics.fleet.rental import RentalCheck
from analytics.fleet.vehicle_quota import QuotaEntry
from analytics.fleet_accounts.period import FleetPeriod
from analytics.fleet_accounts.use import (
    LimitsHeld,
    at_once_of,
    dispatch_of,
    limits_of,
    maintenance_of,
    places_of,
    rentals_of,
    use_of,
)
from api.body import Body
from api.correction import Reason, of_an_administrator
from api.fleet_months import FleetMonths, place_named, told
from api.fleet_standing import standing_of
from api.fleet_use_schema import (
    AtOnceOut,
    BookingOut,
    DispatchOut,
    LimitsOut,
    MaintenanceDueOut,
    ManagedOut,
    OverlapOut,
    PlaceEntryOut,
    PlacesOut,
    RentalOut,
    RentalsOut,
    UnbookedOut,
    UtilisationOut,
    VehicleUseOut,
)
from api.scope import Scope
from domain.edit import want_reason
from store.fleet.fleet_entry import BookingRow
from store.fleet.fleet_limit import FleetLimitRow, add_limits
from store.people.session import audit

router = APIRouter(tags=["fleet"])

_SHOWN = 500


class LimitsIn(Body):
    """Limits of a place and of what lies below it."""

    organisation_id: int
    holds_from: date
    used_days: Decimal = Field(ge=0, le=1, description="[1]")
    km_day: Decimal = Field(ge=0, le=2000, description="[km/d]")
    least_known: Decimal = Field(ge=0, le=1, description="[1]")
    spare_hours: Decimal = Field(ge=0, le=8784, description="[h]")
    away_hours: Decimal = Field(ge=0, le=48, description="[h]")
    reason: Reason


class LimitsSetOut(LimitsIn):
    """Limits as they were set."""


@router.get("/fleet-use")
def utilisation(
    period: FleetMonths,
    spare_hours: Annotated[
        Decimal | None,
        Query(ge=0, le=8784, description="Hours to spare; none: by the limits in force. [h]"),
    ] = None,
) -> UtilisationOut:
    """Use of each vehicle, candidates to be used elsewhere, and how many would have done."""
    held = limits_of(period)
    limits = held.limits
    if spare_hours is not None:
        limits = replace(limits, spare_hours=spare_hours)
    last = {stint.vehicle_id: stint for stint in period.stints}
    out = at_once_of(period, limits)
    return UtilisationOut(
        items=[
            VehicleUseOut(
                vehicle_id=each.vehicle_id,
                code=last[each.vehicle_id].code,
                plate=last[each.vehicle_id].plate,
                acquisition=last[each.vehicle_id].acquisition,
                days=each.days,
                days_known=each.days_known,
                days_used=each.days_used,
                trips=each.trips,
                hours=each.hours,
                km=told(each.km),
                trips_without_km=each.trips_without_km,
                idle=each.idle(limits),
            )
            for each in use_of(period)
        ],
        at_once=AtOnceOut(
            vehicles=out.vehicles,
            most=out.most,
            most_at=out.most_at,
            hours=list(out.hours),
            enough=out.enough(limits.spare_hours),
        ),
        limits=_limits(replace(held, limits=limits)),
        standing=standing_of(period),
    )


@router.put("/fleet-limits")
def set_limits(new: LimitsIn, scope: Scope) -> LimitsSetOut:
    """Set the limits of a place one administers from a day on; they hold below it too."""
    place = place_named(scope, new.organisation_id)
    with of_an_administrator():
        want_reason(new.reason)
        add_limits(scope.conn, FleetLimitRow(**new.model_dump()))
    audit(scope.conn, "fleet_limits_set", place.code, new.model_dump(mode="json"))
    return LimitsSetOut(**new.model_dump())


def _limits(held: LimitsHeld) -> LimitsOut:
    limits, row = held.limits, held.row
    return LimitsOut(
        used_days=limits.used_days,
        km_day=limits.km_day,
        least_known=limits.least_known,
        spare_hours=limits.spare_hours,
        away_hours=limits.away_hours,
        set_at=row and row.organisation_id,
        holds_from=row and row.holds_from,
        reason=row.reason if row else "",
    )


@router.get("/bookings")
def bookings(period: FleetMonths) -> DispatchOut:
    """Bookings beside trips: booked and not used, used and not booked, overlapping."""
    told_of = dispatch_of(period, now=datetime.now(UTC))
    found, rows = told_of.found, told_of.rows

    def out(booking: Booking) -> BookingOut:
        return _booking(rows[booking.number], period)

    return DispatchOut(
        used=len(found.used),
        waiting=len(found.waiting),
        unused=[out(each) for each in found.unused[:_SHOWN]],
        unbooked=[_unbooked(each, period) for each in found.unbooked[:_SHOWN]],
        unbooked_total=len(found.unbooked),
        overlapping=[
            OverlapOut(one=out(each.one), other=out(each.other))
            for each in found.overlapping[:_SHOWN]
        ],
    )


@router.get("/fleet-use/rentals")
def rentals(period: FleetMonths) -> RentalsOut:
    """Bills of rented vehicles beside their terms, by hour and kilometre."""
    found = rentals_of(period)
    return RentalsOut(
        items=[
            _rental(each, period, partly_seen=each.order.name in found.partly_seen)
            for each in found.checked
        ],
        unchecked=found.unchecked,
    )


@router.get("/fleet-use/management")
def management(period: FleetMonths) -> ManagedOut:
    """Places of the institutions, and maintenance that is due."""
    ledger, places = places_of(period), []
    for each in ledger.balances:
        row = period.places[each.institution_id]
        places.append(
            PlacesOut(
                institution_id=each.institution_id,
                code=row.code,
                name_zh=row.name_zh,
                name_en=row.name_en,
                granted=each.granted,
                filled=each.filled,
                vacant=each.vacant,
                adjusted=each.adjusted,
                transferred=each.transferred,
                disposed=each.disposed,
            )
        )
    maintenance = [
        MaintenanceDueOut(
            vehicle_id=each.plan.vehicle_id,
            code=period.vehicles[each.plan.vehicle_id],
            item=each.plan.item,
            done_on=each.plan.done_on,
            km=None if each.km is None else told(each.km),
            every_km=each.plan.every_km,
            days=each.days,
            every_days=each.plan.every_days,
            share=told(each.share),
            state=each.state,
        )
        for each in maintenance_of(period, now=datetime.now(UTC))
    ]
    entries = [_place_entry(each, period) for each in ledger.entries]
    return ManagedOut(places=places, entries=entries, maintenance=maintenance)


def _place_entry(entry: QuotaEntry, period: FleetPeriod) -> PlaceEntryOut:
    of, to = (
        None if each is None else period.places.get(each)
        for each in (entry.institution_id, entry.receiver_id)
    )
    return PlaceEntryOut(
        institution_id=entry.institution_id,
        institution=of.code if of else "",
        kind=entry.kind.value,
        day=entry.day,
        places=entry.places,
        receiver_id=entry.receiver_id,
        receiver=to.code if to else "",
        document=entry.document,
    )


def _booking(row: BookingRow, period: FleetPeriod) -> BookingOut:
    return BookingOut(
        vehicle_id=row.vehicle_id,
        code=period.vehicles[row.vehicle_id],
        number=row.number,
        start_at=row.start_at,
        end_at=row.end_at,
        purpose=row.purpose,
        driver=row.driver,
    )


def _unbooked(trip: Stretch, period: FleetPeriod) -> UnbookedOut:
    return UnbookedOut(
        vehicle_id=trip.vehicle_id,
        code=period.vehicles[trip.vehicle_id],
        id=trip.id,
        start_at=trip.start,
        end_at=trip.end,
    )


def _rental(check: RentalCheck, period: FleetPeriod, *, partly_seen: bool) -> RentalOut:
    order = check.order
    return RentalOut(
        vehicle_id=order.vehicle_id,
        code=period.vehicles[order.vehicle_id],
        supplier=order.supplier,
        number=order.number,
        at=order.at,
        until=order.until,
        hours=check.hours,
        time_cny=check.time,
        distance_cny=check.distance,
        billed_km=check.billed_km,
        driven_km=check.driven_km,
        partly_seen=partly_seen,
        billed=check.expected + check.difference,
        expected=check.expected,
        difference=check.difference,
    )
