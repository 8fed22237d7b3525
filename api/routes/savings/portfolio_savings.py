"""Savings of all baselines of a place together, over the same local days."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from analytics.place.saving import PlaceSaving, place_saving
from analytics.place.total import counted_meters
from analytics.portfolio.saving import Together, counted_once, together
from api.moment import EndDay, FirstDay, refuse_long
from api.named import place_of
from api.problem import refuse
from api.routes.money.costs import missing_told
from api.scope import Caller, Scope
from domain.baseline import Step
from domain.comparison import Method
from domain.local_day import day_start
from domain.registry import Medium
from domain.sentence import Sentence
from store.contracts.baseline import BaselineRow, baselines, events, versions
from store.places.place import organisations

router = APIRouter(prefix="/savings", tags=["savings"])

MOST = 60
"""Baselines that are worked out in one answer, about a quarter of a second each."""


class PortfolioPartOut(BaseModel):
    """One baseline's share; amounts in the unit of the whole."""

    baseline_id: int
    place_code: str
    meter_code: str | None
    step: Step
    version: int
    stale: bool = Field(description="A newer version is fitted to other days.")
    baseline: float | None = Field(description="With the signed adjustments.")
    actual: float | None
    saving: float | None
    low: float | None
    high: float | None
    days: int
    left_out: int


class PortfolioOut(BaseModel):
    """Their sum. Errors that go together do not cancel."""

    unit: str
    baseline: float | None
    actual: float | None
    saving: float | None
    low: float | None = Field(description="Null where a part has no band.")
    high: float | None
    confidence: float
    correlation: float | None = Field(description="Of the errors of any two parts. [1]")
    correlation_of: str = Field(description="Whose: shipped, or local.")
    waiting: int = Field(description="Baselines here that have no model, and so no saving.")
    items: list[PortfolioPartOut]


@router.get("/portfolio")
def portfolio(
    scope: Scope,
    organisation: Annotated[str, Query(max_length=200)],
    first_day: FirstDay,
    end_day: EndDay,
    medium: Medium = Medium.ELECTRICITY,
    confidence: Annotated[float, Query(gt=0, lt=1)] = 0.9,
    as_of: Annotated[AwareDatetime | None, Query(description="As of `/savings`.")] = None,
) -> PortfolioOut:
    """Sum over what is below a place: each amount once, comparisons of days not among them."""
    refuse_long(first_day, end_day)
    place = place_of(scope, organisation)
    zone = ZoneInfo(place.zone or "UTC")
    wanted = [
        row
        for row in baselines(scope.conn, organisation_id=place.id, medium=medium.value, as_of=as_of)
        if row.method == Method.WHOLE and row.ended_at is None and row.reporting_from < end_day
    ]
    span = day_start(first_day, zone), day_start(end_day, zone)
    stretches = counted_meters(scope.conn, place.id, medium.value, *span)
    parents = {each.id: each.parent_id for each in organisations(scope.conn)}
    uppermost = {meter for each in stretches for meter in each.meters}
    rows = counted_once((row for row in wanted if row.counting_id is not None), parents, uppermost)
    if len(rows) > MOST:
        detail = Sentence(
            "too_many_baselines",
            "{place} has {n} baselines, want at most {most}: ask for a place below it",
            place=organisation,
            n=len(rows),
            most=MOST,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    told = [_told(scope, row, zone, (first_day, end_day), confidence, as_of) for row in rows]
    waiting = sum(row.counting_id is None for row in wanted)
    return _sum(told, together([found for found, _, _ in told]), confidence, waiting)


def _told(
    scope: Caller,
    row: BaselineRow,
    zone: ZoneInfo,
    days: tuple[FirstDay, EndDay],
    confidence: float,
    as_of: datetime | None,
) -> tuple[PlaceSaving, PortfolioPartOut, str]:
    """A part and its unit; days before its first day of savings do not count."""
    (version,) = versions(scope.conn, row.id, version_id=row.counting_id)
    signed = events(scope.conn, row.id, as_of=as_of)
    first = max(days[0], row.reporting_from)
    with missing_told():
        found = place_saving(
            scope.conn, row, version, signed, zone, first, days[1],
            confidence=confidence, as_of=as_of, around_as_of=as_of,
        )  # fmt: skip
    total = found.total
    counted = sum(each.days for each in found.days if each.saving is not None)
    part = PortfolioPartOut(
        baseline_id=row.id,
        place_code=row.place_code,
        meter_code=row.meter_code,
        step=Step(row.step),
        version=version.number,
        stale=bool(row.stale),
        baseline=total.baseline,
        actual=total.actual,
        saving=total.saving,
        low=None if total.band is None else total.band.low,
        high=None if total.band is None else total.band.high,
        days=counted,
        left_out=sum(each.days for each in found.days) - counted,
    )
    return found, part, str(version.basis["unit"])


def _sum(
    told: list[tuple[PlaceSaving, PortfolioPartOut, str]],
    whole: Together,
    confidence: float,
    waiting: int,
) -> PortfolioOut:
    parts = [part for _, part, _ in told]
    known = [part for part in parts if part.saving is not None]
    band = whole.whole
    return PortfolioOut(
        unit=told[0][2] if told else "",
        baseline=sum(part.baseline or 0.0 for part in known) if known else None,
        actual=sum(part.actual or 0.0 for part in known) if known else None,
        saving=sum(part.saving or 0.0 for part in known) if known else None,
        low=None if band is None else band.low,
        high=None if band is None else band.high,
        confidence=confidence,
        correlation=None if band is None else band.correlation,
        correlation_of=whole.whose,
        waiting=waiting,
        items=parts,
    )
