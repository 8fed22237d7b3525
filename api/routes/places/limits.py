"""Quotas (能耗定额) and targets: what counts, where it is from, and checking it."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.page import Page
from api.problem import refuse
from api.provenance import Document
from api.scope import Scope, only_administrators
from domain.fact import ClimateZone, Use
from domain.indicator import IndicatorName
from domain.limit import Origin, Sphere
from domain.quota import Quota
from domain.sentence import Sentence
from domain.target import Target
from store.people.session import audit
from store.places.limit import check_limit, quotas_in_force, targets_in_force

router = APIRouter(tags=["indicators"])


class LimitOut(BaseModel):
    """For whom a limit holds, where it is from, and who has compared it with its document."""

    indicator: IndicatorName
    unit: str = Field(description="Of the indicator.")
    province: str | None = Field(description="By ISO 3166-2; all three null: the nation.")
    institution_class: str | None = Field(description="Class of the statistics.")
    organisation: str | None = Field(description="Code of one institution.")
    source: str
    evidence: str
    entered_by: str | None = Field(description="Null: it comes along with Civicwatt.")
    is_own: bool = Field(description="Entered by you: somebody else checks it.")
    checked_by: str | None
    checked_on: date | None
    document: str = Field(description="What it was compared with.")
    sha256: str = Field(description="Of its numbers; a check is of these.")


class QuotaLimits(LimitOut):
    """One quota in one climate."""

    code: str
    name_zh: str
    name_en: str
    use: Use | None = Field(description="Null: of every kind.")
    climate_zone: ClimateZone | None = Field(description="Null: in every climate.")
    first_year: int | None
    last_year: int | None
    constraint: Decimal = Field(description="约束值. [unit of the indicator]")
    base: Decimal | None = Field(description="基准值. [unit of the indicator]")
    guide: Decimal = Field(description="引导值. [unit of the indicator]")


class TargetOut(LimitOut):
    """One change that is asked for."""

    base_year: int
    year: int
    change: Decimal = Field(description="As a share of the base year's value. [1]")


class LimitCheckIn(Document):
    """Which numbers were compared, and with what."""

    sha256: str = Field(description="Of the numbers that were seen.")


@router.get("/quotas")
def list_quotas(scope: Scope) -> Page[QuotaLimits]:
    """Quotas that count; entered as the table `quotas` (`POST /sheets/quotas`)."""
    return Page(items=[_quota(each) for each in quotas_in_force(scope.conn)])


@router.get("/targets")
def list_targets(scope: Scope) -> Page[TargetOut]:
    """Targets that count; entered as the table `targets` (`POST /sheets/targets`)."""
    return Page(items=[_target(each) for each in targets_in_force(scope.conn)])


@router.post("/quotas/check")
def check_quota(what: LimitCheckIn, scope: Scope) -> Page[QuotaLimits]:
    """Note that you compared a quota with its document. It is signed with your name."""
    _check(scope, what, {each.sha256: each.origin for each in quotas_in_force(scope.conn)})
    return list_quotas(scope)


@router.post("/targets/check")
def check_target(what: LimitCheckIn, scope: Scope) -> Page[TargetOut]:
    """Note that you compared a target with its document. It is signed with your name."""
    _check(scope, what, {each.sha256: each.origin for each in targets_in_force(scope.conn)})
    return list_targets(scope)


def _check(scope: Scope, what: LimitCheckIn, known: dict[str, Origin]) -> None:
    only_administrators(scope)
    origin = known.get(what.sha256)
    if origin is None:
        why = Sentence("other_limit", "no limit has these numbers by now: look at it again")
        raise refuse(HTTPStatus.CONFLICT, why)
    if origin.is_own:
        why = Sentence("own_limit", "you entered it: somebody else checks it")
        raise refuse(HTTPStatus.CONFLICT, why)
    if not check_limit(scope.conn, what.sha256, document=what.document):
        why = Sentence("limit_checked", "it is checked already")
        raise refuse(HTTPStatus.CONFLICT, why)
    audit(scope.conn, "limit_checked", what.sha256, what.model_dump())


def _quota(quota: Quota) -> QuotaLimits:
    return QuotaLimits(
        code=quota.code,
        name_zh=quota.name_zh,
        name_en=quota.name_en,
        use=quota.use,
        climate_zone=quota.zone,
        first_year=quota.first_year,
        last_year=quota.last_year,
        constraint=quota.constraint,
        base=quota.base,
        guide=quota.guide,
        **_limit(quota.indicator, quota.sphere, quota.origin, quota.sha256),
    )


def _target(target: Target) -> TargetOut:
    return TargetOut(
        base_year=target.base_year,
        year=target.year,
        change=target.change,
        **_limit(target.indicator, target.sphere, target.origin, target.sha256),
    )


def _limit(
    indicator: IndicatorName, sphere: Sphere, origin: Origin, sha256: str
) -> dict[str, object]:
    check = origin.check
    out = LimitOut(
        indicator=indicator,
        unit=indicator.unit,
        province=sphere.province,
        institution_class=sphere.institution_class,
        organisation=sphere.organisation,
        source=origin.source,
        evidence=origin.evidence,
        entered_by=origin.entered_by,
        is_own=origin.is_own,
        checked_by=check and check.by,
        checked_on=check and check.on,
        document=check.document if check else "",
        sha256=sha256,
    )
    return out.model_dump()
