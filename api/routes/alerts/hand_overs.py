"""Hand-overs of shifts: written by themselves, signed by who gives and by who takes."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.duty.hand_over import hand_over_document
from api.body import Body
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.alerts.rosters import desk_named
from api.scope import Scope
from domain.sentence import Sentence
from store.alerts.duty import give, hand_overs, take
from store.people.session import audit
from store.refusal import refusal_of

router = APIRouter(prefix="/rosters/{desk_id}/hand-overs", tags=["duty"])


class HandOverOut(BaseModel):
    """A hand-over as it was signed."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    document: dict[str, Any]
    note: str
    given_by: str
    given_at: datetime
    taken_by: str | None = Field(description="Null: nobody has signed as who takes.")
    taken_at: datetime | None
    yours: bool = Field(default=False, description="Whether you gave it, and so cannot take it.")


class HandOverIn(Body):
    """What who gives wants to add."""

    note: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = ""


@router.get("/draft")
def draft(desk_id: int, scope: Scope) -> dict[str, Any]:
    """What would be handed over now."""
    desk_named(scope, desk_id)
    return hand_over_document(scope.conn, desk_id, now=datetime.now(UTC))


@router.get("")
def list_hand_overs(
    desk_id: int, scope: Scope, limit: Limit = 30, cursor: Cursor = None
) -> Page[HandOverOut]:
    """Hand-overs of a desk, the newest first."""
    desk_named(scope, desk_id)
    me = scope.person.person_id
    rows = hand_overs(scope.conn, desk_id, before=before(cursor), at_most=limit + 1)
    items = [
        HandOverOut.model_validate(each).model_copy(update={"yours": each.giver_id == me})
        for each in rows[:limit]
    ]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("", status_code=HTTPStatus.CREATED)
def sign_as_giver(desk_id: int, told: HandOverIn, scope: Scope) -> None:
    """Write down how things stand, and sign it as who gives."""
    desk_named(scope, desk_id)
    document = hand_over_document(scope.conn, desk_id, now=datetime.now(UTC))
    made = give(scope.conn, desk_id, document, told.note)
    audit(scope.conn, "hand_over_given", str(made), {})


@router.post("/{hand_over_id}/signature", status_code=HTTPStatus.NO_CONTENT)
def sign_as_taker(desk_id: int, hand_over_id: int, scope: Scope) -> None:
    """Sign as who takes; who gave it cannot."""
    desk_named(scope, desk_id)
    try:
        found = take(scope.conn, desk_id, hand_over_id)
    except psycopg.errors.CheckViolation as error:
        raise refuse(HTTPStatus.CONFLICT, refusal_of(error)) from error
    if not found:
        told = Sentence("no_hand_over", "there is no hand-over {number}", number=hand_over_id)
        raise refuse(HTTPStatus.NOT_FOUND, told)
    audit(scope.conn, "hand_over_taken", str(hand_over_id), {})
