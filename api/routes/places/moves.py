"""Where an organisation or building stood when, its moves, and their undoing."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.correction import Undo
from api.named import place_of
from api.problem import refuse
from api.scope import Scope
from domain.errors import InputError, MoveError
from domain.sentence import Sentence
from store.meters.position import (
    MoveRow,
    Standing,
    closed_months,
    history,
    move,
    undo,
    undone_moves,
)
from store.people.session import audit
from store.places.organisation import may_put_organisations

router = APIRouter(prefix="/organisations/{code}/positions", tags=["organisations"])

Text = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
NOT_YOURS = Sentence("moves_of_house", "only an administrator of the whole house moves a place")


class PlacePositionOut(BaseModel):
    """A stretch of time in which a place stood below another."""

    model_config = ConfigDict(from_attributes=True)

    parent: str | None
    name_zh: str | None
    name_en: str | None
    first: datetime | None = Field(description="Null: since ever.")
    end: datetime | None = Field(description="Null: until further notice.")
    move_id: int | None = Field(description="The move that led there.")
    first_day: date | None
    reason: str | None
    person: str | None
    at: datetime | None


class UndoneMoveOut(BaseModel):
    """A move that was taken back."""

    model_config = ConfigDict(from_attributes=True)

    move_id: int
    parent: str | None
    first_day: date
    reason: str
    person: str
    at: datetime
    undone_because: str
    undone_by: str
    undone_at: datetime


class ClosedMonthOut(BaseModel):
    """A month that stands closed as it was; reverse it, and close it anew."""

    institution: str
    month: date


class PlacePositions(BaseModel):
    """Where a place stood and stands."""

    items: list[PlacePositionOut]
    undone: list[UndoneMoveOut]
    closed_months: list[ClosedMonthOut] = Field(
        description="Closed months since the newest move that say what was known before it."
    )
    may_move: bool


class PlaceMove(Body):
    """Where a place stands from a day on, until its next move."""

    day: date = Field(description="First local day below the new parent.")
    parent: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: Text


@router.get("")
def list_positions(code: str, scope: Scope) -> PlacePositions:
    """Where a place stood and stands, oldest first."""
    place = place_of(scope, code)
    stretches = history(scope.conn, place.id)
    in_house = place.kind not in {"bureau", "institution"}
    return PlacePositions(
        items=[PlacePositionOut.model_validate(each) for each in stretches],
        undone=[UndoneMoveOut.model_validate(each) for each in undone_moves(scope.conn, place.id)],
        closed_months=_closed(scope, stretches) if in_house else [],
        may_move=may_put_organisations(scope.conn),
    )


@router.post("", status_code=HTTPStatus.CREATED)
def move_place(code: str, wanted: PlaceMove, scope: Scope) -> PlacePositions:
    """Let a place stand below another from a day on. What is computed from it follows."""
    place_of(scope, code)
    try:
        move(scope.conn, MoveRow(code, wanted.parent, wanted.day, wanted.reason))
    except psycopg.errors.InsufficientPrivilege:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from None
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    except MoveError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from None
    audit(scope.conn, "organisation_moved", code, wanted.model_dump(mode="json"))
    return list_positions(code, scope)


@router.post("/{move_id}/undo")
def undo_move(code: str, move_id: int, why: Undo, scope: Scope) -> PlacePositions:
    """Take a move back: the place stands where it stood before. Both stay in the list."""
    place = place_of(scope, code)
    if move_id not in {each.move_id for each in history(scope.conn, place.id)}:
        told = Sentence("no_move", "there is no move {move}", move=move_id)
        raise refuse(HTTPStatus.NOT_FOUND, told)
    try:
        undo(scope.conn, move_id, why.reason)
    except psycopg.errors.InsufficientPrivilege:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from None
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    except MoveError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from None
    audit(scope.conn, "organisation_move_undone", code, {"move": move_id, **why.model_dump()})
    return list_positions(code, scope)


def _closed(scope: Scope, stretches: list[Standing]) -> list[ClosedMonthOut]:
    """Closed months of who gained and who lost it, since its newest move, closed before that."""
    moved = [each for each in stretches if each.move_id is not None]
    if not moved:
        return []
    newest = moved[-1]
    parents = {each.parent_id for each in stretches if newest.first in {each.first, each.end}}
    assert newest.first is not None  # noqa: S101 - a move has a beginning
    assert newest.at is not None  # noqa: S101 - and was entered some time
    time = newest.first, newest.end
    return [
        ClosedMonthOut(institution=institution, month=month)
        for institution, month in closed_months(scope.conn, parents, time, newest.at)
    ]
