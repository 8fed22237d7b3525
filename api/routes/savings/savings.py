"""Savings of a baseline over local days: measured, with band, checks and what is left out."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from analytics.baseline.avoided import AvoidedDay, AvoidedMonth, by_month
from analytics.place.normalised import PlaceNormalised, place_normalised
from analytics.place.saving import PlaceSaving, place_saving
from api.moment import EndDay, FirstDay, refuse_long
from api.named import place_of
from api.problem import refuse
from api.routes.money.costs import missing_told
from api.routes.savings.baseline_schema import (
    BandOut,
    CheckOut,
    NormalisedOut,
    SavingRowOut,
    SavingsOut,
    SavingTotalOut,
    StatedSavingOut,
)
from api.routes.savings.baselines import baseline_named
from api.routes.savings.compared_total import compared_total
from api.scope import Caller, Scope
from domain.baseline import Step
from domain.comparison import Method
from domain.registry import Medium
from domain.sentence import Sentence
from store.contracts.baseline import (
    BaselineRow,
    VersionRow,
    baselines,
    events,
    inputs,
    stated_savings,
    versions,
)

router = APIRouter(prefix="/savings", tags=["savings"])


@router.get("")
def savings(
    scope: Scope,
    first_day: FirstDay,
    end_day: EndDay,
    baseline: Annotated[int | None, Query(description="Its id; or a place and a medium.")] = None,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    medium: Medium = Medium.ELECTRICITY,
    step: Literal["day", "month"] = "day",
    confidence: Annotated[float, Query(gt=0, lt=1)] = 0.9,
    guarantee: Annotated[
        float | None,
        Query(allow_inf_nan=False, description="How likely is more than this? In the unit."),
    ] = None,
    as_of: Annotated[
        AwareDatetime | None,
        Query(description="Version, decisions, use, calendar and weather as of then."),
    ] = None,
) -> SavingsOut:
    """Baseline and signed adjustments less actual use; positive = saved."""
    refuse_long(first_day, end_day)
    if baseline is None:
        baseline = _of_place(scope, organisation, medium).id
    row = baseline_named(scope, baseline, as_of=as_of)
    version = counting(scope, row)
    if row.method != Method.WHOLE:
        return _of_days(scope, row, version, confidence, as_of)
    zone = ZoneInfo(version.basis["zone"])
    with missing_told():
        found = place_saving(
            scope.conn,
            row,
            version,
            events(scope.conn, row.id, as_of=as_of),
            zone,
            first_day,
            end_day,
            confidence=confidence,
            guarantee=guarantee,
            as_of=as_of,
            around_as_of=as_of,
        )
    return SavingsOut(
        **_told(scope, row, version, as_of),
        first_day=first_day,
        end_day=end_day,
        total=_total(found),
        checks=[CheckOut.model_validate(each) for each in found.checks],
        reasons=found.reasons,
        weather=[dict(each) for each in found.weather],
        calendar_missing=[*found.calendar_missing],
        calendar_provisional=found.calendar_provisional,
        items=_months(by_month(found.days)) if step == "month" else _days(found.days),
    )


@router.get("/normalised")
def normalised(
    scope: Scope,
    baseline: int,
    first_day: FirstDay,
    end_day: EndDay,
    confidence: Annotated[float, Query(gt=0, lt=1)] = 0.9,
    as_of: Annotated[
        AwareDatetime | None,
        Query(description="Version, decisions, use, calendar and weather as of then."),
    ] = None,
) -> NormalisedOut:
    """Saving in a typical year: the baseline's model less one of these days, under one weather."""
    refuse_long(first_day, end_day)
    row = baseline_named(scope, baseline, as_of=as_of)
    version = counting(scope, row)
    if row.method != Method.WHOLE or row.step != Step.DAILY:
        detail = Sentence("normalised_by_days", "only a daily model is normalised")
        raise refuse(HTTPStatus.CONFLICT, detail)
    signed = events(scope.conn, row.id, as_of=as_of)
    zone = ZoneInfo(version.basis["zone"])
    days = first_day, end_day
    with missing_told():
        found = place_normalised(
            scope.conn, row, version, signed, zone, *days, confidence=confidence, as_of=as_of
        )
    sure = found.sure
    return NormalisedOut(
        unit=version.basis["unit"],
        saving=found.saving,
        band=None if sure is None or sure.band is None else BandOut.model_validate(sure.band),
        no_band=None if sure is None else sure.no_band,
        p_saving=None if sure is None else sure.p_saving,
        **{name: getattr(found, name) for name in PlaceNormalised.__slots__ if name != "sure"},
    )


def _told(
    scope: Caller, row: BaselineRow, version: VersionRow, as_of: datetime | None
) -> dict[str, Any]:
    """What stands with every saving, however it was found."""
    stated = stated_savings(scope.conn, row.id, as_of=as_of)
    return {
        "baseline_id": row.id,
        "version": version.number,
        "model": version.model or "",
        "sha256": version.sha256,
        "unit": version.basis["unit"],
        "zone": version.basis["zone"],
        "as_of": as_of,
        "stated": [StatedSavingOut.model_validate(each) for each in stated],
    }


def _of_days(
    scope: Caller, row: BaselineRow, version: VersionRow, confidence: float, as_of: datetime | None
) -> SavingsOut:
    """Saving of a comparison; it is of its own days, whichever were asked for."""
    text = inputs(scope.conn, row.id, version.number) or ""
    return SavingsOut(
        **_told(scope, row, version, as_of),
        first_day=row.reporting_from,
        end_day=row.reporting_end or row.end_day,
        total=compared_total(Method(row.method), text, confidence),
        checks=[],
        reasons=version.refusals,
        weather=version.basis["weather"],
        calendar_missing=version.basis["calendar"]["missing"],
        calendar_provisional=False,
        items=[],
    )


def counting(scope: Caller, row: BaselineRow) -> VersionRow:
    """The version of a baseline that counts; one without a model is refused."""
    if row.counting_id is None:
        detail = Sentence(
            "baseline_without_model", "baseline {baseline} has no model yet", baseline=row.id
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    (version,) = versions(scope.conn, row.id, version_id=row.counting_id)
    return version


def _of_place(scope: Caller, organisation: str | None, medium: Medium) -> BaselineRow:
    """The newest baseline of a place as a whole that is still wanted and has a model."""
    if organisation is None:
        detail = Sentence("no_baseline_named", "want a baseline, or an organisation and a medium")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    place = place_of(scope, organisation)
    for row in baselines(scope.conn, organisation_id=place.id, medium=medium):
        whole = row.organisation_id == place.id and row.meter_id is None
        if (
            whole
            and row.method == Method.WHOLE
            and row.ended_at is None
            and row.counting_id is not None
        ):
            return row
    detail = Sentence(
        "no_baseline_of_place",
        "{place} has no baseline of {medium} with a model",
        place=organisation,
        medium=medium.value,
    )
    raise refuse(HTTPStatus.NOT_FOUND, detail)


def _total(found: PlaceSaving) -> SavingTotalOut:
    total = found.total
    counted = sum(each.days for each in found.days if each.saving is not None)
    baseline = None if total.baseline is None else total.baseline - found.adjustment
    return SavingTotalOut(
        baseline=baseline,
        adjustment=found.adjustment,
        actual=total.actual,
        saving=total.saving,
        days=counted,
        left_out=sum(each.days for each in found.days) - counted,
        band=None if total.band is None else BandOut.model_validate(total.band),
        no_band=total.no_band,
        p_saving=total.p_saving,
        guarantee=total.guarantee,
        p_guarantee=total.p_guarantee,
        outside=total.outside,
    )


def _days(days: list[AvoidedDay]) -> list[SavingRowOut]:
    names = SavingRowOut.model_fields.keys() - {"first_day", "left_out_days"}
    return [
        SavingRowOut(first_day=each.day, **{name: getattr(each, name) for name in names})
        for each in days
    ]


def _months(months: list[AvoidedMonth]) -> list[SavingRowOut]:
    names = ("actual", "baseline", "adjustment", "saving", "cumulative", "days")
    return [
        SavingRowOut(
            first_day=each.month,
            left_out_days=each.left_out,
            **{name: getattr(each, name) for name in names},
        )
        for each in months
    ]
