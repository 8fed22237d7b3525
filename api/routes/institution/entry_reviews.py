"""Many monthly entries checked or approved at once; each by itself, and none in silence."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Self

import psycopg
from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from api.body import Body
from api.page import before
from api.problem import refuse
from api.routes.institution.manual_entries import SECOND_PERSON
from api.scope import Scope
from domain.manual_entry import EntryState, may_become
from store.institution.manual_entry import EntryRow, add_steps, entries, reviewable_codes

router = APIRouter(prefix="/manual-entries/reviews", tags=["manual entry"])

AT_ONCE = 1_000
_MOVED = "somebody has done something with the entry since it was seen; load it again"


class Review(StrEnum):
    """What is done with all of them."""

    CHECK = "check"
    APPROVE = "approve"


_STATE = {Review.CHECK: EntryState.CHECKED, Review.APPROVE: EntryState.APPROVED}


class Refusal(StrEnum):
    """Why an entry stays as it is."""

    NOT_THERE = "not_there"
    NOT_YOURS = "not_yours"
    MOVED = "moved"
    ORDER = "order"
    SECOND_PERSON = "second_person"


class SeenEntry(Body):
    """An entry as the person has seen it."""

    entry_id: int
    revision: int


class ReviewIn(Body):
    """What is to be done with which entries."""

    action: Review
    entries: Annotated[list[SeenEntry], Field(min_length=1, max_length=AT_ONCE)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = Counter(each.entry_id for each in self.entries)
        twice = next((entry_id for entry_id, times in named.items() if times > 1), None)
        if twice is not None:
            raise ValueError(f"entry {twice} is named twice")
        return self


class RefusedOut(BaseModel):
    """An entry that stays as it is, and why."""

    entry_id: int
    code: Refusal
    reason: str


class ReviewOut(BaseModel):
    """What was done, and what was not."""

    done: list[int] = Field(description="Ids of the entries that went on, as they were named.")
    refused: list[RefusedOut]


@router.post("")
def review(wanted: ReviewIn, scope: Scope) -> ReviewOut:
    """Check or approve many entries: those that may go on do, the others are told with the reason.

    Each is held to what holds for one: it is as it was seen, its turn has come, and a second
    person does it.
    """
    reviewing = reviewable_codes(scope.conn)
    if not reviewing:
        raise refuse(HTTPStatus.FORBIDDEN, "you check and approve no entries")
    ids = [each.entry_id for each in wanted.entries]
    rows = {
        row.id: row for row in entries(scope.conn, ids=ids, before=before(None), at_most=len(ids))
    }
    state = _STATE[wanted.action]
    refused: dict[int, tuple[Refusal, str]] = {}
    for each in wanted.entries:
        why = _why_not(rows.get(each.entry_id), each, state, scope.person.person_id, reviewing)
        if why is not None:
            refused[each.entry_id] = why
    # In one order, so that two people who review the same do not wait for each other in a ring.
    ready = [rows[entry_id] for entry_id in sorted(ids) if entry_id not in refused]
    refused |= dict(_bring(scope.conn, ready, state))
    return ReviewOut(done=[each for each in ids if each not in refused], refused=_told(refused))


def _why_not(
    row: EntryRow | None, seen: SeenEntry, state: EntryState, person_id: int, reviewing: set[str]
) -> tuple[Refusal, str] | None:
    if row is None:
        return Refusal.NOT_THERE, f"there is no entry {seen.entry_id}"
    if row.organisation_code not in reviewing:
        return Refusal.NOT_YOURS, f"you do not check entries of {row.organisation_code}"
    if row.revision != seen.revision:
        return Refusal.MOVED, _MOVED
    if not may_become(row.state, state):
        return Refusal.ORDER, f"{row.state} cannot become {state}"
    if person_id in {row.person_id, row.submitter_id}:
        return Refusal.SECOND_PERSON, SECOND_PERSON
    return None


def _bring(
    conn: psycopg.Connection, rows: Sequence[EntryRow], state: EntryState
) -> Iterator[tuple[int, tuple[Refusal, str]]]:
    """Bring all into a state at once; those somebody else was quicker with are found by halving."""
    if not rows:
        return
    try:
        add_steps(conn, rows, state)
    except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
        if len(rows) == 1:
            yield rows[0].id, (Refusal.MOVED, _MOVED)
            return
        half = len(rows) // 2
        yield from _bring(conn, rows[:half], state)
        yield from _bring(conn, rows[half:], state)


def _told(refused: Mapping[int, tuple[Refusal, str]]) -> list[RefusedOut]:
    return [
        RefusedOut(entry_id=entry_id, code=code, reason=reason)
        for entry_id, (code, reason) in refused.items()
    ]
