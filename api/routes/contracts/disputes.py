"""Disputes about lines of signed statements: opened by one party, ended by both."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from analytics.contracts.dispute_desk import Claimed, open_dispute, propose, sign
from analytics.contracts.statement_acts import matter
from analytics.settlement.dispute import Ending
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.contracts.contracts import acting, contract_named, settled_refusals
from api.routes.contracts.statement_schema import DisputeOut, NewDispute, NewOutcome
from api.routes.contracts.statement_view import dispute_view
from api.routes.contracts.statements import statement_named, today
from api.scope import Caller, Scope
from domain.sentence import Sentence
from store.contracts.dispute import DisputeRow, disputes
from store.people.session import audit

router = APIRouter(tags=["contracts"])


@router.get("/disputes")
def list_disputes(
    scope: Scope,
    contract: Annotated[int | None, Query(description="Id of the contract.")] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Without an end.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[DisputeOut]:
    """Disputes, the latest first."""
    rows = disputes(
        scope.conn,
        contract_id=contract,
        is_open=is_open,
        before=before(cursor),
        at_most=limit + 1,
    )
    return Page(
        items=[_view(scope, row) for row in rows[:limit]],
        next=encode(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.post("/statements/{statement_id}/disputes", status_code=HTTPStatus.CREATED)
def claim(statement_id: int, new: NewDispute, scope: Scope) -> DisputeOut:
    """Claim that a line should come to something else; only its difference is frozen."""
    row = statement_named(scope, statement_id)
    doer = acting(scope, row.contract_id)
    told = Claimed(
        new.line,
        new.side,
        new.claimed,
        new.reason,
        today(scope, row.contract_id),
        new.deadline,
        tuple(new.evidence),
    )
    with settled_refusals():
        dispute_id = open_dispute(scope.conn, row, doer, told)
    audit(scope.conn, "dispute_opened", row.contract_code, new.model_dump(mode="json"))
    return _view(scope, dispute_named(scope, dispute_id))


@router.get("/disputes/{dispute_id}")
def show(dispute_id: int, scope: Scope) -> DisputeOut:
    """One dispute."""
    return _view(scope, dispute_named(scope, dispute_id))


@router.post("/disputes/{dispute_id}/outcomes", status_code=HTTPStatus.CREATED)
def say_how_it_ended(dispute_id: int, new: NewOutcome, scope: Scope) -> DisputeOut:
    """Say how it ended, for one party; it does when the other has signed."""
    row = dispute_named(scope, dispute_id)
    doer = acting(scope, row.contract_id)
    with settled_refusals():
        propose(scope.conn, row, doer, Ending(new.kind, new.amount, new.decided_on, new.document))
    _note(scope, "dispute_outcome_proposed", row, new.model_dump(mode="json"))
    return _view(scope, dispute_named(scope, dispute_id))


@router.post(
    "/disputes/{dispute_id}/outcomes/{outcome_id}/signature", status_code=HTTPStatus.CREATED
)
def agree(dispute_id: int, outcome_id: int, scope: Scope) -> DisputeOut:
    """Sign an outcome for the other party."""
    row = dispute_named(scope, dispute_id)
    if row.outcome_id != outcome_id:
        detail = Sentence(
            "no_outcome",
            "outcome {outcome} is not the one that was proposed last",
            outcome=outcome_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    doer = acting(scope, row.contract_id)
    with settled_refusals():
        sign(scope.conn, row, outcome_id, doer, today(scope, row.contract_id))
    _note(scope, "dispute_ended", row, {"outcome": outcome_id})
    return _view(scope, dispute_named(scope, dispute_id))


def dispute_named(scope: Caller, dispute_id: int) -> DisputeRow:
    """Find a dispute the person may see, or refuse with "not found"."""
    rows = disputes(scope.conn, dispute_id=dispute_id, at_most=1)
    if not rows:
        detail = Sentence("no_dispute", "there is no dispute {dispute}", dispute=dispute_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def _view(scope: Caller, row: DisputeRow) -> DisputeOut:
    return dispute_view(matter(scope.conn, statement_named(scope, row.statement_id)), row)


def _note(scope: Caller, action: str, row: DisputeRow, told: dict[str, object]) -> None:
    code = contract_named(scope, row.contract_id).code
    audit(scope.conn, action, code, told | {"dispute": row.id})
