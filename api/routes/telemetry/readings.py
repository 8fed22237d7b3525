"""Readings as they were measured, newest values, and the collectors' counts."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.moment import From, To, span
from api.named import Organisation
from api.page import Cursor, Limit, Page, after, counted, encode
from api.scope import Scope
from domain.reading import Quality
from store.telemetry.inspection import collectors, readings
from store.telemetry.newest import newest

router = APIRouter(tags=["readings"])

_HEAD = {"device_id", "ts", "received_at", "quality", "name", "value", "text_value"}


class ReadingOut(BaseModel):
    """What a device measured at one instant; names carry their units."""

    device_id: int
    ts: datetime
    received_at: datetime
    quality: list[str] = Field(description="Flags; none when there is nothing to remark.")
    values: dict[str, float | int | str]


class LatestOut(BaseModel):
    """Newest value of each quantity of a device, each with its own instant."""

    device_id: int
    ts: datetime = Field(description="Newest of the instants.")
    age_s: float = Field(description="Since then. [s]")
    values: dict[str, float | int | str]
    at: dict[str, datetime] = Field(description="When each value was measured.")


class CollectorCountOut(BaseModel):
    """Counts of one collector. [samples]."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    as_of: datetime
    received: int
    stored: int
    merged: int
    duplicate: int
    conflicting: int
    quarantined: int
    without_reading: int


class CollectorOut(BaseModel):
    """Counts of all collectors: received is the sum of all that follow it. [samples]."""

    received: int
    stored: int
    merged: int
    duplicate: int
    conflicting: int
    quarantined: int
    without_reading: int
    as_of: datetime | None
    collectors: list[CollectorCountOut]


@router.get("/readings")
def list_readings(
    scope: Scope, device: int, first: From, last: To, limit: Limit = 200, cursor: Cursor = None
) -> Page[ReadingOut]:
    """Readings of a device, newest first."""
    first, last = span(first, last)
    skip = after(cursor)
    rows = readings(scope.conn, device, first, last, at_most=skip + limit + 1)
    return counted(rows, skip, limit, lambda row: ReadingOut(**_reading(row)))


@router.get("/readings/latest")
def latest_readings(
    scope: Scope,
    organisation: Organisation = None,
    device: int | None = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[LatestOut]:
    """Newest value of each quantity, by device. However old it is, it is there, with its age."""
    rows = newest(
        scope.conn,
        organisation_id=organisation,
        device_id=device,
        after=after(cursor),
        at_most=limit + 1,
    )
    now = datetime.now(UTC)
    items = [
        LatestOut(
            device_id=row.device_id,
            ts=row.ts,
            age_s=(now - row.ts).total_seconds(),
            values=row.values,
            at=row.at,
        )
        for row in rows[:limit]
    ]
    return Page(items=items, next=encode(items[-1].device_id) if len(rows) > limit else None)


@router.get("/collector")
def collector(scope: Scope) -> CollectorOut:
    """What the collectors have committed, with the identity that their counts obey."""
    rows = collectors(scope.conn)
    return CollectorOut(
        received=sum(row.received for row in rows),
        stored=sum(row.stored for row in rows),
        merged=sum(row.merged for row in rows),
        duplicate=sum(row.duplicate for row in rows),
        conflicting=sum(row.conflicting for row in rows),
        quarantined=sum(row.quarantined for row in rows),
        without_reading=sum(row.without_reading for row in rows),
        as_of=max((row.as_of for row in rows), default=None),
        collectors=[CollectorCountOut.model_validate(row) for row in rows],
    )


def _reading(row: dict[str, Any]) -> dict[str, Any]:
    values = {k: v for k, v in row.items() if k not in _HEAD and v is not None}
    if "name" in row:
        values[row["name"]] = row["text_value"] if row["value"] is None else row["value"]
    return {
        "device_id": row["device_id"],
        "ts": row["ts"],
        "received_at": row["received_at"],
        "quality": [flag.name.lower() for flag in Quality(row["quality"]) if flag.name],
        "values": values,
    }
