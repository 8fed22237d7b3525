"""Edits of readings: what a person wants read instead, and the undo. Nothing is overwritten."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.body import Body
from api.correction import NOT_YOURS, Reason, Undo
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.scope import Scope
from domain.edit import Edit
from domain.errors import InputError
from domain.sentence import Sentence
from store.meters.edit import EditRow, edits, make_edit, may_edit, undo_edit
from store.people.session import audit
from store.places.place import devices

router = APIRouter(prefix="/edits", tags=["corrections"])


class EditOut(BaseModel):
    """An edit. One that was undone stays in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    device_id: int
    device_code: str
    quantity: str
    ts: datetime = Field(description="Instant of the reading, or the first of the span.")
    until: datetime | None = Field(description="Instant after the span; null for one reading.")
    was: float | None = Field(description="What the reading said; null for a span.")
    value: float | None = Field(description="What is read instead; null: it is left out.")
    at: datetime = Field(description="When it was made: figures as of then are those before it.")
    person: str = Field(description="Who made it.")
    reason: str
    undone_at: datetime | None
    undone_by: str | None
    undone_because: str | None


class NewEdit(Body):
    """What to read instead of what a device said."""

    device_id: int
    quantity: str = Field(max_length=100, description="Register by which the device counts.")
    ts: AwareDatetime = Field(description="Instant of the reading, or the first of a span.")
    until: AwareDatetime | None = Field(
        default=None, description="Instant after the span to be left out; none for one reading."
    )
    value: float | None = Field(
        allow_inf_nan=False, description="Value to be read instead; null leaves it out."
    )
    reason: Reason = Field(description="Why. Without one nothing is edited.")


@router.get("")
def list_edits(
    scope: Scope,
    device: Annotated[int | None, Query(description="Of this device.")] = None,
    meter: Annotated[int | None, Query(description="Of what counts for this meter.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[EditOut]:
    """Edits, newest first, undone ones too."""
    rows = edits(
        scope.conn, device_id=device, meter_id=meter, before=before(cursor), at_most=limit + 1
    )
    items = [EditOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("", status_code=HTTPStatus.CREATED)
def make(new: NewEdit, scope: Scope) -> EditOut:
    """Have a reading read otherwise. Days it concerns, and all derived from them, follow."""
    if not devices(scope.conn, device_id=new.device_id):
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_device", "there is no device {device}", device=new.device_id),
        )
    if not may_edit(scope.conn, new.device_id, new.ts, new.until):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    try:
        edit_id = make_edit(scope.conn, Edit(**new.model_dump()))
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    audit(scope.conn, "reading_edited", str(edit_id), new.model_dump(mode="json"))
    return EditOut.model_validate(_one(scope, edit_id))


@router.post("/{edit_id}/undo")
def undo(edit_id: int, why: Undo, scope: Scope) -> EditOut:
    """Take an edit back. It stays in the list, and figures follow once more."""
    edit = _one(scope, edit_id)
    if not may_edit(scope.conn, edit.device_id, edit.ts, edit.until):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    try:
        undo_edit(scope.conn, edit_id, why.reason)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except psycopg.errors.UniqueViolation as error:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("edit_undone", "edit {edit} is undone already", edit=edit_id),
        ) from error
    audit(scope.conn, "reading_edit_undone", str(edit_id), why.model_dump())
    return EditOut.model_validate(_one(scope, edit_id))


def _one(scope: Scope, edit_id: int) -> EditRow:
    rows = edits(scope.conn, edit_id=edit_id, at_most=1)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_edit", "there is no edit {edit}", edit=edit_id)
        )
    return rows[0]
