"""Displaced fuel of a place: figures, their paragraph, statements of them, and the terms."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from analytics.fleet.displacement_terms import DisplacementTerms, read_terms
from analytics.fleet_accounts.displacement import FleetDisplacement, GroupBy
from api.correction import NOT_YOURS
from api.displacement_schema import (
    DisplacementLedgerOut,
    DisplacementSummaryOut,
    DisplacementTermsOut,
    StatedDisplacementOut,
    ledger_out,
)
from api.fleet_months import FleetMonths
from api.fleet_standing import FleetStandingOut, standing_of
from api.fleet_terms import FleetTermsIn, enter_fleet_terms, entered_terms
from api.page import Cursor, Limit, Page, before, encode
from api.paper.displacement_report import DisplacementReportOut, Lang, report
from api.problem import refuse
from api.routes.institution.factors import wanted_set
from api.scope import Scope
from domain.canonical import canonical, digest
from domain.errors import FactorError, MissingInputError
from domain.factor import FactorSet
from domain.sentence import Sentence
from store.fleet.displacement import DisplacementStatementRow, add_statement, statements_of
from store.fleet.fleet_terms import Terms
from store.people.session import audit

router = APIRouter(prefix="/fleet-summary", tags=["fleet"])

By = Annotated[GroupBy, Query(description="What the figures are told of.")]


class NewTerms(FleetTermsIn):
    """Parameters of a place as TOML of the schema ``displacement/1``."""


class DisplacementStatementOut(BaseModel):
    """A kept statement."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    organisation_id: int
    first_day: date
    end_day: date
    version: int
    terms_id: int
    digest: str
    stated_by: str
    at: datetime


class StatementWhole(DisplacementStatementOut):
    """A kept statement with what it holds."""

    content: StatedDisplacementOut


class WholeOut(BaseModel):
    """Figures of a place, where they can be told; `/fleet-summary` says why they cannot."""

    whole: DisplacementLedgerOut | None
    standing: FleetStandingOut


@router.get("")
def summary(
    period: FleetMonths, scope: Scope, by: By = GroupBy.INSTITUTION
) -> DisplacementSummaryOut:
    """Figures of a place and of its groups, worked out from what is known now."""
    found = _found(period)
    return _summary(found, wanted_set(scope.conn, found.terms.factor_set, None), by)


@router.get("/whole")
def whole(period: FleetMonths, scope: Scope) -> WholeOut:
    """Figures of a place as a whole; null while the parameters they need are not entered."""
    try:
        found = FleetDisplacement(period)
        factors = wanted_set(scope.conn, found.terms.factor_set, None)
        ledger = ledger_out("", period.place.code, found.whole(factors))
    except (MissingInputError, FactorError):
        return WholeOut(whole=None, standing=standing_of(period))
    return WholeOut(whole=ledger, standing=standing_of(period))


@router.get("/report")
def paragraph(period: FleetMonths, scope: Scope, lang: Lang = "zh-CN") -> DisplacementReportOut:
    """The paragraph of a report, each number with what it rests on."""
    found = _found(period)
    return _report(found, wanted_set(scope.conn, found.terms.factor_set, None), lang)


@router.post("/statements", status_code=HTTPStatus.CREATED)
def keep(period: FleetMonths, scope: Scope) -> StatementWhole:
    """Keep the figures as they are now, as the next version of the place and period."""
    found = _found(period)
    factors = wanted_set(scope.conn, found.terms.factor_set, None)
    stated = StatedDisplacementOut(
        summary=_summary(found, factors, GroupBy.INSTITUTION),
        reports=[_report(found, factors, lang) for lang in ("zh-CN", "en")],
    )
    text = canonical(stated.model_dump(mode="json"))
    days = period.months.first_day, period.months.end_day
    terms_id = found.terms_row.terms_id
    try:
        statement_id = add_statement(
            scope.conn, period.place.id, days, terms_id=terms_id, content=text, digest=digest(text)
        )
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, "displacement_stated", period.place.code, {"statement": statement_id})
    return _whole(_one(scope, statement_id))


@router.get("/statements")
def statements(
    scope: Scope, place: int, limit: Limit = 200, cursor: Cursor = None
) -> Page[DisplacementStatementOut]:
    """Statements of a place, newest first."""
    rows = statements_of(scope.conn, place_id=place, before=before(cursor), at_most=limit + 1)
    items = [DisplacementStatementOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/statements/{statement_id}")
def statement(statement_id: int, scope: Scope) -> StatementWhole:
    """A statement as it was kept."""
    return _whole(_one(scope, statement_id))


@router.get("/terms")
def terms(scope: Scope) -> Page[DisplacementTermsOut]:
    """Parameters entered at places of the scope, newest first."""
    return Page(items=entered_terms(scope, Terms.DISPLACEMENT))


@router.post("/terms", status_code=HTTPStatus.CREATED)
def enter_terms(new: NewTerms, scope: Scope) -> DisplacementTermsOut:
    """Enter parameters of a place; they hold for what lies below it too."""

    def known(text: str) -> DisplacementTerms:
        read = read_terms(text, place="terms.toml")
        wanted_set(scope.conn, read.factor_set, None)
        return read

    return enter_fleet_terms(scope, Terms.DISPLACEMENT, new, known)


def _found(period: FleetMonths) -> FleetDisplacement:
    try:
        return FleetDisplacement(period)
    except MissingInputError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error


def _summary(found: FleetDisplacement, factors: FactorSet, by: GroupBy) -> DisplacementSummaryOut:
    months = found.period.months
    try:
        groups = [ledger_out(g.key, g.name, g.ledger) for g in found.groups(by, factors)]
    except FactorError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    return DisplacementSummaryOut(
        place=found.period.place.code,
        first_day=months.first_day,
        end_day=months.end_day,
        terms_id=found.terms_row.terms_id,
        terms=found.terms.name,
        year=found.year,
        factor_set=factors.id,
        trips_digest=found.evidence_digest(),
        whole=ledger_out("", found.period.place.code, found.whole(factors)),
        groups=groups,
        standing=standing_of(found.period),
    )


def _report(found: FleetDisplacement, factors: FactorSet, lang: Lang) -> DisplacementReportOut:
    try:
        return report(found, found.whole(factors), lang)
    except FactorError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error


def _one(scope: Scope, statement_id: int) -> DisplacementStatementRow:
    rows = statements_of(scope.conn, statement_id=statement_id, before=before(None), at_most=1)
    if not rows:
        detail = Sentence(
            "no_displacement_statement",
            "there is no statement {statement}",
            statement=statement_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return rows[0]


def _whole(row: DisplacementStatementRow) -> StatementWhole:
    out = DisplacementStatementOut.model_validate(row)
    content = StatedDisplacementOut.model_validate_json(row.content)
    return StatementWhole(**out.model_dump(), content=content)
