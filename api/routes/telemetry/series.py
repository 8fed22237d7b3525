"""Series for charts: resolution follows the span, gaps stay gaps, peaks are never lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.moment import From, To, span
from api.problem import refuse
from api.rate_unit import rate_unit
from api.routes.telemetry.gauges import GaugeSeriesOut, gauge_series
from api.scope import Scope
from domain.local_day import day_start, local_day
from domain.quantity import quantities
from domain.sentence import Sentence
from store.institution.figure import Rate, rates
from store.places.place import meters

router = APIRouter(prefix="/series", tags=["series"])

Tier = Literal["native", "hour", "day"]
_NATIVE_SPAN = timedelta(days=14)
_HOUR_SPAN = timedelta(days=120)
_HOUR_S = 3600
_DAY_S = 86_400


class SeriesOut(BaseModel):
    """Mean rate of use over time, in columns of one length."""

    meter_id: int | None = Field(description="Null for the sum of a place.")
    quantity: str
    unit: str = Field(description="Unit of mean, min and max: the register's per hour; kW for kWh.")
    zone: str
    tier: Tier
    step_s: int = Field(description="Length of an interval; days may differ by an hour. [s]")
    t: list[int] = Field(description="Starts of the intervals. [s since 1970-01-01T00:00Z]")
    mean: list[float | None] = Field(description="Null where there is no figure.")
    min: list[float | None] | None = Field(
        description="Least rate inside; null at native tier, and of a sum of several meters."
    )
    max: list[float | None] | None = Field(description="Greatest rate inside.")
    flagged: list[bool] = Field(description="Some of it is estimated or allocated.")
    flags: list[int] = Field(description="United flags of the intervals inside; 0 without.")


class SeriesList(BaseModel):
    """One series per meter, or the one of a gauge."""

    items: list[SeriesOut | GaugeSeriesOut]


@router.get("")
def series(
    scope: Scope,
    first: From,
    last: To,
    meter: Annotated[list[int] | None, Query(min_length=1, max_length=20)] = None,
    device: Annotated[int | None, Query(description="Instead of meters, with `quantity`.")] = None,
    quantity: Annotated[str | None, Query(description="A gauge of the device.")] = None,
    max_points: Annotated[int, Query(ge=100, le=5000)] = 2000,
) -> SeriesList:
    """Rates of some meters, or a gauge of a device, at the resolution that suits the span."""
    first, last = span(first, last)
    if device is not None and quantity is not None and meter is None:
        item = gauge_series(scope, device, quantity, first, last, max_points)
        return SeriesList(items=[item])
    if meter is None or device is not None or quantity is not None:
        detail = Sentence("meter_or_device", "want either meter, or device and quantity")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    tier = tier_of(last - first, max_points)
    found: list[SeriesOut | GaugeSeriesOut] = []
    for row in meters(scope.conn, meter_ids=meter):
        zone = ZoneInfo(row.zone)
        lo = day_start(local_day(first, zone), zone) if tier == "day" else first
        points = rates(scope.conn, [row.id], lo, last, bin_=tier, zone=row.zone)
        found.append(columns(row.quantity, row.zone, points, tier, meter_id=row.id))
    return SeriesList(items=found)


def tier_of(length: timedelta, max_points: int) -> Tier:
    """Resolution that suits a span: as it is kept, by the hour, or by the local day."""
    hours = length / timedelta(hours=1)
    if length <= _NATIVE_SPAN and 4 * hours <= max_points:
        return "native"
    return "hour" if length <= _HOUR_SPAN and hours <= 2 * max_points else "day"


def columns(
    quantity: str,
    zone_name: str,
    points: Sequence[Rate],
    tier: Tier,
    *,
    meter_id: int | None,
    extremes: bool = True,
) -> SeriesOut:
    """Points as aligned columns, with nulls where there are none."""
    zone = ZoneInfo(zone_name)
    native_s = min((point.step_s for point in points), default=_HOUR_S)
    step_s = {"native": native_s, "hour": _HOUR_S, "day": _DAY_S}[tier]
    by_start = {round(point.at.timestamp()): point for point in points}
    starts = _axis(by_start, step_s, zone if tier == "day" else None)
    line = [by_start.get(start) for start in starts]
    with_extremes = tier != "native" and extremes
    return SeriesOut(
        meter_id=meter_id,
        quantity=quantity,
        unit=rate_unit(quantities()[quantity].unit),
        zone=zone_name,
        tier=tier,
        step_s=step_s,
        t=starts,
        mean=[None if p is None else p.mean for p in line],
        min=[None if p is None else p.least for p in line] if with_extremes else None,
        max=[None if p is None else p.greatest for p in line] if with_extremes else None,
        flagged=[p is not None and p.flagged for p in line],
        flags=[0 if p is None else p.flags for p in line],
    )


def _axis(by_start: dict[int, Rate], step_s: int, day_zone: ZoneInfo | None) -> list[int]:
    """Every start from the first point to the last, so that a pause is nulls and not a line."""
    if not by_start:
        return []
    first, last = min(by_start), max(by_start)
    if day_zone is None:
        # A point off the grid, such as one of an earlier step, keeps its place.
        return sorted({*range(first, last + 1, step_s), *by_start})
    day = local_day(datetime.fromtimestamp(first, UTC), day_zone)
    starts = []
    while (start := round(day_start(day, day_zone).timestamp())) <= last:
        starts.append(start)
        day += timedelta(days=1)
    return starts
