"""Statements of contracts: drafted, checked, signed by both, paid; never changed."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from analytics.contracts.book import contract_of
from analytics.contracts.overtaken import overtaken_by
from analytics.contracts.statement_acts import Deed, act
from analytics.contracts.statement_desk import Kept, draft, draft_hand_over, draft_true_up
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.contracts.contracts import IfNoneMatch, acting, contract_named, settled_refusals
from api.routes.contracts.period_schema import PeriodOut
from api.routes.contracts.statement_schema import (
    DraftKind,
    Month,
    NewAct,
    NewStatement,
    StatementDetail,
    StatementOut,
)
from api.routes.contracts.statement_view import heads, periods, whole
from api.scope import Caller, Scope
from domain.contract_book import DocumentKind, month_of_file, read_figures
from domain.local_day import local_day
from domain.sentence import Sentence
from store.contracts.contract import terms
from store.contracts.statement import StatementRow, acts, statements, texts
from store.people.session import audit

router = APIRouter(tags=["contracts"])

IfMatch = Annotated[str | None, Header(description="What was seen: the ETag.")]


@router.get("/contracts/{contract_id}/statements")
def list_statements(
    contract_id: int,
    scope: Scope,
    kind: DocumentKind | None = None,
    month: Annotated[Month | None, Query(description="YYYY-MM")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[StatementOut]:
    """Statements of a contract, the newest first, with those that were made anew or reversed."""
    row = contract_named(scope, contract_id)
    rows = statements(
        scope.conn,
        contract_id=row.id,
        kind=kind,
        period=month,
        before=before(cursor),
        at_most=limit + 1,
    )
    return Page(
        items=heads(scope, rows[:limit]),
        next=encode(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.get("/contracts/{contract_id}/periods")
def list_periods(
    contract_id: int, scope: Scope, limit: Limit = 60, cursor: Cursor = None
) -> Page[PeriodOut]:
    """Months of a contract by line: baseline, adjustments, use, saving, price, share, amount.

    Of each month the statement that was made last; months are counted by `limit`, the newest first.
    """
    row = contract_named(scope, contract_id)
    kept = statements(
        scope.conn, contract_id=row.id, kind=DocumentKind.MONTH, before=before(cursor)
    )
    newest = [each for each in kept if each.newest]
    return Page(
        items=[each for one in newest[:limit] for each in periods(scope, one)],
        next=encode(newest[limit - 1].id) if len(newest) > limit else None,
    )


@router.post("/contracts/{contract_id}/statements", status_code=HTTPStatus.CREATED)
def make(contract_id: int, new: NewStatement, scope: Scope, response: Response) -> StatementDetail:
    """Settle a month, a quarter or year of the contract, or the end, and keep it as a draft.

    A draft that stands is made anew; where the same comes out, it is answered as it is (200). What
    both have signed stays: a reversal and the statement made again are kept as drafts.
    """
    row = contract_named(scope, contract_id)
    acting(scope, row.id)
    with settled_refusals():
        kept = _drafted(scope, row.id, new)
    if kept.added:
        told = {"statement": kept.id, "reversal": kept.reversal, "kind": new.kind}
        audit(scope.conn, "statement_drafted", row.code, told)
    else:
        response.status_code = HTTPStatus.OK
    return _shown(scope, statement_named(scope, kept.id), response)


@router.get("/statements/{statement_id}", response_model=StatementDetail)
def show(
    statement_id: int, scope: Scope, response: Response, if_none_match: IfNoneMatch = None
) -> StatementDetail | Response:
    """A statement with every line and its formula; its ETag changes with what is done to it."""
    row = statement_named(scope, statement_id)
    etag = _etag(scope, row)
    if if_none_match is not None and if_none_match.removeprefix("W/") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
    return _shown(scope, row, response)


@router.get("/statements/{statement_id}/text", response_class=PlainTextResponse)
def show_text(statement_id: int, scope: Scope) -> PlainTextResponse:
    """The one text of a statement: the digest of it is what is signed."""
    row = statement_named(scope, statement_id)
    return PlainTextResponse(texts(scope.conn, row.id)[0], media_type="application/json")


@router.get("/statements/{statement_id}/inputs", response_class=PlainTextResponse)
def show_inputs(statement_id: int, scope: Scope) -> PlainTextResponse:
    """Everything a month's statement follows from, in one text."""
    row = statement_named(scope, statement_id)
    found = texts(scope.conn, row.id)[1]
    if found is None:
        detail = Sentence(
            "no_statement_inputs",
            "statement {statement} follows from other statements",
            statement=statement_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return PlainTextResponse(found, media_type="application/json")


@router.post("/statements/{statement_id}/acts", status_code=HTTPStatus.CREATED)
def do(
    statement_id: int,
    new: NewAct,
    scope: Scope,
    response: Response,
    if_match: IfMatch = None,
) -> StatementDetail:
    """Check, return, sign or pay, for the party for which the caller acts."""
    row = statement_named(scope, statement_id)
    doer = acting(scope, row.contract_id)
    if if_match is not None and if_match.removeprefix("W/") != _etag(scope, row):
        detail = Sentence("statement_moved", "somebody acted on it since you looked at it")
        raise refuse(HTTPStatus.PRECONDITION_FAILED, detail)
    deed = Deed(
        new.act,
        new.on or today(scope, row.contract_id),
        new.reason,
        new.sha256 or "",
        new.signature,
        new.number,
        new.amount,
    )
    with settled_refusals():
        act(scope.conn, row, doer, deed)
    told = new.model_dump(mode="json", exclude={"signature"}) | {"statement": row.id}
    audit(scope.conn, f"statement_{new.act}", row.contract_code, told)
    return _shown(scope, statement_named(scope, statement_id), response)


def statement_named(scope: Caller, statement_id: int) -> StatementRow:
    """Find a statement the person may see, or refuse with "not found"."""
    rows = statements(scope.conn, statement_id=statement_id, at_most=1)
    if not rows:
        detail = Sentence(
            "no_statement", "there is no statement {statement}", statement=statement_id
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def today(scope: Caller, contract_id: int) -> date:
    """Local day of a contract."""
    zone = contract_of(terms(scope.conn, contract_id)[0]).zone
    return local_day(datetime.now(UTC), ZoneInfo(zone))


def _drafted(scope: Caller, contract_id: int, new: NewStatement) -> Kept:
    if new.kind is DraftKind.HAND_OVER:
        return draft_hand_over(scope.conn, contract_id)
    if new.year is not None:
        return draft_true_up(scope.conn, contract_id, new.year, new.quarter)
    month = new.month or ""
    if new.text is not None:
        figures = month_of_file(new.text, month, place="text")
    else:
        figures = read_figures(new.figures or {}, month, place="figures")
    return draft(scope.conn, contract_id, figures)


def _shown(scope: Caller, row: StatementRow, response: Response) -> StatementDetail:
    response.headers["ETag"] = _etag(scope, row)
    return whole(scope, row)


def _etag(scope: Caller, row: StatementRow) -> str:
    done = acts(scope.conn, [row.id])[row.id]
    newest = "" if row.newest else "-old"
    overtaken = "-".join(["", *overtaken_by(scope.conn, row)]).replace(" ", "_")
    reversal = row.reversed_by or 0
    return f'"{row.id}-{done[-1].id if done else 0}-{reversal}{newest}{overtaken}"'
