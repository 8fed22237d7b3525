"""Suspicions for review, and what use is held against: rules, areas, leave on holidays."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, Query

from analytics.fleet.use_rules import TERMS_OF, UseRule, checked_terms, rules_of
from api.correction import of_an_administrator
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.fleet.vehicle_schema import (
    FenceIn,
    FenceOut,
    FleetRuleIn,
    FleetRuleOut,
    LeaveIn,
    LeaveOut,
    SuspicionOut,
    SuspicionVerdictIn,
)
from api.routes.fleet.vehicles import Organisation, vehicle_named
from api.scope import Caller, Scope
from domain.coordinates import CoordinateSystem, from_gcj02
from domain.local_day import local_day
from domain.sentence import Sentence
from store.fleet.suspicion import (
    FenceRow,
    add_exemption,
    add_fence,
    end_fence,
    exemptions,
    fences_of,
    judge,
    rules_coming,
    rules_in_force,
    set_rule,
    suspicions,
)
from store.people.session import audit
from store.places.place import organisations

router = APIRouter(tags=["fleet"])

Day = Annotated[date | None, Query(description="Local day; none: today.")]

NOT_JUDGE = Sentence("not_judge_of_use", "judging the use of vehicles is not yours to do here")


@router.get("/suspicions")
def list_suspicions(
    scope: Scope,
    organisation: Organisation = None,
    vehicle: int | None = None,
    open_only: Annotated[bool, Query(alias="open", description="Without a verdict only.")] = False,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[SuspicionOut]:
    """Suspicions, the newest first; what samples no longer show only where it was judged."""
    rows = suspicions(
        scope.conn,
        vehicle_id=vehicle,
        organisation_id=organisation,
        open_only=open_only,
        before=before(cursor),
        at_most=limit + 1,
    )
    more = encode(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=[SuspicionOut.model_validate(row) for row in rows[:limit]], next=more)


@router.post("/suspicions/{suspicion_id}/verdicts", status_code=HTTPStatus.CREATED)
def give_verdict(suspicion_id: int, given: SuspicionVerdictIn, scope: Scope) -> SuspicionOut:
    """Say what was found; the newest verdict counts, all stay."""
    if not suspicions(scope.conn, suspicion_id=suspicion_id):
        detail = Sentence("no_suspicion", "there is no suspicion {id}", id=suspicion_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    try:
        with of_an_administrator():
            judge(scope.conn, suspicion_id, given.verdict, given.reason)
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_JUDGE) from error
    row = suspicions(scope.conn, suspicion_id=suspicion_id)[0]
    audit(scope.conn, "suspicion_judged", row.plate, given.model_dump() | {"id": suspicion_id})
    return SuspicionOut.model_validate(row)


@router.get("/fleet-rules")
def list_rules(scope: Scope, organisation: int, day: Day = None) -> Page[FleetRuleOut]:
    """Rules of use as they hold at a place on a day, whether set or usual."""
    now = datetime.now(UTC)
    on = day or _today(scope, organisation, now)
    told = rules_in_force(scope.conn, organisation, now, on)
    coming = rules_coming(scope.conn, organisation, now, on)
    held = rules_of({rule: (row.in_use, row.terms) for rule, row in told.items()})
    return Page(
        items=[
            FleetRuleOut(
                rule=rule,
                in_use=rule in held.in_use,
                set=rule.value in told,
                holds_from=told[rule.value].holds_from if rule.value in told else None,
                changes_on=coming.get(rule.value),
                terms={name: getattr(held.terms, name) for name in TERMS_OF[rule]},
            )
            for rule in UseRule
        ]
    )


def _today(scope: Caller, organisation: int, now: datetime) -> date:
    """Local day of a place; in UTC where it is not the caller's to see."""
    zones = [row.zone for row in organisations(scope.conn) if row.id == organisation]
    return local_day(now, ZoneInfo(zones[0] if zones and zones[0] else "UTC"))


@router.put("/fleet-rules")
def change_rule(wanted: FleetRuleIn, scope: Scope) -> Page[FleetRuleOut]:
    """Set a rule of a place one administers from a day on."""
    with of_an_administrator():
        terms = checked_terms(wanted.rule, wanted.terms)
        set_rule(
            scope.conn,
            wanted.organisation_id,
            wanted.rule.value,
            wanted.holds_from,
            terms,
            in_use=wanted.in_use,
        )
    audit(scope.conn, "fleet_rule_set", wanted.rule.value, wanted.model_dump(mode="json"))
    return list_rules(scope, wanted.organisation_id, wanted.holds_from)


@router.get("/fences")
def list_fences(scope: Scope, organisation: int, day: Day = None) -> Page[FenceOut]:
    """Areas of a place and of those above it, in force on a day or later. WGS-84."""
    now = datetime.now(UTC)
    on = day or _today(scope, organisation, now)
    rows = fences_of(scope.conn, organisation, now, on, coming=True)
    return Page(items=[_fence(row) for row in rows])


@router.post("/fences", status_code=HTTPStatus.CREATED)
def enter_fence(new: FenceIn, scope: Scope) -> Page[FenceOut]:
    """Enter an area of a place one administers; corners of a map are turned into WGS-84."""
    shifted = new.system is CoordinateSystem.GCJ02
    corners = [from_gcj02(*corner) if shifted else corner for corner in new.ring]
    ring = [number for corner in corners for number in corner]
    with of_an_administrator():
        add_fence(scope.conn, new.organisation_id, new.kind.value, new.name, ring, new.first_day)
    audit(scope.conn, "fence_entered", new.name, new.model_dump(mode="json"))
    return list_fences(scope, new.organisation_id, new.first_day)


@router.delete("/fences/{fence_id}", status_code=HTTPStatus.NO_CONTENT)
def end_area(fence_id: int, scope: Scope, day: date) -> None:
    """End an area before a day; what it was held against until then stays."""
    with of_an_administrator():
        ended = end_fence(scope.conn, fence_id, day)
    if not ended:
        detail = Sentence(
            "no_fence", "there is no area {fence} to end on {day}", fence=fence_id, day=day
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    audit(scope.conn, "fence_ended", str(fence_id), {"day": day.isoformat()})


@router.get("/vehicles/{vehicle_id}/exemptions")
def list_leave(vehicle_id: int, scope: Scope) -> Page[LeaveOut]:
    """Leave to use a vehicle that is locked up, in the order in which it was given."""
    vehicle_named(scope, vehicle_id)
    rows = exemptions(scope.conn, vehicle_id)
    return Page(
        items=[LeaveOut(kind=kind, first_day=first, end_day=end) for kind, first, end in rows]
    )


@router.post("/vehicles/{vehicle_id}/exemptions", status_code=HTTPStatus.CREATED)
def give_leave(vehicle_id: int, leave: LeaveIn, scope: Scope) -> LeaveIn:
    """Give leave to use a vehicle on days on which it is locked up."""
    row = vehicle_named(scope, vehicle_id)
    if leave.first_day >= leave.end_day:
        detail = Sentence("leave_days", "want a first day before the end day")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    with of_an_administrator():
        add_exemption(
            scope.conn, vehicle_id, leave.kind, leave.first_day, leave.end_day, leave.reason
        )
    audit(scope.conn, "lock_up_exempted", row.code, leave.model_dump(mode="json"))
    return leave


def _fence(row: FenceRow) -> FenceOut:
    return FenceOut(
        id=row.id,
        organisation_id=row.organisation_id,
        kind=row.kind,
        name=row.name,
        ring=list(zip(row.ring[::2], row.ring[1::2], strict=True)),
        first_day=row.first_day,
        end_day=row.end_day,
    )
