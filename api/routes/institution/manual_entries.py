"""Amounts of a month entered by hand: typed, submitted, checked, returned, approved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Header, Query, Response

from analytics.institution.entry_board import zone_of
from analytics.institution.entry_review import queries_of
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.institution.entry_schema import (
    ContentOut,
    EntryDetail,
    EntryIn,
    EntryReasonIn,
    EntryStepOut,
    ManualEntryOut,
    NewEntry,
    PhotoOut,
    QueryOut,
)
from api.scope import Caller, Scope
from domain.entry_rule import next_month
from domain.manual_entry import EntryKind, EntryState, may_become, needs_second_person
from domain.sentence import Sentence
from store.institution.entry_photo import photos
from store.institution.manual_entry import (
    EntryRow,
    add_entries,
    add_steps,
    enterable_codes,
    entries,
    entry_steps,
    entry_versions,
    reviewable_codes,
    save_versions,
)
from store.places.place import OrganisationRow, organisations
from store.refusal import refusal_of

router = APIRouter(prefix="/manual-entries", tags=["manual entry"])

IfMatch = Annotated[str | None, Header(description="Revision that was seen: the ETag.")]
SECOND_PERSON = Sentence(
    "second_person", "who entered or submitted an amount neither checks nor approves it"
)
_DENIED = {
    "entry_order": HTTPStatus.CONFLICT,
    "entry_second_person": HTTPStatus.FORBIDDEN,
}


class Action(StrEnum):
    """What is done with an entry."""

    SUBMIT = "submit"
    CHECK = "check"
    RETURN = "return"
    APPROVE = "approve"


_STATE = {
    Action.SUBMIT: EntryState.SUBMITTED,
    Action.CHECK: EntryState.CHECKED,
    Action.RETURN: EntryState.RETURNED,
    Action.APPROVE: EntryState.APPROVED,
}


@router.get("")
def list_entries(
    scope: Scope,
    organisation: Annotated[int | None, Query(description="Of this institution.")] = None,
    kind: EntryKind | None = None,
    month: Annotated[date | None, Query(description="First day of the month.")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2199)] = None,
    state: Annotated[list[EntryState] | None, Query(description="In one of these states.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ManualEntryOut]:
    """Entries as they stand, the last one begun first."""
    rows = entries(
        scope.conn,
        organisation_id=organisation,
        kind=kind and kind.value,
        months=_months(month, year),
        states=state,
        before=before(cursor),
        at_most=limit + 1,
    )
    items = _shown(scope, rows[:limit])
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("", status_code=HTTPStatus.CREATED)
def create(new: NewEntry, scope: Scope, response: Response) -> EntryDetail:
    """Enter a month as a draft; one entry for each institution, kind and month."""
    _institution(scope, new.organisation_id)
    with refusals():
        key = (new.organisation_id, new.kind.value, new.month)
        found = add_entries(scope.conn, {key: new.content()})
    if not found:
        told = Sentence(
            "entered_already",
            "{kind} of {month} is entered already: change that entry",
            kind=new.kind,
            month=f"{new.month:%Y-%m}",
        )
        raise refuse(HTTPStatus.CONFLICT, told)
    return _detail(scope, found[0], response)


@router.get("/{entry_id}")
def detail(entry_id: int, scope: Scope, response: Response) -> EntryDetail:
    """An entry with its versions, its history and its photos."""
    return _detail(scope, entry_id, response)


@router.put("/{entry_id}")
def edit(
    entry_id: int, new: EntryIn, scope: Scope, response: Response, if_match: IfMatch = None
) -> EntryDetail:
    """Save another version as a draft; an approved one counts until the new one is approved."""
    row = entry_named(scope, entry_id)
    seen(row, if_match)
    with refusals():
        save_versions(scope.conn, {entry_id: (row.revision, new.content())})
    return _detail(scope, entry_id, response)


@router.post("/{entry_id}/{action}")
def act(
    entry_id: int,
    action: Action,
    why: EntryReasonIn,
    scope: Scope,
    response: Response,
    if_match: IfMatch = None,
) -> EntryDetail:
    """Submit, check, return or approve the newest version."""
    row = entry_named(scope, entry_id)
    seen(row, if_match)
    state, reason = _STATE[action], why.reason.strip()
    if action is Action.RETURN and not reason:
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence("return_wants_reason", "a return wants a reason"),
        )
    if action is Action.SUBMIT:
        _refuse_unanswered(scope, row)
    if needs_second_person(state) and scope.person.person_id in {row.person_id, row.submitter_id}:
        raise refuse(HTTPStatus.FORBIDDEN, SECOND_PERSON)
    with refusals():
        add_steps(scope.conn, [row], state, reason=reason)
    return _detail(scope, entry_id, response)


def entry_named(scope: Caller, entry_id: int) -> EntryRow:
    """Find an entry the person may see.

    Raises
    ------
    HTTPException
        404.
    """
    rows = entries(scope.conn, ids=[entry_id], before=before(None), at_most=1)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_entry", "there is no entry {entry}", entry=entry_id)
        )
    return rows[0]


def seen(row: EntryRow, if_match: str | None) -> None:
    """Refuse a change by somebody who has not seen what stands there now.

    Raises
    ------
    HTTPException
        428 without If-Match, 412 when the entry has moved on.
    """
    if if_match is None:
        told = Sentence("if_match_wanted", "want the header If-Match with the ETag of the entry")
        raise refuse(HTTPStatus.PRECONDITION_REQUIRED, told)
    if if_match.strip().removeprefix("W/").strip('"') != str(row.revision):
        raise refuse(HTTPStatus.PRECONDITION_FAILED, _moved(row.revision))


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what the database refuses, in the words of the API."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(
            HTTPStatus.FORBIDDEN,
            Sentence("not_for_institution", "you may not do this for the institution"),
        ) from error
    except psycopg.errors.UniqueViolation as error:
        raise refuse(HTTPStatus.PRECONDITION_FAILED, _moved(None)) from error
    except psycopg.errors.CheckViolation as error:
        name = error.diag.constraint_name or ""
        status = _DENIED.get(name, HTTPStatus.UNPROCESSABLE_ENTITY)
        raise refuse(status, refusal_of(error)) from error


def _moved(revision: int | None) -> Sentence:
    now = "" if revision is None else f": it is at revision {revision}"
    return Sentence(
        "entry_moved", "somebody has changed the entry since{now}; load it again", now=now
    )


def _months(month: date | None, year: int | None) -> tuple[date | None, date | None]:
    if month is not None:
        return month, next_month(month)
    return (None, None) if year is None else (date(year, 1, 1), date(year + 1, 1, 1))


def _institution(scope: Caller, organisation_id: int) -> OrganisationRow:
    row = next((row for row in organisations(scope.conn) if row.id == organisation_id), None)
    if row is None or row.kind != "institution":
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_institution",
                "there is no institution {organisation}",
                organisation=organisation_id,
            ),
        )
    return row


def _refuse_unanswered(scope: Caller, row: EntryRow) -> None:
    if row.note.strip():
        return
    asked = [query.code.value for query in _queries(scope, [row])[row.id]]
    if row.source == "dial" and row.first_reading is None:
        asked.append("dial_without_readings")
    if asked:
        told = Sentence("note_wanted", "a note is wanted: {asked}", asked=", ".join(asked))
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)


def _queries(scope: Caller, rows: Sequence[EntryRow]) -> dict[int, list[QueryOut]]:
    places = {place.id: place for place in organisations(scope.conn)}
    found: dict[int, list[QueryOut]] = {}
    zones = {zone_of(places[row.organisation_id]) for row in rows}
    for zone in zones:
        own = [row for row in rows if zone_of(places[row.organisation_id]) == zone]
        for key, queries in queries_of(scope.conn, zone, own).items():
            found[key] = [QueryOut.model_validate(query) for query in queries]
    return found


def _shown(scope: Caller, rows: Sequence[EntryRow]) -> list[ManualEntryOut]:
    queries = _queries(scope, rows)
    entering, reviewing = enterable_codes(scope.conn), reviewable_codes(scope.conn)
    return [
        ManualEntryOut(
            **_plain(row),
            queries=queries[row.id],
            may=_may(
                row,
                scope.person.person_id,
                enters=row.organisation_code in entering,
                reviews=row.organisation_code in reviewing,
            ),
        )
        for row in rows
    ]


def _plain(row: EntryRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ManualEntryOut.model_fields if hasattr(row, name)}


def _may(row: EntryRow, person_id: int, *, enters: bool, reviews: bool) -> list[str]:
    is_second = person_id not in {row.person_id, row.submitter_id}
    found = ["edit"] if enters and may_become(row.state, EntryState.DRAFT) else []
    for action, state in _STATE.items():
        allowed = enters if action is Action.SUBMIT else reviews
        if needs_second_person(state):
            allowed = allowed and is_second
        if allowed and may_become(row.state, state):
            found.append(action.value)
    return found


def _detail(scope: Caller, entry_id: int, response: Response) -> EntryDetail:
    row = entry_named(scope, entry_id)
    (shown,) = _shown(scope, [row])
    response.headers["ETag"] = f'"{row.revision}"'
    versions = entry_versions(scope.conn, entry_id)
    steps = entry_steps(scope.conn, entry_id)
    handed_in = max((step.at for step in steps if step.state == EntryState.SUBMITTED), default=None)
    return EntryDetail(
        **shown.model_dump(),
        versions=[ContentOut.model_validate(version) for version in versions],
        steps=[EntryStepOut.model_validate(step) for step in steps],
        pictures=[
            PhotoOut(
                **{name: getattr(photo, name) for name in photo.__slots__ if name != "person_id"},
                may_remove=photo.person_id == scope.person.person_id
                and (handed_in is None or photo.at > handed_in),
            )
            for photo in photos(scope.conn, entry_id)
        ],
    )
