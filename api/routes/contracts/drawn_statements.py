"""Statements drawn from the ledger, where their figures come from, and the file to take home."""

import json
from collections.abc import Iterator
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from analytics.contracts.drawing import draft_from_ledger
from analytics.contracts.statement_bundle import bundle_of, detached
from api.problem import refuse
from api.routes.contracts.contracts import acting, contract_named, settled_refusals
from api.routes.contracts.drawn_schema import DrawingOut, NewDrawing, OriginOut, OriginsOut
from api.routes.contracts.statements import statement_named
from api.scope import Scope
from domain.contract import Party
from domain.contract_book import DocumentKind, read_figures
from domain.sentence import Sentence
from store.contracts.contract_ledger import Eyes
from store.contracts.drawn_statement import origin
from store.contracts.statement import StatementRow, acts
from store.people.session import audit

router = APIRouter(tags=["contracts"])

_PIECE = 256 * 1024


@router.post("/contracts/{contract_id}/drawings", status_code=HTTPStatus.CREATED)
def draw_month(contract_id: int, new: NewDrawing, scope: Scope, response: Response) -> DrawingOut:
    """Draw a month from the ledger as the caller sees it, and keep its statement as a draft.

    200 where it is there already with these figures.
    """
    row = contract_named(scope, contract_id)
    acting(scope, row.id)
    with settled_refusals():
        entered = read_figures(new.entered, new.month, place="entered")
        kept = draft_from_ledger(scope.conn, Eyes.PERSON, row.id, entered)
    if not kept.added:
        response.status_code = HTTPStatus.OK
    told = {"month": new.month, "statement": kept.id, "added": kept.added}
    audit(scope.conn, "statement_drawn", row.code, told)
    return DrawingOut(id=kept.id, added=kept.added, reversal=kept.reversal)


@router.get("/statements/{statement_id}/origins")
def show_origins(statement_id: int, scope: Scope) -> OriginsOut:
    """Where each figure of a statement comes from; 404 where people entered all of them."""
    row = statement_named(scope, statement_id)
    found = origin(scope.conn, row.id)
    if found is None:
        detail = Sentence(
            "not_drawn", "statement {statement} was not drawn from the ledger", statement=row.id
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return OriginsOut(
        statement_id=row.id,
        known_at=found.known_at,
        because=found.because,
        entered=json.loads(found.entered),
        origins=[OriginOut(**each) for each in json.loads(found.origins)],
    )


@router.get("/statements/{statement_id}/bundle", response_class=StreamingResponse)
def show_bundle(statement_id: int, scope: Scope) -> StreamingResponse:
    """The evidence bundle of a statement: one file, the same bytes each time.

    A month's holds its registers; that of a true-up, a hand-over or a reversal the documents it
    rests on, by their digests. Detached signatures are files of their own.
    """
    row = statement_named(scope, statement_id)
    with settled_refusals():
        content = bundle_of(scope.conn, row)
    name = _name(row)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(len(content)),
    }
    return StreamingResponse(_pieces(content), media_type="application/zip", headers=headers)


@router.get("/statements/{statement_id}/signatures/{party}", response_class=PlainTextResponse)
def show_signature(statement_id: int, party: Party, scope: Scope) -> PlainTextResponse:
    """A party's detached signature, to be kept beside the bundle."""
    row = statement_named(scope, statement_id)
    found = detached(acts(scope.conn, [row.id])[row.id])
    if party not in found:
        detail = Sentence(
            "no_detached_signature",
            "the {party} has not signed statement {statement} by a key",
            party=party,
            statement=row.id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    headers = {"Content-Disposition": f'attachment; filename="{_name(row)}.{party}.sig"'}
    return PlainTextResponse(found[party], headers=headers)


def _name(row: StatementRow) -> str:
    """Name of a bundle; a reversal and the statement made again do not have the same."""
    kind = f"{row.kind}-" if row.kind == DocumentKind.REVERSAL else ""
    return f"{row.contract_code}-{kind}{row.period}-{row.revision}.zip".replace(" ", "-")


def _pieces(content: bytes) -> Iterator[bytes]:
    for begin in range(0, len(content), _PIECE):
        yield content[begin : begin + _PIECE]
