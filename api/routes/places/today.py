"""Today's figures of a building, per medium."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from math import fsum
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics.ledger.day_so_far import day_so_far
from api.problem import refuse
from api.rate_unit import rate_unit
from api.scope import Scope
from domain.local_day import day_start, local_day
from domain.meter_tree import Forest, ever_counted, forests, sign_at
from domain.quantity import quantities
from domain.registry import Medium
from domain.sentence import Sentence
from store.institution.figure import days, intervals
from store.meters.meter_tree import positions
from store.places.place import MeterRow, buildings, meters
from store.telemetry.inspection import latest

router = APIRouter(tags=["buildings"])

_FRESH = timedelta(minutes=15)
"""A power reading older than this is not "now"."""
_LOOK_BACK = timedelta(days=8)
_MOST = 100_000
_RATE_NOW = {
    Medium.ELECTRICITY: ("active_power_kw", 1.0),
    Medium.WATER: ("flow_m3h", 1.0),
    Medium.GAS: ("flow_m3h", 1.0),
    Medium.HEAT: ("heat_power_kw", 0.0036),
}
"""What a meter reads of its rate now, and what makes it the register's unit per hour."""


class MediumToday(BaseModel):
    """One medium of a building today. Null means not measured, never zero."""

    medium: str
    unit: str = Field(description="Unit of the amounts.")
    rate_unit: str = Field(description="Unit of the rates.")
    meter_ids: list[int] = Field(
        description="Meters of whose sum this is: the uppermost ones, with a plant also those of PV"
        " and of what was fed in, which is taken off."
    )
    as_of: datetime | None = Field(description="Until when all of them have figures today.")
    today: float | None = Field(description="Use from midnight until `as_of`.")
    yesterday_same_time: float | None
    last_week_same_time: float | None
    month_to_date: float | None = Field(description="Use of the local days of this month.")
    peak_rate: float | None = Field(description="Greatest mean rate of an interval today.")
    peak_at: datetime | None
    current_rate: float | None = Field(
        description="Power or flow read within 15 min, else the rate of the newest interval."
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
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_building", "there is no building {building}", building=building_id),
        )
    now, zone = datetime.now(UTC), ZoneInfo(found[0].zone)
    rows = {row.id: row for row in meters(scope.conn, organisation_id=building_id)}
    media = []
    for medium in dict.fromkeys(row.medium for row in rows.values()):
        hung = _forests(scope, building_id, medium, now, zone)
        upper = [rows[meter] for meter in hung[-1].terms if meter in rows]
        if upper:
            media.append(_medium(scope, upper, hung, now, zone))
    return TodayOut(
        zone=found[0].zone,
        day=local_day(now, zone),
        as_of=now,
        media=media,
    )


def _forests(
    scope: Scope, building_id: int, medium: str, now: datetime, zone: ZoneInfo
) -> list[Forest]:
    """The tree since the beginning of what is compared, up to now."""
    today = local_day(now, zone)
    first = min(day_start(today.replace(day=1), zone), day_start(today, zone) - _LOOK_BACK)
    end = now + timedelta(microseconds=1)
    return forests(positions(scope.conn, building_id, medium, first, end), first, end)


def _medium(
    scope: Scope, rows: list[MeterRow], hung: list[Forest], now: datetime, zone: ZoneInfo
) -> MediumToday:
    ids = ever_counted(hung)
    today = local_day(now, zone)
    start = day_start(today, zone)
    uses = intervals(scope.conn, ids, start - _LOOK_BACK, now, width=None, at_most=_MOST)
    # A meter that hung below another one at the time was counted by that one.
    figures = day_so_far(
        (
            (use.meter_id, use.start, use.end, sign * use.value)
            for use in uses
            if (sign := sign_at(hung, use.meter_id, use.start))
        ),
        now=now,
        zone=zone,
    )
    first_day, end_day = today.replace(day=1), today + timedelta(days=1)
    month = [
        sign * use.value
        for use in days(scope.conn, ids, first_day, end_day, bin_="day", at_most=_MOST)
        if (sign := sign_at(hung, use.meter_id, day_start(use.first_day, zone)))
    ]
    # What a plant makes has a sign of its own on each device: of it only the registers are sure.
    plain = len(rows) == len(hung[-1].uppermost)
    read = _rate_now(scope, rows, now) if plain else None
    rate, rate_at = read or (figures.last_rate, figures.last_at)
    unit = quantities()[rows[0].quantity].unit
    return MediumToday(
        medium=rows[0].medium,
        unit=unit,
        rate_unit=rate_unit(unit),
        meter_ids=[row.id for row in rows],
        as_of=figures.as_of,
        today=figures.today,
        yesterday_same_time=figures.yesterday_same_time,
        last_week_same_time=figures.last_week_same_time,
        month_to_date=fsum(month) if month else None,
        peak_rate=figures.peak_rate,
        peak_at=figures.peak_at,
        current_rate=rate,
        current_at=rate_at,
        coverage=figures.coverage,
    )


def _rate_now(scope: Scope, rows: list[MeterRow], now: datetime) -> tuple[float, datetime] | None:
    """Rate the meters read now and the oldest reading's instant; None if one is silent."""
    known = _RATE_NOW.get(Medium(rows[0].medium))
    if known is None:
        return None
    gauge, factor = known
    devices = [row.device_id for row in rows if row.device_id is not None]
    read = {
        row["device_id"]: (row[gauge] * factor, row["ts"])
        for row in latest(scope.conn, devices, since=now - _FRESH)
        if row.get(gauge) is not None
    }
    if len(read) < len(rows):
        return None
    return fsum(rate for rate, _ in read.values()), min(at for _, at in read.values())
