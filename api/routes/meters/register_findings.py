"""Registers that began again or told what cannot be: when, between which readings, what then."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.named import Device, Organisation
from api.page import Cursor, Limit, Page, before_day, encode
from api.scope import Scope
from domain.consumption_flag import ConsumptionFlag
from domain.quantity import quantities
from store.meters.register_finding import (
    IMPLAUSIBLE,
    RESTARTS,
    FindingRow,
    Key,
    RegisterStep,
    Told,
    told,
)
from store.meters.register_finding import findings as find

router = APIRouter(tags=["data quality"])

_MOST_DAYS = 1100


class Findings(StrEnum):
    """Which findings a list holds."""

    RESTARTS = "restarts"
    IMPLAUSIBLE = "implausible"


_KINDS = {Findings.RESTARTS: RESTARTS, Findings.IMPLAUSIBLE: IMPLAUSIBLE}


class RegisterStepOut(BaseModel):
    """Two readings, one after the other, as the device sent them. [unit of the meter]."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int
    device_code: str
    before_at: datetime
    before: float
    after_at: datetime
    after: float


class RegisterFindingOut(BaseModel):
    """What was found about a meter's register on one local day, and what became of it."""

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    unit: str = Field(description="Of the register and of what was used.")
    zone: str = Field(description="IANA zone of the meter's days.")
    day: date
    kind: str = Field(description="Flag of the figures, such as rollover, fall or spike.")
    start: datetime = Field(description="Span of the intervals it is about.")
    end: datetime
    used: float | None = Field(
        description="Counted in those of them that have a figure; null: none has."
    )
    unknown_s: float = Field(description="So long nobody knows what was used. [s]")
    step: RegisterStepOut | None = Field(
        description="The readings between which it happened; null where no register is told, or "
        "the readings have expired."
    )


@router.get("/register-findings")
def list_register_findings(
    scope: Scope,
    findings: Annotated[
        Findings,
        Query(description="restarts: fall, rollover, reset, swap; implausible: the other ones."),
    ] = Findings.RESTARTS,
    organisation: Organisation = None,
    device: Device = None,
    days: Annotated[
        int, Query(ge=1, le=_MOST_DAYS, description="So many days back from today. [d]")
    ] = 92,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RegisterFindingOut]:
    """Findings by meter, local day and kind, the latest first."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    day, (meter_id, kind) = before_day(cursor, 2)
    rows = find(
        scope.conn,
        _KINDS[findings],
        tomorrow - timedelta(days=days + 2),
        tomorrow,
        organisation_id=organisation,
        device_id=device,
        below=Key(day, meter_id, kind),
        at_most=limit + 1,
    )
    shown = rows[:limit]
    items = [_finding(row, *made) for row, made in zip(shown, told(scope.conn, shown), strict=True)]
    last: list[int | str] = []
    if shown:
        last = [shown[-1].day.isoformat(), shown[-1].meter_id, shown[-1].kind]
    return Page(items=items, next=encode(last) if len(rows) > limit else None)


def _finding(row: FindingRow, made: Told, step: RegisterStep | None) -> RegisterFindingOut:
    (kind,) = ConsumptionFlag(row.kind).names
    return RegisterFindingOut(
        meter_id=row.meter_id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        unit=quantities()[row.quantity].unit,
        zone=row.zone,
        day=row.day,
        kind=kind,
        start=made.start or row.day_start,
        end=made.end or row.day_end,
        used=made.used,
        unknown_s=made.unknown_s,
        step=None if step is None else RegisterStepOut.model_validate(step),
    )
