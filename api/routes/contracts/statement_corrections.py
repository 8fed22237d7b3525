"""Corrections that the worker proposes of signed statements: both accept, or one dismisses."""

from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query

from analytics.contracts.drawing import draft_from_correction
from analytics.contracts.statement_course import month_of
from analytics.settlement.statement import read_statement
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.contracts.contracts import acting, settled_refusals
from api.routes.contracts.drawn_schema import (
    ChangedLineOut,
    CorrectionOut,
    DecisionOut,
    DrawingOut,
    NewDecision,
)
from api.scope import Caller, Scope
from domain.errors import SettlementError
from domain.sentence import Sentence
from store.contracts.drawn_statement import CorrectionRow, corrections, decide
from store.contracts.statement import statements
from store.people.session import audit

router = APIRouter(prefix="/corrections", tags=["contracts"])


@router.get("")
def list_corrections(
    scope: Scope,
    contract: Annotated[int | None, Query(description="Of this contract.")] = None,
    statement: Annotated[int | None, Query(description="Of this signed statement.")] = None,
    open_only: Annotated[bool, Query(alias="open", description="Only undecided ones.")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[CorrectionOut]:
    """Proposed corrections, the newest first."""
    rows = corrections(
        scope.conn,
        contract_id=contract,
        statement_id=statement,
        before=before(cursor),
        at_most=limit + 1,
    )
    shown = [row for row in rows[:limit] if not open_only or row.state == "open"]
    return Page(
        items=[_out(scope, row) for row in shown],
        next=encode(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.get("/{correction_id}")
def show(correction_id: int, scope: Scope) -> CorrectionOut:
    """One proposed correction."""
    return _out(scope, _named(scope, correction_id))


@router.post("/{correction_id}/decisions", status_code=HTTPStatus.CREATED)
def say(correction_id: int, said: NewDecision, scope: Scope) -> CorrectionOut:
    """Accept or dismiss for a party. Both have accepted: reversal and replacement are drafts."""
    row = _named(scope, correction_id)
    doer = acting(scope, row.contract_id)
    made = None
    with settled_refusals():
        try:
            decide(scope.conn, row.id, said.verdict, said.reason, party=doer.party)
        except psycopg.errors.UniqueViolation as error:
            raise SettlementError(
                Sentence("party_decided", "the {party} has decided already", party=doer.party)
            ) from error
        row = _named(scope, correction_id)
        if row.state == "accepted":
            kept = draft_from_correction(scope.conn, row)
            made = DrawingOut(id=kept.id, added=kept.added, reversal=kept.reversal)
    told = {"verdict": said.verdict, "reason": said.reason, "statement": row.statement_id}
    audit(scope.conn, "correction_decided", str(row.id), told)
    return _out(scope, row).model_copy(update={"statements": made})


def _named(scope: Caller, correction_id: int) -> CorrectionRow:
    rows = corrections(scope.conn, correction_id=correction_id, at_most=1)
    if not rows:
        detail = Sentence(
            "no_correction", "there is no correction {correction}", correction=correction_id
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def _out(scope: Caller, row: CorrectionRow) -> CorrectionOut:
    told = {name: getattr(row, name) for name in CorrectionOut.model_fields if hasattr(row, name)}
    told["decisions"] = [DecisionOut(**each) for each in row.decisions]
    return CorrectionOut(**told, lines=_changed(scope, row))


def _changed(scope: Caller, row: CorrectionRow) -> list[ChangedLineOut]:
    """Lines of the signed statement and of what would replace it that differ."""
    [signed] = statements(scope.conn, statement_id=row.statement_id, at_most=1)
    before_ = {(line.code, line.side): line.amount for line in month_of(scope.conn, signed).lines}
    replacement = read_statement(row.document, place=f"correction {row.id}")
    after = {(line.code, line.side): line.amount for line in replacement.lines}
    return [
        ChangedLineOut(line=code, side=side, signed=before_.get(key), now=after.get(key))
        for key in {**before_, **after}
        for code, side in [key]
        if before_.get(key) != after.get(key)
    ]
