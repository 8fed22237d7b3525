"""Figures of a contract's meters that nobody reads out: entered, proved by a file, checked."""

import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from analytics.contracts.book import contract_of
from api.page import Page
from api.problem import refuse
from api.proof_file import read_proof, served, upload
from api.routes.contracts.contract_schema import ContractFigureOut, NewFigure, TermsVerdictIn
from api.routes.contracts.contracts import acting, contract_named, settled_refusals
from api.scope import Caller, Scope
from domain.canonical import canonical
from domain.contract_month import ContractMonth, Use
from domain.errors import InputError, SettlementError
from domain.record import read, told
from domain.sentence import Sentence
from store.contracts.contract import ContractRow, terms
from store.contracts.contract_figure import (
    FigureRow,
    add_figure,
    add_proof,
    figures,
    judge_figure,
    proof_of,
)
from store.people.session import audit

router = APIRouter(prefix="/contracts/{contract_id}/figures", tags=["contracts"])


@router.get("")
def list_figures(
    contract_id: int, scope: Scope, month: str | None = None
) -> Page[ContractFigureOut]:
    """Figures entered by hand, the newest first; of a meter and month the newest checked counts."""
    row = contract_named(scope, contract_id)
    return Page(items=[_figure(each) for each in figures(scope.conn, row.id, month=month)])


@router.post("", status_code=HTTPStatus.CREATED)
def enter(contract_id: int, new: NewFigure, scope: Scope) -> ContractFigureOut:
    """Enter what a meter counted in a month. It counts when another person has checked it."""
    row = contract_named(scope, contract_id)
    doer = acting(scope, row.id)
    with settled_refusals():
        use = _read(scope, row, new)
        figure_id = add_figure(
            scope.conn,
            row.id,
            new.month,
            use.meter,
            quantities=canonical(told(use.quantities)),
            document=new.document,
            party=doer.party,
        )
    audit(scope.conn, "contract_figure_entered", row.code, {"figure": figure_id, **told(use)})
    return _figure(_named(scope, row, figure_id))


@router.post("/{figure_id}/proof", status_code=HTTPStatus.CREATED)
def prove(
    contract_id: int, figure_id: int, scope: Scope, data: Annotated[bytes, Depends(upload)]
) -> ContractFigureOut:
    """Give the photo or PDF it was read off; a check wants one."""
    row = contract_named(scope, contract_id)
    _named(scope, row, figure_id)
    acting(scope, row.id)
    proof = read_proof(data)
    with settled_refusals():
        if not add_proof(scope.conn, figure_id, proof.kept, proof.sha256):
            raise SettlementError(Sentence("figure_proved", "the figure has its file already"))
    audit(
        scope.conn,
        "contract_figure_proved",
        row.code,
        {"figure": figure_id, "sha256": proof.sha256},
    )
    return _figure(_named(scope, row, figure_id))


@router.get("/{figure_id}/proof", response_class=Response)
def show_proof(contract_id: int, figure_id: int, scope: Scope) -> Response:
    """The photo or document of a figure, to be saved."""
    row = contract_named(scope, contract_id)
    kept = proof_of(scope.conn, row.id, figure_id)
    if kept is None:
        detail = Sentence("no_figure_file", "figure {figure} has no file", figure=figure_id)
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return served(kept, f"figure-{figure_id}")


@router.post("/{figure_id}/verdict", status_code=HTTPStatus.CREATED)
def judge(
    contract_id: int, figure_id: int, said: TermsVerdictIn, scope: Scope
) -> ContractFigureOut:
    """Check a figure against its file, or refuse it, as another person than who entered it."""
    row = contract_named(scope, contract_id)
    _named(scope, row, figure_id)
    acting(scope, row.id)
    with settled_refusals():
        if not judge_figure(scope.conn, figure_id, said.verdict, said.reason):
            raise SettlementError(Sentence("figure_judged", "somebody has judged the figure"))
    told_ = {"figure": figure_id, **said.model_dump(mode="json")}
    audit(scope.conn, "contract_figure_judged", row.code, told_)
    return _figure(_named(scope, row, figure_id))


def _read(scope: Caller, row: ContractRow, new: NewFigure) -> Use:
    """The figure, if the contract has such a meter and month."""
    contract = contract_of(terms(scope.conn, row.id)[0])
    raw = {"meter": new.meter, "quantities": new.quantities, "document": new.document}
    use = read(Use, raw, "figure")
    month = read(ContractMonth, {"month": new.month}, "month")
    meter = next((each for each in contract.meters if each.code == use.meter), None)
    if meter is None or not meter.by_hand:
        reason = Sentence(
            "figure_of_no_hand", "{meter} is no meter that is read by hand", meter=use.meter
        )
        raise InputError(reason, place="figure.meter")
    if not use.quantities or not (
        contract.first_day < month.end_day and month.first_day < contract.end_day
    ):
        raise InputError(
            Sentence("figure_of_no_month", "want amounts of a month in which the contract runs"),
            place="figure.month",
        )
    return use


def _named(scope: Caller, row: ContractRow, figure_id: int) -> FigureRow:
    found = figures(scope.conn, row.id, figure_id=figure_id)
    if not found:
        detail = Sentence(
            "no_contract_figure",
            "contract {contract} has no figure {figure}",
            contract=row.code,
            figure=figure_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return found[0]


def _figure(row: FigureRow) -> ContractFigureOut:
    names = ContractFigureOut.model_fields.keys() - {"quantities"}
    told_ = {name: getattr(row, name) for name in names}
    return ContractFigureOut(**told_, quantities=json.loads(row.quantities))
