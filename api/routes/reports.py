"""Reports: made, kept as versions with their digest, and given as PDF and workbook."""

from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from psycopg.errors import InsufficientPrivilege
from pydantic import BaseModel, ConfigDict, Field

from analytics.institution.month import Asked
from analytics.institution.report import content, make_month_report
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.report_file import as_workbook
from api.report_html import as_html
from api.report_paper import ReportPaper
from api.routes.factors import wanted_set
from api.routes.ledger_months import institution_named
from api.routes.ledger_schema import MonthIn
from api.scope import Caller, Scope
from api.statement_pdf import lay_out
from domain.errors import ConfigurationError
from domain.sentence import Sentence
from store.report import ReportRow, reports
from store.session import audit

router = APIRouter(prefix="/reports", tags=["reports"])

ReportId = Annotated[int, Path(description="Id of the report.")]
Lang = Annotated[Literal["zh-CN", "en"], Query(description="Language.")]


class ReportIn(MonthIn):
    """A report that somebody wants: of what, whom and when."""

    kind: Literal["institution_month"] = "institution_month"


class ReportOut(BaseModel):
    """A report that was made. Its files are laid out from its document alone."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Literal["institution_month"]
    organisation_id: int
    first_day: date = Field(description="First local day.")
    end_day: date = Field(description="Local day after the last one.")
    version: int = Field(description="1, and one more each time its figures had changed.")
    sha256: str = Field(description="Digest of its document, also on paper.")
    made_at: datetime
    person: str | None = Field(description="Who made it; null where you may not see them.")


class ReportWhole(ReportOut):
    """A report with its document."""

    document: dict[str, Any] = Field(description="Figures with units, as text where exact.")


@router.get("")
def made_reports(
    scope: Scope,
    organisation: Annotated[int | None, Query(description="Id of the institution.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ReportOut]:
    """Reports that may be seen, the newest first."""
    rows = reports(scope.conn, organisation_id=organisation, before=before(cursor), at_most=limit)
    items = [ReportOut.model_validate(row) for row in rows]
    return Page(items=items, next=encode(items[-1].id) if len(items) == limit else None)


@router.post("", status_code=HTTPStatus.CREATED)
def make_report(request: Request, wanted: ReportIn, scope: Scope) -> ReportOut:
    """Make a report of what is known now; the newest version where nothing has changed."""
    asked = Asked(
        institution_named(scope, wanted.organisation_id),
        date.fromisoformat(f"{wanted.month}-01"),
        wanted_set(scope.conn, wanted.set, wanted.version),
        request.app.state.settings.unmetered_limit,
    )
    try:
        report_id = make_month_report(scope.conn, asked)
    except InsufficientPrivilege as error:
        detail = Sentence(
            "report_not_yours", "a report is made by who sees the whole institution in its time"
        )
        raise refuse(HTTPStatus.FORBIDDEN, detail) from error
    row = _report(scope, report_id)
    told = {"kind": row.kind, "month": wanted.month, "version": row.version, "sha256": row.sha256}
    audit(scope.conn, "report_made", asked.institution.code, told)
    return ReportOut.model_validate(row)


@router.get("/{report_id}")
def report_whole(report_id: ReportId, scope: Scope) -> ReportWhole:
    """One report with its document."""
    made = ReportOut.model_validate(_report(scope, report_id))
    return ReportWhole(**made.model_dump(), document=content(scope.conn, report_id))


@router.get("/{report_id}/pdf", response_class=Response)
def report_pdf(report_id: ReportId, scope: Scope, lang: Lang = "zh-CN") -> Response:
    """A report on A4, tagged, its fonts embedded; 503 where the server has no Pango."""
    try:
        return _file(scope, report_id, lang, "pdf", lambda paper: lay_out(as_html(paper)))
    except ConfigurationError as error:
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, error) from error


@router.get("/{report_id}/xlsx", response_class=Response)
def report_workbook(report_id: ReportId, scope: Scope, lang: Lang = "zh-CN") -> Response:
    """A report as a workbook: numbers as numbers, texts never run as formulas."""
    return _file(scope, report_id, lang, "xlsx", as_workbook)


_KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _file(
    scope: Caller, report_id: int, lang: str, ending: str, made: Callable[[ReportPaper], bytes]
) -> Response:
    row = _report(scope, report_id)
    document = content(scope.conn, report_id)
    name = f"{document['institution']['code']}-{document['month']}-{row.version}.{ending}"
    safe = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "-" for sign in name
    )
    return Response(
        made(ReportPaper(row, document, lang)),
        media_type=_KINDS[ending],
        headers={"Content-Disposition": f'attachment; filename="{safe}"'},
    )


def _report(scope: Caller, report_id: int) -> ReportRow:
    found = reports(scope.conn, report_id=report_id)
    if not found:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_report", "there is no report {report}", report=report_id),
        )
    return found[0]
