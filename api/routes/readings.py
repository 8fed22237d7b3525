"""Readings as they were measured, what was set aside, and the collectors' counts."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.moment import From, To, span
from api.page import Cursor, Limit, Page, after, encode
from api.routes.devices import Organisation
from api.scope import Scope
from domain.reading import Quality
from store.inspection import collectors, conflicts, latest, quarantine, readings
from store.place import devices

router = APIRouter(tags=["readings"])

_HEAD = {"device_id", "ts", "received_at", "quality", "name", "value", "text_value"}
_RECENT = timedelta(days=7)
_NEWEST = 2**62


class ReadingOut(BaseModel):
    """What a device measured at one instant; names carry their units."""

    device_id: int
    ts: datetime
    received_at: datetime
    quality: list[str] = Field(description="Flags; none when there is nothing to remark.")
    values: dict[str, float | int | str]


class LatestOut(ReadingOut):
    """A device's newest reading."""

    age_s: float = Field(description="Since it was measured. [s]")


class QuarantineOut(BaseModel):
    """A message that could not be read, or samples of one."""

    id: int
    received_at: datetime
    topic: str
    reason_code: str
    reason: str
    size_bytes: int
    samples: int = Field(description="Samples of the message that are here.")
    payload_preview: str


class ConflictOut(BaseModel):
    """Messages that disagree about one quantity of one instant."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int
    device_code: str
    ts: datetime
    quantity: str
    values: list[str] = Field(description="All values said; the reading keeps the greatest.")


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
    scope: Scope, device: int, first: From, last: To, limit: Limit = 200
) -> Page[ReadingOut]:
    """Readings of a device, newest first. For older ones ask again with an earlier `to`."""
    first, last = span(first, last)
    rows = readings(scope.conn, device, first, last, at_most=limit)
    return Page(items=[ReadingOut(**_reading(row)) for row in rows])


@router.get("/readings/latest")
def latest_readings(scope: Scope, organisation: Organisation = None) -> Page[LatestOut]:
    """Newest reading of each device, of the last week."""
    now = datetime.now(UTC)
    ids = [row.id for row in devices(scope.conn, organisation_id=organisation)]
    rows = latest(scope.conn, ids, since=now - _RECENT)
    items = [LatestOut(**_reading(r), age_s=(now - r["ts"]).total_seconds()) for r in rows]
    return Page(items=items)


@router.get("/quarantine")
def list_quarantine(scope: Scope, limit: Limit = 100, cursor: Cursor = None) -> Page[QuarantineOut]:
    """What could not be read, newest first; for system administrators."""
    before = after(cursor) or _NEWEST
    rows = quarantine(scope.conn, before=before, at_most=limit + 1)
    items = [
        QuarantineOut(
            id=row.id,
            received_at=row.received_at,
            topic=row.topic,
            reason_code=row.reason_code,
            reason=row.reason,
            size_bytes=row.size_bytes,
            samples=row.samples,
            payload_preview=row.head.decode("utf-8", "backslashreplace"),
        )
        for row in rows[:limit]
    ]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/conflicts")
def list_conflicts(
    scope: Scope, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Page[ConflictOut]:
    """Instants about which messages disagree, newest first."""
    rows = conflicts(scope.conn, at_most=limit)
    return Page(items=[ConflictOut.model_validate(row) for row in rows])


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
