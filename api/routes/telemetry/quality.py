"""What is missing, contradictory or doubted in the data that arrived."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.named import Device, Organisation
from api.page import Cursor, Limit, Page, after, before, before_day, counted, encode
from api.scope import Scope
from domain.consumption_flag import ConsumptionFlag
from store.telemetry.hole import latest_holes
from store.telemetry.quality import (
    GapRow,
    clocks,
    conflicts,
    conflicts_left_out,
    gaps,
    repeats,
    suspects,
)

router = APIRouter(tags=["data quality"])

CLOCK_TOLERANCE = timedelta(seconds=60)
"""A clock further off than this is wrong."""


class DataGapOut(BaseModel):
    """Messages that a device has numbered and nobody has heard."""

    id: int
    device_id: int
    device_code: str
    boot: str = Field(description="Run of the device's program that counts; it starts anew.")
    first_number: int
    last_number: int
    messages: int = Field(description="How many are missing.")
    noticed_at: datetime
    closed_at: datetime | None = Field(description="When they arrived after all.")


class ConflictOut(BaseModel):
    """Messages that disagree about one quantity of one instant."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int
    device_code: str
    ts: datetime
    quantity: str
    values: list[str] = Field(description="All values said; the reading keeps the greatest.")


class ConflictsLeftOutOut(BaseModel):
    """A device with so many values in conflict that not all are kept; its readings are flagged."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int
    device_code: str
    times: int = Field(description="How often a value was not kept, the same one perhaps again.")
    since: datetime
    until: datetime


class SuspectOut(BaseModel):
    """A value that its sender or a rule of its profile doubts; the reading keeps it."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int
    device_code: str
    ts: datetime
    quantity: str
    reasons: list[str]


class RepeatOut(BaseModel):
    """What a device told again on one day: samples that said nothing new, and counted once."""

    model_config = ConfigDict(from_attributes=True)

    day: date = Field(description="UTC day of their arrival.")
    device_id: int
    device_code: str
    times: int = Field(description="How many.")
    first_at: datetime = Field(description="When the first of them arrived.")
    last_at: datetime = Field(description="When the last of them arrived.")
    oldest: datetime = Field(description="Earliest instant they are about.")
    newest: datetime = Field(description="Latest instant they are about.")


class ClockOut(BaseModel):
    """A device whose clock is wrong. Its readings are never shifted."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int
    device_code: str
    offset_s: float = Field(description="Ahead of ours (behind: negative). [s]")
    estimated_at: datetime


class MeterHoleOut(BaseModel):
    """A span of which no register of a meter tells the use, and why. It is in no sum."""

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    zone: str
    device_id: int | None = Field(description="What told of the meter when it began.")
    start: datetime
    end: datetime
    flags: int
    flag_names: list[str] = Field(description="The reasons in words, such as fall or jump.")


@router.get("/gaps")
def list_gaps(
    scope: Scope,
    organisation: Organisation = None,
    device: Device = None,
    open_: Annotated[
        bool | None, Query(alias="open", description="Still missing, or filled since; none: both.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[DataGapOut]:
    """Gaps in the numbers of messages, newest first."""
    rows = gaps(
        scope.conn,
        organisation_id=organisation,
        device_id=device,
        is_open=open_,
        before=before(cursor),
        at_most=limit + 1,
    )
    items = [_gap(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/conflicts")
def list_conflicts(
    scope: Scope,
    organisation: Organisation = None,
    device: Device = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ConflictOut]:
    """Instants about which messages disagree, newest first."""
    where, skip = {"organisation_id": organisation, "device_id": device}, after(cursor)
    rows = conflicts(scope.conn, **where, at_most=skip + limit + 1)
    return counted(rows, skip, limit, ConflictOut.model_validate)


@router.get("/conflicts/left-out")
def list_conflicts_left_out(
    scope: Scope,
    organisation: Organisation = None,
    device: Device = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ConflictsLeftOutOut]:
    """Devices of whose conflicts not all values are kept, the latest first."""
    where, skip = {"organisation_id": organisation, "device_id": device}, after(cursor)
    rows = conflicts_left_out(scope.conn, **where, at_most=skip + limit + 1)
    return counted(rows, skip, limit, ConflictsLeftOutOut.model_validate)


@router.get("/repeats")
def list_repeats(
    scope: Scope,
    organisation: Organisation = None,
    device: Device = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RepeatOut]:
    """Devices that told again what was known, by day of arrival, the latest first."""
    day, (number,) = before_day(cursor, 1)
    rows = repeats(
        scope.conn,
        organisation_id=organisation,
        device_id=device,
        below=(day, number),
        at_most=limit + 1,
    )
    items = [RepeatOut.model_validate(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=items,
        next=encode([items[-1].day.isoformat(), items[-1].device_id]) if more else None,
    )


@router.get("/suspects")
def list_suspects(
    scope: Scope,
    organisation: Organisation = None,
    device: Device = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[SuspectOut]:
    """Doubted values, newest first."""
    where, skip = {"organisation_id": organisation, "device_id": device}, after(cursor)
    rows = suspects(scope.conn, **where, at_most=skip + limit + 1)
    return counted(rows, skip, limit, SuspectOut.model_validate)


@router.get("/holes")
def list_holes(
    scope: Scope,
    organisation: Organisation = None,
    meter: Annotated[int | None, Query(description="That meter only; none for all.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[MeterHoleOut]:
    """Spans without a figure, the latest first; over midnights for one reason as one."""
    where, skip = {"organisation_id": organisation, "meter_id": meter}, after(cursor)
    rows = latest_holes(scope.conn, **where, at_most=skip + limit + 1)
    return counted(
        rows,
        skip,
        limit,
        lambda row: MeterHoleOut(**asdict(row), flag_names=ConsumptionFlag(row.flags).names),
    )


@router.get("/clocks")
def list_clocks(
    scope: Scope, organisation: Organisation = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[ClockOut]:
    """Devices whose clock is wrong by more than 60 s, the worst first."""
    skip = after(cursor)
    rows = clocks(
        scope.conn,
        organisation_id=organisation,
        least=CLOCK_TOLERANCE,
        at_most=skip + limit + 1,
    )
    return counted(rows, skip, limit, ClockOut.model_validate)


def _gap(row: GapRow) -> DataGapOut:
    return DataGapOut(
        id=row.id,
        device_id=row.device_id,
        device_code=row.device_code,
        boot=row.boot,
        first_number=row.first_number,
        last_number=row.last_number,
        messages=row.last_number - row.first_number + 1,
        noticed_at=row.noticed_at,
        closed_at=row.closed_at,
    )
