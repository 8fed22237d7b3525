"""What a correction of a meter changed in savings and in statements of contracts."""

from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.place.saving import place_saving
from analytics.place.total import counted_meters
from api.moment import EndDay, FirstDay, refuse_long
from api.problem import refuse
from api.scope import Caller, Scope
from domain.comparison import Method
from domain.local_day import day_start
from domain.sentence import Sentence
from store.contracts.baseline import BaselineRow, baselines, events, versions
from store.meters.correction_effect import statement_effects
from store.places.place import MeterRow, meters, organisations

router = APIRouter(tags=["corrections"])

MOST = 12
"""Baselines that are worked out twice in one answer."""


class SavingEffectOut(BaseModel):
    """Saving of one baseline over the days, as known before the correction and with it."""

    baseline_id: int
    place_code: str
    meter_code: str | None = Field(description="null: of all that the place uses.")
    unit: str
    before: float | None = Field(description="null: the days had no saving then.")
    after: float | None


class StatementEffectOut(BaseModel):
    """A month of a contract: its statement before the correction and with it."""

    model_config = ConfigDict(from_attributes=True)

    contract_id: int
    contract_code: str
    period: str
    before_id: int | None
    before: Decimal | None = Field(description="Amount to be paid then.")
    after_id: int | None
    after: Decimal | None
    proposed_of: int | None = Field(
        description="Signed statement that a correction is proposed of."
    )
    difference: Decimal | None = Field(description="By which it would change what was signed.")


class CorrectionEffectOut(BaseModel):
    """What a correction changed beside the use of its meter."""

    savings: list[SavingEffectOut]
    left_out: int = Field(description="Baselines that were too many to be worked out.")
    statements: list[StatementEffectOut]


@router.get("/meters/{meter_id}/correction-effect")
def correction_effect(
    meter_id: int,
    scope: Scope,
    first_day: FirstDay,
    end_day: EndDay,
    before: Annotated[AwareDatetime, Query(description="When the correction was made.")],
    after: Annotated[
        AwareDatetime | None, Query(description="When it was undone; none: it holds.")
    ] = None,
) -> CorrectionEffectOut:
    """Savings and statements over days, as known at one instant and at another, or now."""
    refuse_long(first_day, end_day)
    rows = meters(scope.conn, meter_ids=[meter_id])
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_meter", "there is no meter {meter}", meter=meter_id),
        )
    meter = rows[0]
    zone = ZoneInfo(meter.zone)
    span = day_start(first_day, zone), day_start(end_day, zone)
    concerned = [row for row in _baselines(scope, meter) if row.reporting_from < end_day]
    concerned = [row for row in concerned if _counts(scope, row, meter, span)]
    return CorrectionEffectOut(
        savings=[
            _effect(scope, row, (first_day, end_day), before, after) for row in concerned[:MOST]
        ],
        left_out=max(0, len(concerned) - MOST),
        statements=[
            StatementEffectOut.model_validate(each)
            for each in statement_effects(scope.conn, meter_id, span, before=before, after=after)
        ],
    )


def _baselines(scope: Caller, meter: MeterRow) -> list[BaselineRow]:
    """Baselines with a model: of the meter, its place and those above."""
    parents = {each.id: each.parent_id for each in organisations(scope.conn)}
    above: set[int] = set()
    here: int | None = meter.organisation_id
    while here is not None and here not in above:
        above.add(here)
        here = parents.get(here)
    return [
        row
        for row in baselines(scope.conn, medium=meter.medium)
        if row.organisation_id in above
        and row.method == Method.WHOLE
        and row.ended_at is None
        and row.counting_id is not None
    ]


def _counts(
    scope: Caller, row: BaselineRow, meter: MeterRow, span: tuple[datetime, datetime]
) -> bool:
    """Whether what the meter counts is in what a baseline is about."""
    if row.meter_id is not None:
        return row.meter_id == meter.id
    stretches = counted_meters(scope.conn, row.organisation_id, row.medium, *span)
    return any(meter.id in stretch.meters for stretch in stretches)


def _effect(
    scope: Caller,
    row: BaselineRow,
    days: tuple[FirstDay, EndDay],
    before: datetime,
    after: datetime | None,
) -> SavingEffectOut:
    (version,) = versions(scope.conn, row.id, version_id=row.counting_id)
    signed = events(scope.conn, row.id)
    zone = ZoneInfo(version.basis["zone"])
    first = max(days[0], row.reporting_from)
    then, now = (
        place_saving(scope.conn, row, version, signed, zone, first, days[1], as_of=as_of)
        for as_of in (before, after)
    )
    return SavingEffectOut(
        baseline_id=row.id,
        place_code=row.place_code,
        meter_code=row.meter_code,
        unit=str(version.basis["unit"]),
        before=then.total.saving,
        after=now.total.saving,
    )
