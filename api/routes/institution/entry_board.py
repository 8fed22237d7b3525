"""The board of monthly entries: what is missing, what is late, and who was asked for it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.institution.entry_board import BoardRow, CellState, entry_board
from api.body import Body
from api.named import Organisation
from api.problem import refuse
from api.scope import Caller, Scope
from domain.manual_entry import EntryKind
from domain.sentence import Sentence
from store.institution.entry_reminder import remind, set_rule
from store.institution.manual_entry import enterable_codes, reviewable_codes
from store.people.session import audit
from store.places.place import OrganisationRow, organisations

router = APIRouter(prefix="/entry-board", tags=["manual entry"])

Year = Annotated[int, Query(ge=2000, le=2199, description="Of the months.")]


class BoardCellOut(BaseModel):
    """One kind and month."""

    model_config = ConfigDict(from_attributes=True)

    state: CellState
    entry_id: int | None
    counts: bool = Field(description="Whether there is an amount that counts.")
    late_days: int = Field(description="After the last day in time; 0 where it was. [d]")


class ReminderOut(BaseModel):
    """The institution was asked for what it owed."""

    model_config = ConfigDict(from_attributes=True)

    month: date
    kinds: list[EntryKind]
    person: str | None = Field(description="Null: marked as overdue by the system.")
    at: datetime


class RowOut(BaseModel):
    """One institution's year."""

    organisation_id: int
    code: str
    name_zh: str
    name_en: str
    due_day: int = Field(description="Last day in time, of the following month.")
    wanted: list[EntryKind] = Field(description="What has to be entered now.")
    cells: dict[EntryKind, list[BoardCellOut | None]] = Field(
        description="Twelve months; null where nothing is wanted, or not yet."
    )
    reminders: list[ReminderOut]
    may_enter: bool
    may_review: bool


class BoardOut(BaseModel):
    """Institutions by kinds by months."""

    year: int
    items: list[RowOut]


class RemindIn(Body):
    """Ask for what is owed of a month."""

    month: date
    organisation_ids: list[int] | None = Field(
        default=None, max_length=10_000, description="Left out: all that are late."
    )


class Reminded(BaseModel):
    """Who was asked."""

    organisation_ids: list[int]


class EntryRuleIn(Body):
    """What has to be entered at a place and below it, from a month on."""

    organisation_id: int
    first_month: date
    kinds: list[EntryKind] = Field(max_length=len(EntryKind))
    due_day: int = Field(ge=1, le=28, description="Of the following month, the last in time.")


@router.get("")
def board(scope: Scope, year: Year, organisation: Organisation = None) -> BoardOut:
    """The board of a year, of the institutions at an organisation or below it."""
    entering, reviewing = enterable_codes(scope.conn), reviewable_codes(scope.conn)
    rows = _board(scope, year, organisation)
    return BoardOut(
        year=year,
        items=[
            _row(row, row.organisation.code in entering, row.organisation.code in reviewing)
            for row in rows
        ],
    )


@router.post("/reminders")
def ask(wanted: RemindIn, scope: Scope) -> Reminded:
    """Ask one, some or all that are late; who was asked sees it on their page of entries."""
    if wanted.month.day != 1:
        told = Sentence(
            "not_first_of_month", "month {month}, want the first day of a month", month=wanted.month
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    reviewing = reviewable_codes(scope.conn)
    if not reviewing:
        raise refuse(
            HTTPStatus.FORBIDDEN,
            Sentence("checkers_only", "only who checks entries may ask for them"),
        )
    chosen = None if wanted.organisation_ids is None else set(wanted.organisation_ids)
    asked = []
    for row in _board(scope, wanted.month.year, None):
        place = row.organisation
        if place.code not in reviewing or (chosen is not None and place.id not in chosen):
            continue
        owed = row.owed(wanted.month, late_only=chosen is None)
        if owed:
            remind(scope.conn, place.id, wanted.month, [kind.value for kind in owed])
            asked.append(place.id)
    audit(scope.conn, "entries_asked_for", f"{wanted.month:%Y-%m}", {"institutions": len(asked)})
    return Reminded(organisation_ids=asked)


@router.put("/rules", status_code=HTTPStatus.NO_CONTENT)
def put_rule(rule: EntryRuleIn, scope: Scope) -> None:
    """Say what has to be entered and until when; a nearer place's rule takes its place there."""
    if rule.first_month.day != 1:
        told = Sentence(
            "not_first_of_month",
            "first_month {month}, want the first day of a month",
            month=rule.first_month,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    try:
        set_rule(
            scope.conn,
            rule.organisation_id,
            rule.first_month,
            sorted(set(rule.kinds), key=list(EntryKind).index),
            rule.due_day,
        )
    except psycopg.errors.InsufficientPrivilege as error:
        told = Sentence(
            "checkers_of_place_only",
            "you do not check entries of organisation {organisation}",
            organisation=rule.organisation_id,
        )
        raise refuse(HTTPStatus.FORBIDDEN, told) from error
    detail = {"kinds": [kind.value for kind in rule.kinds], "due_day": rule.due_day}
    audit(scope.conn, "entry_rule_set", str(rule.organisation_id), detail)


def _board(scope: Caller, year: int, organisation_id: int | None) -> Sequence[BoardRow]:
    places = organisations(scope.conn)
    wanted = places if organisation_id is None else _within(places, organisation_id)
    institutions = [row for row in wanted if row.kind == "institution"]
    return entry_board(scope.conn, institutions, year, now=datetime.now(UTC))


def _within(places: Sequence[OrganisationRow], organisation_id: int) -> list[OrganisationRow]:
    """The places at an organisation or below it; of a part of an institution, that institution."""
    by_id = {row.id: row for row in places}

    def path(row: OrganisationRow | None) -> set[int]:
        found = set[int]()
        while row is not None:
            found.add(row.id)
            row = None if row.parent_id is None else by_id.get(row.parent_id)
        return found

    above = path(by_id.get(organisation_id))
    return [row for row in places if row.id in above or organisation_id in path(row)]


def _row(row: BoardRow, may_enter: bool, may_review: bool) -> RowOut:
    return RowOut(
        organisation_id=row.organisation.id,
        code=row.organisation.code,
        name_zh=row.organisation.name_zh,
        name_en=row.organisation.name_en,
        due_day=row.rule.due_day,
        wanted=list(row.rule.kinds),
        cells={
            kind: [None if cell is None else BoardCellOut.model_validate(cell) for cell in cells]
            for kind, cells in row.kinds.items()
        },
        reminders=[ReminderOut.model_validate(each) for each in row.reminders],
        may_enter=may_enter,
        may_review=may_review,
    )
