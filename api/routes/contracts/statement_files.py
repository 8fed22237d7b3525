"""A statement as a file to be read and kept: PDF and workbook, in Chinese or English."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from analytics.contracts.statement_acts import Matter, matter
from analytics.evidence.signature import fingerprint
from analytics.settlement.statement import Statement, read_inputs
from api.paper.statement_file import as_workbook
from api.paper.statement_paper import Claim, Doing, Paper
from api.paper.statement_pdf import as_pdf
from api.problem import refuse
from api.routes.contracts.statements import statement_named
from api.scope import Caller, Scope
from domain.errors import ConfigurationError
from domain.local_day import local_day
from store.contracts.dispute import DisputeRow
from store.contracts.statement import StatementRow, texts

router = APIRouter(prefix="/statements/{statement_id}", tags=["contracts"])

Lang = Annotated[Literal["zh-CN", "en"], Query(description="Language.")]
_PDF = "application/pdf"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/pdf", response_class=Response)
def give_pdf(statement_id: int, scope: Scope, lang: Lang = "zh-CN") -> Response:
    """A statement on A4, tagged, its fonts embedded; 503 where the server has no Pango."""
    row = statement_named(scope, statement_id)
    try:
        content = as_pdf(_paper(scope, row, lang))
    except ConfigurationError as error:
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, error) from error
    return _file(row, content, _PDF, "pdf")


@router.get("/xlsx", response_class=Response)
def give_workbook(statement_id: int, scope: Scope, lang: Lang = "zh-CN") -> Response:
    """A statement as a workbook: sums are formulas, texts are never run as formulas."""
    row = statement_named(scope, statement_id)
    return _file(row, as_workbook(_paper(scope, row, lang)), _WORKBOOK, "xlsx")


def _file(row: StatementRow, content: bytes, kind: str, ending: str) -> Response:
    name = f"{row.contract_code}-{row.kind}-{row.period}-{row.revision}.{ending}".replace(" ", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _paper(scope: Caller, row: StatementRow, lang: str) -> Paper:
    of = matter(scope.conn, row)
    # A year and a term follow from their months, and have no days of their own.
    told = texts(scope.conn, row.id)[1] if isinstance(of.document, Statement) else None
    place = f"statement {row.id}"
    return Paper(
        of.document,
        of.contract,
        lang,
        None if told is None else read_inputs(told, place=place),
        of.course.state,
        tuple(_doings(of)),
        tuple(map(_claim, of.disputes)),
    )


def _doings(of: Matter) -> list[Doing]:
    made = local_day(of.row.made_at, ZoneInfo(of.contract.zone))
    doings = [Doing("make", made.isoformat(), of.row.maker or "Civicwatt")]
    for each in of.done:
        subject = " ".join(part for part in (each.subject, each.reason) if part)
        key = "" if each.key is None else fingerprint(each.key)
        day = each.on.isoformat()
        doings.append(Doing(each.act, day, each.person, each.party or "", subject, key))
    return doings


def _claim(row: DisputeRow) -> Claim:
    deadline = row.deadline.isoformat()
    claim = Claim(row.code, row.side, row.line, row.claimed, row.by, row.reason, deadline)
    if row.signed_by is None or row.kind is None:
        return claim
    told = (f"{row.amount:,.2f}", row.decided_on, row.document, row.proposed_by, row.signed_by)
    decided = ", ".join(str(each) for each in told if each)
    return replace(claim, outcome=row.kind, decided=decided)
