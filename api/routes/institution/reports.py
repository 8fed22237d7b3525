"""Reports: made, kept as versions with their digest, and given as PDF and workbook."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path, Query, Request, Response
from psycopg.errors import InsufficientPrivilege
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analytics.institution.asked_report import AskedReport
from analytics.institution.drawn_report import make_report as draw_and_keep
from analytics.institution.report import content
from api.body import Body
from api.page import Cursor, Limit, Page, before, encode
from api.paper.drawn_paper import paper_of
from api.paper.report_file import as_workbook
from api.paper.report_html import as_html
from api.paper.report_paper import Paper
from api.paper.statement_pdf import lay_out
from api.problem import refuse
from api.routes.institution.factors import wanted_set
from api.routes.institution.ledger_months import institution_named
from api.routes.institution.ledger_schema import Month
from api.scope import Caller, Scope
from domain.errors import ConfigurationError, MissingInputError
from domain.sentence import Sentence
from store.institution.report import ReportRow, reports
from store.people.session import audit

router = APIRouter(prefix="/reports", tags=["reports"])

ReportId = Annotated[int, Path(description="Id of the report.")]
Lang = Annotated[Literal["zh-CN", "en"], Query(description="Language.")]


Kind = Literal["institution_month", "water", "fleet", "savings", "annual_text", "evidence_pack"]


class ReportIn(Body):
    """A report that somebody wants: of what, whom and when."""

    kind: Kind = "institution_month"
    organisation_id: int
    month: Month | None = Field(default=None, description="Local month, such as 2026-06.")
    year: int | None = Field(
        default=None, ge=2000, le=2200, description="In place of a month: the whole year."
    )
    set: str = Field(default="statistics", max_length=100, description="Code of the factor set.")
    version: int | None = Field(default=None, description="None: the newest.")

    @model_validator(mode="after")
    def _is_of_one_time(self) -> Self:
        if (self.month is None) == (self.year is None):
            raise ValueError("want a month or a year, and not both")
        return self


class ReportOut(BaseModel):
    """A report that was made. Its files are laid out from its document alone."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Kind
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


class ReportTableOut(BaseModel):
    """One table of a report in a language."""

    title: str
    heads: list[str]
    numbers: list[bool] = Field(description="Whether a column is of numbers.")
    rows: list[list[Decimal | str | None]] = Field(
        description="Numbers as decimal text; null: nobody knows."
    )
    nothing: str = Field(description="What is said where there are no rows.")


class ReportSheetOut(BaseModel):
    """A report in a language: how firm it is, what it says, its tables."""

    heading: str
    period: str = Field(description="Month or year.")
    standing: list[str]
    paragraphs: list[str]
    tables: list[ReportTableOut]


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
    month = None if wanted.month is None else date.fromisoformat(f"{wanted.month}-01")
    asked = AskedReport(
        institution_named(scope, wanted.organisation_id),
        month.year if month else wanted.year or 0,
        month.month if month else None,
        wanted_set(scope.conn, wanted.set, wanted.version),
        request.app.state.settings.unmetered_limit,
        datetime.now(UTC),
    )
    try:
        report_id = draw_and_keep(scope.conn, wanted.kind, asked)
    except MissingInputError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    except InsufficientPrivilege as error:
        detail = Sentence(
            "report_not_yours", "a report is made by who sees the whole institution in its time"
        )
        raise refuse(HTTPStatus.FORBIDDEN, detail) from error
    row = _report(scope, report_id)
    told = {"kind": row.kind, "period": asked.name, "version": row.version, "sha256": row.sha256}
    audit(scope.conn, "report_made", asked.institution.code, told)
    return ReportOut.model_validate(row)


@router.get("/{report_id}")
def report_whole(report_id: ReportId, scope: Scope) -> ReportWhole:
    """One report with its document."""
    made = ReportOut.model_validate(_report(scope, report_id))
    return ReportWhole(**made.model_dump(), document=content(scope.conn, report_id))


@router.get("/{report_id}/sheet")
def report_sheet(report_id: ReportId, scope: Scope, lang: Lang = "zh-CN") -> ReportSheetOut:
    """What a report says, worded in a language as on paper."""
    row = _report(scope, report_id)
    paper = paper_of(row, content(scope.conn, report_id), lang)
    return ReportSheetOut(
        heading=paper.heading,
        period=paper.period,
        standing=list(paper.standing),
        paragraphs=list(paper.paragraphs),
        tables=[
            ReportTableOut(
                title=paper.word(section.key),
                heads=[paper.word(head) for head in section.heads],
                numbers=[head in section.numbers for head in section.heads],
                rows=[list(row) for row in section.rows],
                nothing=paper.word(section.nothing) if section.nothing else "",
            )
            for section in paper.sections()
            if section.rows or section.nothing
        ],
    )


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
    scope: Caller, report_id: int, lang: str, ending: str, made: Callable[[Paper], bytes]
) -> Response:
    row = _report(scope, report_id)
    document = content(scope.conn, report_id)
    paper = paper_of(row, document, lang)
    kind = "" if row.kind == "institution_month" else f"{row.kind}-"
    name = f"{document['institution']['code']}-{kind}{paper.period}-{row.version}.{ending}"
    safe = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "-" for sign in name
    )
    return Response(
        made(paper),
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
