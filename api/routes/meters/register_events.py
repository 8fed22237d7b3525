"""What was done to a meter's register: declared, and withdrawn. Nothing is overwritten."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.body import Body
from api.correction import NOT_YOURS, Reason, Undo
from api.page import Page
from api.problem import refuse
from api.scope import Scope
from domain.errors import InputError
from domain.register_event import EventKind, RegisterEvent
from domain.sentence import Sentence
from store.meters.register_event import (
    DeclaredEvent,
    declare,
    declared,
    may_declare,
    meter_of,
    withdraw,
)
from store.people.session import audit

router = APIRouter(prefix="/meters/{code}/events", tags=["corrections"])

Code = Annotated[str, Path(max_length=200, description="Code of the meter.")]


class RegisterEventOut(BaseModel):
    """A declared event. One that was withdrawn stays in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    kind: EventKind
    value: float
    previous: float | None
    until: datetime | None = Field(description="error: end of the span; null for the others.")
    note: str
    declared_at: datetime = Field(description="Figures as of then are those before it.")
    person: str = Field(description="Who declared it.")
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None


class NewRegisterEvent(Body):
    """Something done to a register."""

    at: AwareDatetime = Field(description="When it was done.")
    kind: EventKind
    value: float = Field(
        allow_inf_nan=False,
        description="ratio: CT x PT from then on; swap, reset: first reading of the new register; "
        "register_size: where it starts again at zero; "
        "error: by how much the meter shows too much, below zero too little [%].",
    )
    previous: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="swap, reset: last reading of the old register, where it is known.",
    )
    until: AwareDatetime | None = Field(
        default=None, description="error: end of the span over which the meter was wrong."
    )
    note: Reason = Field(description="Why. Without one nothing is declared.")


@router.get("")
def list_events(code: Code, scope: Scope) -> Page[RegisterEventOut]:
    """Events of a meter's register, the latest first, withdrawn ones too."""
    rows = declared(scope.conn, _meter(scope, code))
    return Page(items=[RegisterEventOut.model_validate(row) for row in rows])


@router.post("", status_code=HTTPStatus.CREATED)
def declare_event(code: Code, new: NewRegisterEvent, scope: Scope) -> RegisterEventOut:
    """Declare what was done. Days it concerns, and all derived from them, follow."""
    meter_id = _meter(scope, code)
    if not may_declare(scope.conn, meter_id, new.at):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    try:
        event_id = declare(scope.conn, meter_id, RegisterEvent(**new.model_dump()))
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    audit(scope.conn, "register_event_declared", code, new.model_dump(mode="json"))
    return RegisterEventOut.model_validate(_one(scope, meter_id, event_id))


@router.post("/{event_id}/withdraw")
def withdraw_event(code: Code, event_id: int, why: Undo, scope: Scope) -> RegisterEventOut:
    """Take an event back. It stays in the list, and figures follow once more."""
    meter_id = _meter(scope, code)
    if not may_declare(scope.conn, meter_id, _one(scope, meter_id, event_id).at):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    try:
        withdraw(scope.conn, event_id, why.reason)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except psycopg.errors.UniqueViolation as error:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("event_withdrawn", "event {event} is withdrawn already", event=event_id),
        ) from error
    audit(scope.conn, "register_event_withdrawn", code, {"event": event_id, **why.model_dump()})
    return RegisterEventOut.model_validate(_one(scope, meter_id, event_id))


def _meter(scope: Scope, code: str) -> int:
    meter_id = meter_of(scope.conn, code)
    if meter_id is None:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_meter", "there is no meter {meter}", meter=code)
        )
    return meter_id


def _one(scope: Scope, meter_id: int, event_id: int) -> DeclaredEvent:
    rows = declared(scope.conn, meter_id, event_id=event_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_register_event", "there is no event {event} of this meter", event=event_id
            ),
        )
    return rows[0]
