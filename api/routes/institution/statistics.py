"""The yearly statistics: tables with their basis, findings, summaries, what was handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from analytics.ledger.statistics_cell import Cell, Month, MonthAmount, YearAmount
from analytics.ledger.statistics_check import Finding, Weight
from analytics.ledger.statistics_content import Answer, content, unanswered
from analytics.ledger.statistics_table import Identity, SummaryRow, summaries, summary
from analytics.portfolio.statistics import Examined, Statistics
from api.named import Organisation
from api.paper.statistics_file import Part, as_workbook
from api.problem import refuse
from api.routes.institution.factors import wanted_set
from api.routes.institution.statistics_record import checked_record
from api.routes.institution.statistics_schema import (
    CommentIn,
    Group,
    InstitutionStatisticsOut,
    RecordIn,
    RecordOut,
    SaidOut,
    StatisticsCellOut,
    StatisticsFindingOut,
    StatisticsItemOut,
    StatisticsList,
    StatisticsMonthOut,
    StatisticsSummaryOut,
    SubmissionIn,
    SubmissionOut,
    SummaryCellOut,
    SummaryRowOut,
    TablesOut,
)
from api.scope import Caller, Scope
from domain.sentence import Sentence
from domain.statistics_item import EDITION, statistics_items
from store.institution.statistics import (
    Comment,
    NewComment,
    Submission,
    add_comment,
    add_records,
    comments,
    submissions,
    submit,
    submitted_content,
)

router = APIRouter(prefix="/statistics", tags=["statistics"])

FACTORS = "statistics"
"""Code of the factor set by which the tables are made."""
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOLD = 5
"""So many reasons stand in a refusal; the list of findings has all."""
Year = Annotated[int, Query(ge=2000, le=2200, description="Reporting year.")]


@dataclass(frozen=True, slots=True)
class _Year:
    """Everybody's tables of a year, what people said to them, and what was handed in."""

    year: int
    factor_set: str
    examined: list[Examined]
    comments: dict[int, list[Comment]]
    submissions: dict[int, list[Submission]]

    def answers(self, organisation_id: int) -> list[Answer]:
        """Comments on one institution's findings."""
        return [
            Answer(each.item, each.code, each.seen, each.comment, each.person, each.at.isoformat())
            for each in self.comments.get(organisation_id, ())
        ]

    def open(self, each: Examined) -> list[Finding]:
        """What stands in the way of official tables of one institution."""
        return unanswered(each.findings, self.answers(each.organisation.id))


@router.get("")
def list_institutions(
    scope: Scope, year: Year, organisation: Organisation = None
) -> StatisticsList:
    """Institutions at an organisation or below it, each with how far its tables are."""
    found = _year(scope, year, organisation)
    return StatisticsList(
        year=year,
        edition=EDITION,
        factor_set=found.factor_set,
        due=f"{year + 1}-03-31",
        asked=[StatisticsItemOut.model_validate(item) for item in statistics_items().values()],
        items=[InstitutionStatisticsOut(**_institution(found, each)) for each in found.examined],
    )


@router.get("/summary")
def summarise(
    scope: Scope, year: Year, by: Group = "department", organisation: Organisation = None
) -> StatisticsSummaryOut:
    """Sums of the institutions at an organisation or below it, by group."""
    tables = [each.tables for each in _year(scope, year, organisation).examined]
    rows = summaries(tables, lambda identity: group_of(identity, by))
    return StatisticsSummaryOut(
        year=year, by=by, rows=[_row(row) for row in rows], total=_row(summary("", tables))
    )


@router.get("/file", response_class=Response)
def give_out(
    scope: Scope,
    year: Year,
    organisation: Organisation = None,
    lang: Annotated[Literal["zh-CN", "en"], Query(description="Language.")] = "zh-CN",
    official: Annotated[
        bool, Query(description="Refused while anything stands in the way.")
    ] = False,
) -> Response:
    """All tables, summaries, findings and bases as a workbook; a draft says so on every sheet."""
    found = _year(scope, year, organisation)
    if official:
        _refuse_open([finding for each in found.examined for finding in found.open(each)], found)
    parts = [Part(each, found.answers(each.organisation.id)) for each in found.examined]
    name = f"statistics-{year}{'' if official else '-draft'}.xlsx"
    return Response(
        as_workbook(year, parts, lang, is_draft=not official, factor_set=found.factor_set),
        media_type=_WORKBOOK,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/{organisation_id}")
def one_institution(organisation_id: int, scope: Scope, year: Year) -> TablesOut:
    """All tables of one institution, with findings and what was handed in."""
    found = _year(scope, year, organisation_id)
    each = _one(found, organisation_id)
    said = {(c.item, c.code, c.seen): c for c in found.comments.get(organisation_id, ())}
    return TablesOut(
        **_institution(found, each),
        year=year,
        is_compared=each.is_compared,
        record=None if each.record is None else RecordOut.model_validate(each.record),
        cells=[_cell(cell) for cell in each.tables.cells.values()],
        findings=[
            _finding(finding, said.get((finding.item, finding.code, finding.seen)))
            for finding in each.findings
        ],
        submissions=[
            SubmissionOut.model_validate(row) for row in found.submissions.get(organisation_id, ())
        ],
    )


@router.post("/records", status_code=HTTPStatus.NO_CONTENT)
def state(stated: list[RecordIn], scope: Scope) -> None:
    """State what institutions say of themselves for a year; all of it, or nothing."""
    added = [checked_record(scope.conn, n, record) for n, record in enumerate(stated, 1)]
    try:
        add_records(scope.conn, added)
    except InsufficientPrivilege as error:
        detail = Sentence("not_all_yours", "you do not administer all of these organisations")
        raise refuse(HTTPStatus.FORBIDDEN, detail) from error


@router.post("/comments", status_code=HTTPStatus.NO_CONTENT)
def say(comment: CommentIn, scope: Scope) -> None:
    """Say something to a finding as it stands now; when its figures change it is asked again."""
    found = _year(scope, comment.year, comment.organisation_id)
    each = _one(found, comment.organisation_id)
    place = (comment.item, comment.code, comment.seen)
    if place not in {(finding.item, finding.code, finding.seen) for finding in each.findings}:
        detail = Sentence(
            "no_finding_seen",
            "there is no finding {code} of {item} that saw {seen}",
            code=comment.code,
            item=comment.item,
            seen=repr(comment.seen),
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    try:
        add_comment(scope.conn, NewComment(**comment.model_dump()))
    except InsufficientPrivilege as error:
        raise _not_administered(comment.organisation_id) from error


@router.post("/submissions", status_code=HTTPStatus.CREATED)
def hand_in(wanted: SubmissionIn, scope: Scope) -> SubmissionOut:
    """Keep the official tables of one institution for ever, as the next version of the year.

    Refused while amounts are missing or estimated, a factor is unchecked, the calendar is
    provisional, the year is not over, or a question is not answered.
    """
    found = _year(scope, wanted.year, wanted.organisation_id)
    each = _one(found, wanted.organisation_id)
    _refuse_open(found.open(each), found)
    text = content(
        each.tables, each.findings, found.answers(wanted.organisation_id), found.factor_set
    )
    try:
        submit(scope.conn, wanted.organisation_id, wanted.year, text)
    except InsufficientPrivilege as error:
        raise _not_administered(wanted.organisation_id) from error
    except UniqueViolation as error:
        told = "somebody else has just handed in the same year; look at it first"
        detail = Sentence("handed_in_meanwhile", told)
        raise refuse(HTTPStatus.CONFLICT, detail) from error
    newest = submissions(scope.conn, [wanted.organisation_id], wanted.year)[0]
    return SubmissionOut.model_validate(newest)


@router.get("/{organisation_id}/submissions/{year}/{version}", response_class=Response)
def handed_in(organisation_id: int, year: int, version: int, scope: Scope) -> Response:
    """The tables as they were handed in, byte by byte as their digest was taken."""
    text = submitted_content(scope.conn, organisation_id, year, version)
    if text is None:
        detail = Sentence(
            "no_year_version",
            "organisation {organisation} has no version {version} of {year}",
            organisation=organisation_id,
            version=version,
            year=year,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return Response(text.encode(), media_type="application/json")


def group_of(identity: Identity, by: Group) -> str:
    """The department, region or class an institution is summed with."""
    if by == "department":
        return identity.department
    return identity.region if by == "region" else identity.institution_class


def _year(scope: Caller, year: int, organisation: int | None) -> _Year:
    factors = wanted_set(scope.conn, FACTORS, None)
    statistics = Statistics(scope.conn, factors, now=datetime.now(UTC))
    examined = statistics.year(year, organisation)
    ids = [each.organisation.id for each in examined]
    said: dict[int, list[Comment]] = {}
    for comment in comments(scope.conn, ids, year):
        said.setdefault(comment.organisation_id, []).append(comment)
    handed: dict[int, list[Submission]] = {}
    for row in submissions(scope.conn, ids, year):
        handed.setdefault(row.organisation_id, []).append(row)
    return _Year(year, factors.id, examined, said, handed)


def _one(found: _Year, organisation_id: int) -> Examined:
    for each in found.examined:
        if each.organisation.id == organisation_id:
            return each
    told = "you see no institution {organisation} with a year {year}"
    detail = Sentence("no_institution_year", told, organisation=organisation_id, year=found.year)
    raise refuse(HTTPStatus.NOT_FOUND, detail)


def _refuse_open(open_: Iterable[Finding], found: _Year) -> None:
    listed = list(open_)
    if listed:
        names = {each.organisation.id: each.organisation.code for each in found.examined}
        told = "; ".join(
            f"{names[f.organisation_id]} {f.table} {f.item}: {f.code} {f.seen}".strip()
            for f in listed[:_TOLD]
        )
        if len(listed) > _TOLD:
            told += f"; and {len(listed) - _TOLD} more"
        template = "no official tables of {year}: {told}"
        detail = Sentence("year_not_official", template, year=found.year, told=told)
        raise refuse(HTTPStatus.CONFLICT, detail)


def _not_administered(organisation_id: int) -> Exception:
    template = "you do not administer organisation {organisation}"
    told = Sentence("not_administered", template, organisation=organisation_id)
    return refuse(HTTPStatus.FORBIDDEN, told)


def _institution(found: _Year, each: Examined) -> dict[str, object]:
    identity, cells = each.tables.identity, each.tables.cells.values()
    open_ = found.open(each)
    refusals = sum(finding.weight is Weight.REFUSES for finding in open_)
    handed = found.submissions.get(each.organisation.id)
    return {
        "organisation_id": identity.organisation_id,
        "code": identity.code,
        "name_zh": identity.name_zh,
        "name_en": identity.name_en,
        "credit_code": identity.credit_code,
        "institution_class": identity.institution_class,
        "department": identity.department,
        "region": identity.region,
        "whole_items": sum(cell.is_whole for cell in cells),
        "items": len(cells),
        "refusals": refusals,
        "questions": len(open_) - refusals,
        "founded_on": each.tables.founded_on,
        "submission": SubmissionOut.model_validate(handed[0]) if handed else None,
    }


def _cell(cell: Cell) -> StatisticsCellOut:
    return StatisticsCellOut(
        key=cell.item.key,
        amount=cell.amount,
        cost=cell.cost,
        has_whole_cost=cell.has_whole_cost,
        grade=cell.grade,
        sources=list(cell.sources),
        whole_months=len(cell.whole_months),
        asked_months=cell.asked_months,
        missing_months=list(cell.missing_months) if cell.item.is_monthly else [],
        is_whole=cell.is_whole,
        months=[_month(month, each) for month, each in cell.months.items()],
        year=None if cell.year is None else _said(cell.year),
    )


def _month(month: int, each: Month) -> StatisticsMonthOut:
    return StatisticsMonthOut(
        month=month,
        counted=_said(each.counted),
        beside=None if each.beside is None else _said(each.beside),
        difference=each.difference,
    )


def _said(said: MonthAmount | YearAmount) -> SaidOut:
    references = said.references if isinstance(said, MonthAmount) else (said.reference,)
    return SaidOut(
        amount=said.amount,
        cost=said.cost,
        source=said.source,
        grade=said.grade,
        is_whole=said.is_whole,
        references=list(references),
    )


def _finding(finding: Finding, comment: Comment | None) -> StatisticsFindingOut:
    return StatisticsFindingOut(
        table=finding.table,
        item=finding.item,
        code=finding.code,
        seen=finding.seen,
        wanted=finding.wanted,
        weight=finding.weight.value,
        comment=None if comment is None else comment.comment,
        person=None if comment is None else comment.person,
        at=None if comment is None else comment.at,
    )


def _row(row: SummaryRow) -> SummaryRowOut:
    return SummaryRowOut(
        group=row.group,
        institutions=row.institutions,
        whole=row.whole,
        part_year=row.part_year,
        cells=[
            SummaryCellOut(
                key=key,
                amount=cell.amount,
                cost=cell.cost,
                grade=cell.grade,
                whole=cell.whole,
                partial=cell.partial,
                missing=cell.missing,
                unpaid=cell.unpaid,
            )
            for key, cell in row.cells.items()
        ],
    )
