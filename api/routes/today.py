"""Today's figures of a building, per medium."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from math import fsum
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics.ledger.day_so_far import day_so_far
from api.problem import refuse
from api.routes.series import rate_unit
from api.scope import Scope
from domain.local_day import day_start, local_day
from domain.quantity import quantities
from store.figure import days, intervals
from store.inspection import latest
from store.place import MeterRow, buildings, meters

router = APIRouter(tags=["buildings"])

_FRESH = timedelta(minutes=15)
"""A power reading older than this is not "now"."""
_LOOK_BACK = timedelta(days=8)
_MOST = 100_000
_UPPER = {"gateway", "main"}


class MediumToday(BaseModel):
    """One medium of a building today. Null means not measured, never zero."""

    medium: str
    unit: str = Field(description="Unit of the amounts.")
    rate_unit: str = Field(description="Unit of the rates.")
    meter_ids: list[int] = Field(description="Uppermost meters, whose sum this is.")
    as_of: datetime | None = Field(description="Until when all of them have figures today.")
    today: float | None = Field(description="Use from midnight until `as_of`.")
    yesterday_same_time: float | None
    last_week_same_time: float | None
    month_to_date: float | None = Field(description="Use of the local days of this month.")
    peak_rate: float | None = Field(description="Greatest mean rate of an interval today.")
    peak_at: datetime | None
    current_rate: float | None = Field(
        description="Power read within 15 min, else the rate of the newest interval."
    )
    current_at: datetime | None
    coverage: float | None = Field(description="Share of today until `as_of` that has figures. [1]")


class TodayOut(BaseModel):
    """Today's figures of a building."""

    zone: str
    day: date
    as_of: datetime = Field(description="When this was asked.")
    media: list[MediumToday]


@router.get("/buildings/{building_id}/today")
def today(building_id: int, scope: Scope) -> TodayOut:
    """Figures of the running local day, against the same time of earlier days."""
    found = buildings(scope.conn, building_id=building_id)
    if not found or found[0].zone is None:
        raise refuse(HTTPStatus.NOT_FOUND, f"there is no building {building_id}")
    now, zone = datetime.now(UTC), ZoneInfo(found[0].zone)
    media: dict[str, list[MeterRow]] = defaultdict(list)
    rows = meters(scope.conn, organisation_id=building_id)
    here = {row.id for row in rows}
    for row in rows:
        if row.role in _UPPER and row.parent_id not in here:
            media[row.medium].append(row)
    return TodayOut(
        zone=found[0].zone,
        day=local_day(now, zone),
        as_of=now,
        media=[_medium(scope, name, rows, now, zone) for name, rows in media.items()],
    )


def _medium(
    scope: Scope, medium: str, rows: list[MeterRow], now: datetime, zone: ZoneInfo
) -> MediumToday:
    ids = [row.id for row in rows]
    today = local_day(now, zone)
    start = day_start(today, zone)
    uses = intervals(scope.conn, ids, start - _LOOK_BACK, now, width=None, at_most=_MOST)
    figures = day_so_far(
        ((use.meter_id, use.start, use.end, use.value) for use in uses), now=now, zone=zone
    )
    month = days(
        scope.conn,
        ids,
        today.replace(day=1),
        today + timedelta(days=1),
        bin_="month",
        at_most=_MOST,
    )
    power = _power_now(scope, rows, now)
    rate, rate_at = power or (figures.last_rate, figures.last_at)
    unit = quantities()[rows[0].quantity].unit
    return MediumToday(
        medium=medium,
        unit=unit,
        rate_unit=rate_unit(unit),
        meter_ids=ids,
        as_of=figures.as_of,
        today=figures.today,
        yesterday_same_time=figures.yesterday_same_time,
        last_week_same_time=figures.last_week_same_time,
        month_to_date=fsum(use.value for use in month) if month else None,
        peak_rate=figures.peak_rate,
        peak_at=figures.peak_at,
        current_rate=rate,
        current_at=rate_at,
        coverage=figures.coverage,
    )


def _power_now(scope: Scope, rows: list[MeterRow], now: datetime) -> tuple[float, datetime] | None:
    """Power the meters read now and the oldest reading's instant; None if one is silent."""
    devices = [row.device_id for row in rows if row.device_id is not None]
    read = {
        row["device_id"]: (row["active_power_kw"], row["ts"])
        for row in latest(scope.conn, devices, since=now - _FRESH)
        if row.get("active_power_kw") is not None
    }
    if not rows or len(read) < len(rows):
        return None
    return fsum(power for power, _ in read.values()), min(at for _, at in read.values())
