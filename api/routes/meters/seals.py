"""Seals of settlement meters: placed, removed, broken, noted. Nothing is overwritten."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.correction import of_an_administrator
from api.named import meter_named
from api.page import Page
from api.problem import refuse
from api.scope import Scope
from domain.certificate import SealEventKind, SealPart
from domain.sentence import Sentence
from store.meters.seal import SealRow, note_seal, place_seal, seals
from store.people.session import audit

router = APIRouter(prefix="/seals", tags=["metrology"])

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class SealEventOut(BaseModel):
    """What became of a seal."""

    model_config = ConfigDict(from_attributes=True)

    kind: SealEventKind
    on_day: date
    note: str
    person: str
    entered_at: datetime


class SealOut(BaseModel):
    """A seal and what became of it, as it was entered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    meter_code: str
    number: str
    part: SealPart
    placed_on: date
    note: str
    person: str
    entered_at: datetime
    events: list[SealEventOut]


class NewSeal(Body):
    """A seal that was placed."""

    meter: Text = Field(description="Code of the meter.")
    number: Text
    part: SealPart = Field(description="What of the meter it closes.")
    placed_on: date
    note: Text = ""


class NewSealEvent(Body):
    """What became of a seal; a broken one without a note is a finding until somebody notes why."""

    kind: SealEventKind
    on_day: date
    note: Text = ""


@router.get("")
def list_seals(
    scope: Scope,
    meter: Annotated[str | None, Query(max_length=200, description="Code of the meter.")] = None,
) -> Page[SealOut]:
    """Seals by meter and day, those that are gone too."""
    ids = None if meter is None else [meter_named(scope, meter).id]
    rows = seals(scope.conn, meter_ids=ids)
    return Page(items=[SealOut.model_validate(row) for row in rows])


@router.post("", status_code=HTTPStatus.CREATED)
def place(new: NewSeal, scope: Scope) -> SealOut:
    """Note a seal that was placed."""
    meter = meter_named(scope, new.meter)
    with of_an_administrator():
        seal_id = place_seal(scope.conn, meter.id, new.number, new.part, new.placed_on, new.note)
    audit(scope.conn, "seal_placed", new.meter, new.model_dump(mode="json"))
    return SealOut.model_validate(_one(scope, seal_id))


@router.post("/{seal_id}/events")
def note(seal_id: int, new: NewSealEvent, scope: Scope) -> SealOut:
    """Note what became of a seal, or why."""
    row = _one(scope, seal_id)
    with of_an_administrator():
        note_seal(scope.conn, row, new.kind, new.on_day, new.note)
    audit(scope.conn, f"seal_{new.kind}", row.number, new.model_dump(mode="json"))
    return SealOut.model_validate(_one(scope, seal_id))


def _one(scope: Scope, seal_id: int) -> SealRow:
    rows = seals(scope.conn, seal_id=seal_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_seal", "there is no seal {seal}", seal=seal_id)
        )
    return rows[0]
