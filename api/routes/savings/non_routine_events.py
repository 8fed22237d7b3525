"""Non-routine events of a baseline, and savings that are stated beside the measured ones."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter

from api.correction import of_an_administrator
from api.page import Page
from api.problem import refuse
from api.routes.savings.baseline_schema import (
    EventDecision,
    NewNonRoutineEvent,
    NewStated,
    NonRoutineEventOut,
    StatedSavingOut,
)
from api.routes.savings.baselines import baseline_named
from api.scope import Caller, Scope
from domain.baseline import EventVerdict, Stated, Statement, check_statement, out_of_order
from domain.comparison import Method
from domain.sentence import Sentence
from store.contracts.baseline import (
    EventRow,
    add_event,
    decide,
    events,
    state_saving,
    stated_savings,
)
from store.people.session import audit

router = APIRouter(prefix="/baselines/{baseline_id}", tags=["savings"])


@router.get("/events")
def list_events(baseline_id: int, scope: Scope) -> Page[NonRoutineEventOut]:
    """Events by day, each with the decision that counts."""
    rows = events(scope.conn, baseline_named(scope, baseline_id).id)
    return Page(items=[NonRoutineEventOut.model_validate(row) for row in rows])


@router.post("/events", status_code=HTTPStatus.CREATED)
def enter(baseline_id: int, new: NewNonRoutineEvent, scope: Scope) -> NonRoutineEventOut:
    """Enter an event one knows of, and sign for it: it is accepted by being entered."""
    row = baseline_named(scope, baseline_id)
    if row.method != Method.WHOLE:
        detail = Sentence("event_of_comparison", "a comparison of days is adjusted by no event")
        raise refuse(HTTPStatus.CONFLICT, detail)
    _check(new.first_day, new.end_day, new.per_day)
    with of_an_administrator():
        event_id = add_event(scope.conn, row.id, new.first_day, new.end_day, new.per_day)
        signed = (new.first_day, new.end_day, new.per_day)
        decide(scope.conn, event_id, EventVerdict.ACCEPTED, new.reason, signed=signed)
    told = new.model_dump(mode="json") | {"baseline": row.id}
    audit(scope.conn, "non_routine_event_entered", row.place_code, told)
    return NonRoutineEventOut.model_validate(_event(scope, row.id, event_id))


@router.post("/events/{event_id}/decisions", status_code=HTTPStatus.CREATED)
def settle(
    baseline_id: int, event_id: int, wanted: EventDecision, scope: Scope
) -> NonRoutineEventOut:
    """Accept with days and size, refuse, or take the last decision back; all of it stays."""
    row = baseline_named(scope, baseline_id)
    found = _event(scope, row.id, event_id)
    standing = None if found.verdict == EventVerdict.UNDONE else found.verdict
    if (standing is None) == (wanted.verdict is EventVerdict.UNDONE):
        detail = Sentence(
            "event_decision_order",
            "event {event} is {standing}: want it undone first, or nothing to undo",
            event=event_id,
            standing=standing or "open",
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    signed = None
    if wanted.verdict is EventVerdict.ACCEPTED:
        first_day = wanted.first_day or found.first_day
        per_day = wanted.per_day or Decimal(str(found.per_day))
        end_day = wanted.end_day if wanted.first_day else found.end_day
        _check(first_day, end_day, per_day)
        signed = (first_day, end_day, per_day)
    with of_an_administrator():
        decide(scope.conn, event_id, wanted.verdict, wanted.reason, signed=signed)
    told = wanted.model_dump(mode="json") | {"baseline": row.id, "event": event_id}
    audit(scope.conn, f"non_routine_event_{wanted.verdict}", row.place_code, told)
    return NonRoutineEventOut.model_validate(_event(scope, row.id, event_id))


@router.get("/stated-savings")
def list_stated(baseline_id: int, scope: Scope) -> Page[StatedSavingOut]:
    """Planned and verified savings that stand."""
    rows = stated_savings(scope.conn, baseline_named(scope, baseline_id).id)
    return Page(items=[StatedSavingOut.model_validate(row) for row in rows])


@router.post("/stated-savings", status_code=HTTPStatus.CREATED)
def state(baseline_id: int, new: NewStated, scope: Scope) -> Page[StatedSavingOut]:
    """State a planned saving, or one that was verified with the version that counts now."""
    row = baseline_named(scope, baseline_id)
    statement = Statement(**new.model_dump())
    if new.kind is Stated.VERIFIED and row.counting_id is None:
        detail = Sentence(
            "no_model_to_verify", "baseline {baseline} has no model yet", baseline=row.id
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    with of_an_administrator():
        check_statement(statement)
        state_saving(scope.conn, row, statement)
    told = new.model_dump(mode="json") | {"baseline": row.id}
    audit(scope.conn, "saving_stated", row.place_code, told)
    return list_stated(baseline_id, scope)


def _check(first_day: date, end_day: date | None, per_day: Decimal) -> None:
    if end_day is not None and first_day >= end_day:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, out_of_order(first_day, end_day))
    if per_day == 0:
        detail = Sentence("event_without_size", "per_day is 0, want a change")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _event(scope: Caller, baseline_id: int, event_id: int) -> EventRow:
    rows = events(scope.conn, baseline_id, event_id=event_id)
    if not rows:
        detail = Sentence(
            "no_event",
            "baseline {baseline} has no event {event}",
            baseline=baseline_id,
            event=event_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]
