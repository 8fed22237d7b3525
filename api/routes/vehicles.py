"""Vehicles, their trips and charges, the bars of a day, alarms, and tracks by leave only."""

import base64
import binascii
import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.routes.edits import Reason
from api.routes.entered import of_an_administrator
from api.routes.vehicle_schema import (
    AlarmOut,
    FixOut,
    NewVehicleIn,
    SegmentOut,
    SpanOut,
    TrackLeave,
    TrackOut,
    TrackReadOut,
    VehicleClassOut,
    VehicleOut,
)
from api.scope import Caller, Scope
from domain.coordinates import CoordinateSystem, to_gcj02
from domain.edit import want_reason
from domain.sentence import Sentence
from domain.vehicle import NewVehicle, VehicleDescription
from store.session import audit
from store.vehicle import VehicleRow, enter, vehicle_classes, vehicles
from store.vehicle_use import (
    grant_tracks,
    may_read_track,
    read_track,
    segments,
    spans,
    track_reads,
    vehicle_alarms,
    versions,
)

router = APIRouter(tags=["fleet"])

First = Annotated[AwareDatetime, Query(description="First instant.")]
End = Annotated[AwareDatetime, Query(description="Instant after the span.")]
Organisation = Annotated[
    int | None, Query(description="That organisation and everything below it; none for all.")
]
_LONGEST = timedelta(days=400)
_LONGEST_TRACK = timedelta(days=7)
_LONGEST_USE = timedelta(days=32)
_READS = 100
NOT_LEFT = Sentence("no_track_access", "you have no leave to read tracks of this vehicle")


@router.get("/vehicle-classes")
def list_classes(scope: Scope) -> Page[VehicleClassOut]:
    """Classes of vehicles, and how their samples are cut."""
    rows = vehicle_classes(scope.conn)
    return Page(items=[VehicleClassOut.model_validate(row) for row in rows])


@router.get("/vehicles")
def list_vehicles(
    scope: Scope, organisation: Organisation = None, limit: Limit = 1000, cursor: Cursor = None
) -> Page[VehicleOut]:
    """Vehicles as they are now, by id."""
    rows = vehicles(
        scope.conn, organisation_id=organisation, after=after(cursor), at_most=limit + 1
    )
    more = encode(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=[VehicleOut.model_validate(row) for row in rows[:limit]], next=more)


@router.post("/vehicles", status_code=HTTPStatus.CREATED)
def enter_vehicle(new: NewVehicleIn, scope: Scope) -> VehicleOut:
    """Enter a vehicle of a place one administers."""
    described = VehicleDescription(
        plate=new.plate,
        vehicle_class=new.vehicle_class,
        powertrain=new.powertrain,
        category=new.category,
        acquisition=new.acquisition,
        battery_kwh=new.battery_kwh,
        livery=new.livery,
        hidden=new.hidden,
        since=new.since,
    )
    told = NewVehicle(
        code=new.code,
        place=new.organisation,
        description=described,
        department=new.department,
        vin=new.vin,
        maker=new.maker,
        model=new.model,
        device=new.device,
    )
    with of_an_administrator():
        vehicle_id = enter(scope.conn, told)
    audit(scope.conn, "vehicle_entered", new.code, new.model_dump(mode="json"))
    return VehicleOut.model_validate(vehicle_named(scope, vehicle_id))


@router.get("/vehicles/{vehicle_id}")
def one_vehicle(vehicle_id: int, scope: Scope) -> VehicleOut:
    """A vehicle as it is now."""
    return VehicleOut.model_validate(vehicle_named(scope, vehicle_id))


@router.get("/vehicles/{vehicle_id}/trips")
def trips_of_vehicle(
    vehicle_id: int,
    scope: Scope,
    first: First,
    end: End,
    as_of: Annotated[AwareDatetime | None, Query(description="As known then.")] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[SegmentOut]:
    """Trips of a vehicle that begin in [first, end), in order of start."""
    vehicle_named(scope, vehicle_id)
    return _page(scope, "trip", first, end, vehicle_id, None, as_of, limit, cursor)


@router.get("/vehicles/{vehicle_id}/charges")
def charges_of_vehicle(
    vehicle_id: int,
    scope: Scope,
    first: First,
    end: End,
    as_of: Annotated[AwareDatetime | None, Query(description="As known then.")] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[SegmentOut]:
    """Charges of a vehicle that begin in [first, end), each with the pile it came from."""
    vehicle_named(scope, vehicle_id)
    return _page(scope, "charge", first, end, vehicle_id, None, as_of, limit, cursor)


@router.get("/trips")
def list_trips(
    scope: Scope,
    first: First,
    end: End,
    organisation: Organisation = None,
    as_of: Annotated[AwareDatetime | None, Query(description="As known then.")] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[SegmentOut]:
    """Trips of all vehicles of a place that begin in [first, end)."""
    return _page(scope, "trip", first, end, None, organisation, as_of, limit, cursor)


@router.get("/charges")
def list_charges(
    scope: Scope,
    first: First,
    end: End,
    organisation: Organisation = None,
    as_of: Annotated[AwareDatetime | None, Query(description="As known then.")] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[SegmentOut]:
    """Charges of all vehicles of a place that begin in [first, end)."""
    return _page(scope, "charge", first, end, None, organisation, as_of, limit, cursor)


@router.get("/vehicles/{vehicle_id}/segments/{segment_id}")
def versions_of_segment(vehicle_id: int, segment_id: str, scope: Scope) -> Page[SegmentOut]:
    """Every version of a trip, stop or charge, the newest first."""
    rows = versions(scope.conn, vehicle_id, segment_id)
    if not rows:
        detail = Sentence("no_segment", "there is no trip or charge {segment}", segment=segment_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return Page(items=[SegmentOut.of(row) for row in rows])


@router.get("/vehicle-use")
def use_of_vehicles(
    scope: Scope, first: First, end: End, organisation: Organisation = None
) -> Page[SpanOut]:
    """Trips and charges that touch [first, end), as bars, of at most 1,000 vehicles."""
    refuse_long(first, end, _LONGEST_USE)
    rows = vehicles(scope.conn, organisation_id=organisation, at_most=1000)
    found = spans(scope.conn, [row.id for row in rows], first, end)
    return Page(items=[SpanOut.model_validate(row) for row in found])


@router.get("/vehicles/{vehicle_id}/alarms")
def alarms_of_vehicle(vehicle_id: int, scope: Scope, first: First, end: End) -> Page[AlarmOut]:
    """Alarms that its terminal told within [first, end), the latest first."""
    vehicle_named(scope, vehicle_id)
    refuse_long(first, end)
    rows = vehicle_alarms(scope.conn, vehicle_id, first, end)
    return Page(items=[AlarmOut.of(row) for row in rows])


@router.get("/vehicles/{vehicle_id}/track")
def track_of_vehicle(
    vehicle_id: int,
    scope: Scope,
    first: First,
    end: End,
    reason: Annotated[Reason, Query(min_length=1, description="Why it is read; it is noted.")],
    system: CoordinateSystem = CoordinateSystem.WGS84,
) -> TrackOut:
    """Track over at most seven days. Needs leave; each reading is noted with its reason."""
    vehicle_named(scope, vehicle_id)
    refuse_long(first, end, _LONGEST_TRACK)
    if not may_read_track(scope.conn, vehicle_id):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_LEFT)
    with of_an_administrator():
        want_reason(reason)
    told = [
        FixOut.model_validate(row) for row in read_track(scope.conn, vehicle_id, first, end, reason)
    ]
    if system is CoordinateSystem.GCJ02:
        for fix in told:
            fix.latitude_deg, fix.longitude_deg = to_gcj02(fix.latitude_deg, fix.longitude_deg)
    return TrackOut(system=system, fixes=told)


@router.get("/vehicles/{vehicle_id}/track-reads")
def reads_of_track(vehicle_id: int, scope: Scope) -> Page[TrackReadOut]:
    """Who read tracks of a vehicle: one's own readings, or all where one administers it."""
    vehicle_named(scope, vehicle_id)
    rows = track_reads(scope.conn, vehicle_id, at_most=_READS)
    return Page(items=[TrackReadOut.model_validate(row) for row in rows])


@router.post("/track-access", status_code=HTTPStatus.CREATED)
def let_read_tracks(leave: TrackLeave, scope: Scope) -> TrackLeave:
    """Let a person read tracks of the vehicles of a place one administers, for some days."""
    with of_an_administrator():
        want_reason(leave.reason)
        try:
            known = grant_tracks(
                scope.conn,
                leave.login,
                leave.organisation_id,
                leave.first_day,
                leave.end_day,
                leave.reason,
            )
        except (psycopg.errors.CheckViolation, psycopg.errors.DataException) as error:
            detail = Sentence("track_days", "want a first day before the end day")
            raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
    if not known:
        detail = Sentence("no_login", "there is no login {login}", login=leave.login)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    audit(scope.conn, "track_access_granted", leave.login, leave.model_dump(mode="json"))
    return leave


def vehicle_named(scope: Caller, vehicle_id: int) -> VehicleRow:
    """A vehicle the person may see.

    Raises
    ------
    HTTPException
        404.
    """
    rows = vehicles(scope.conn, vehicle_id=vehicle_id)
    if not rows:
        detail = Sentence("no_vehicle", "there is no vehicle {vehicle}", vehicle=vehicle_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def _page(
    scope: Caller,
    kind: Literal["trip", "charge"],
    first: datetime,
    end: datetime,
    vehicle_id: int | None,
    organisation_id: int | None,
    as_of: datetime | None,
    limit: int,
    cursor: str | None,
) -> Page[SegmentOut]:
    refuse_long(first, end)
    rows = segments(
        scope.conn,
        kind,
        first,
        end,
        vehicle_id=vehicle_id,
        organisation_id=organisation_id,
        as_of=as_of,
        after=_after(cursor),
        at_most=limit + 1,
    )
    more = None
    if len(rows) > limit:
        last = rows[limit - 1]
        more = encode(f"{last.start_at.isoformat()} {last.id}")
    return Page(items=[SegmentOut.of(row) for row in rows[:limit]], next=more)


def refuse_long(first: datetime, end: datetime, longest: timedelta = _LONGEST) -> None:
    """Refuse a span that is none, or too long.

    Raises
    ------
    HTTPException
        422.
    """
    if not timedelta(0) < end - first <= longest:
        detail = Sentence(
            "wrong_span", "want end after first, and at most {days} days", days=longest.days
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    """Start and name of the last segment of the page before; None before the first page."""
    if cursor is None:
        return None
    try:
        at, _, name = json.loads(base64.urlsafe_b64decode(cursor.encode())).partition(" ")
        return datetime.fromisoformat(at), name
    except (ValueError, binascii.Error, AttributeError):
        detail = f"{cursor!r} is no cursor of this list"
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
