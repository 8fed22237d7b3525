"""Whether readings come, and whether they come in time."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.named import Device, Organisation
from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.scope import Scope
from domain.sentence import Sentence
from store.places.place import meters
from store.telemetry.lateness import late, reading_devices
from store.telemetry.quality import availability

router = APIRouter(tags=["data quality"])

_MOST_DAYS = 92


class LateOut(BaseModel):
    """How many of a device's readings came late. A reading is a row of one reading table."""

    device_id: int
    device_code: str
    readings: int = Field(description="Of the days asked for.")
    late: int = Field(description="Arrived later than the patience after their instant.")
    said_late: int = Field(description="History by their sender's own word.")
    longest_s: float = Field(description="Longest way from instant to arrival. [s]")


class AvailabilityOut(BaseModel):
    """Coverage of a meter, day by day."""

    model_config = ConfigDict(from_attributes=True)

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    medium: str
    shares: list[float | None] = Field(
        description="Share of each local day that has figures, from `first_day` on; null: none. [1]"
    )


@router.get("/late")
def list_late(
    scope: Scope,
    organisation: Organisation = None,
    device: Device = None,
    days: Annotated[int, Query(ge=1, le=31, description="Readings of so many days. [d]")] = 7,
    patience_s: Annotated[int, Query(ge=1, description="What is in time. [s]")] = 3600,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[LateOut]:
    """Devices with late readings. One answer looks at `limit` devices and names those of them."""
    asked = reading_devices(
        scope.conn,
        organisation_id=organisation,
        device_id=device,
        after=after(cursor),
        at_most=limit + 1,
    )
    now = datetime.now(UTC)
    patience = timedelta(seconds=patience_s)
    rows = late(scope.conn, asked[:limit], now - timedelta(days=days), now, patience=patience)
    items = [
        LateOut(
            device_id=row.device_id,
            device_code=row.device_code,
            readings=row.readings,
            late=row.late,
            said_late=row.said_late,
            longest_s=row.longest.total_seconds(),
        )
        for row in rows
        if row.late or row.said_late
    ]
    return Page(items=items, next=encode(asked[limit - 1][0]) if len(asked) > limit else None)


@router.get("/availability")
def list_availability(
    scope: Scope,
    first_day: Annotated[date, Query(description="First local day.")],
    end_day: Annotated[date, Query(description="Day after the last one.")],
    organisation: Organisation = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[AvailabilityOut]:
    """Meters by days: how much of each local day has figures."""
    if not 1 <= (end_day - first_day).days <= _MOST_DAYS:
        detail = Sentence(
            "days_out_of_bounds",
            "from {first_day} to {end_day}: ask for 1 to {most} days",
            first_day=first_day,
            end_day=end_day,
            most=_MOST_DAYS,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    found = meters(scope.conn, organisation_id=organisation, after=after(cursor), at_most=limit + 1)
    rows = availability(scope.conn, [row.id for row in found[:limit]], first_day, end_day)
    return Page(
        items=[AvailabilityOut.model_validate(row) for row in rows],
        next=encode(found[limit - 1].id) if len(found) > limit else None,
    )
