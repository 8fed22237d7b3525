"""Where vehicles were: by leave only, and every reading is noted."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query

from api.correction import Reason, of_an_administrator
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.fleet.vehicle_schema import (
    FixOut,
    TrackLeave,
    TrackLeaveOut,
    TrackOut,
    TrackReadOut,
)
from api.routes.fleet.vehicles import End, First, refuse_long, vehicle_named
from api.scope import Scope
from domain.coordinates import CoordinateSystem, to_gcj02
from domain.edit import want_reason
from domain.sentence import Sentence
from store.fleet.vehicle_use import (
    grant_tracks,
    may_read_track,
    read_track,
    track_leaves,
    track_reads,
    withdraw_tracks,
)
from store.people.session import audit

router = APIRouter(tags=["fleet"])

_LONGEST_TRACK = timedelta(days=7)
NOT_LEFT = Sentence("no_track_access", "you have no leave to read tracks of this vehicle")


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
    read = {"first": first.isoformat(), "end": end.isoformat(), "reason": reason}
    audit(scope.conn, "track_read", str(vehicle_id), read)
    if system is CoordinateSystem.GCJ02:
        for fix in told:
            fix.latitude_deg, fix.longitude_deg = to_gcj02(fix.latitude_deg, fix.longitude_deg)
    return TrackOut(system=system, fixes=told)


@router.get("/vehicles/{vehicle_id}/track-reads")
def reads_of_track(
    vehicle_id: int, scope: Scope, limit: Limit = 100, cursor: Cursor = None
) -> Page[TrackReadOut]:
    """Who read tracks of a vehicle: one's own readings, or all where one administers it."""
    vehicle_named(scope, vehicle_id)
    rows = track_reads(scope.conn, vehicle_id, before=before(cursor), at_most=limit + 1)
    items = [TrackReadOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("/track-access", status_code=HTTPStatus.CREATED)
def let_read_tracks(leave: TrackLeave, scope: Scope) -> TrackLeave:
    """Let a person read tracks of the vehicles of a place one administers, for some days."""
    with of_an_administrator():
        want_reason(leave.reason)
        try:
            grant_tracks(
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
        except psycopg.errors.NotNullViolation as error:
            detail = Sentence("no_login", "there is no login {login}", login=leave.login)
            raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
    audit(scope.conn, "track_access_granted", leave.login, leave.model_dump(mode="json"))
    return leave


@router.get("/track-access")
def list_leaves(scope: Scope, limit: Limit = 500, cursor: Cursor = None) -> Page[TrackLeaveOut]:
    """Leave to read tracks: one's own, and what was given for places one administers."""
    rows = track_leaves(scope.conn, before=before(cursor), at_most=limit + 1)
    items = [TrackLeaveOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.delete("/track-access/{leave_id}", status_code=HTTPStatus.NO_CONTENT)
def withdraw_leave(leave_id: int, scope: Scope) -> None:
    """Withdraw leave to read tracks, from now on."""
    with of_an_administrator():
        withdrawn = withdraw_tracks(scope.conn, leave_id)
    if not withdrawn:
        detail = Sentence("no_track_leave", "there is no leave {leave} to withdraw", leave=leave_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    audit(scope.conn, "track_access_withdrawn", str(leave_id), {})
