"""Series of one gauge of one device; answered by the route of `series`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from api.problem import refuse
from api.scope import Scope
from domain.local_day import day_start, local_day
from domain.quantity import Quantity
from domain.sentence import Sentence
from store.meters.gauge import GaugePoint, device_zone, gauges, of_days, of_hours, of_readings

GaugeTier = Literal["readings", "hour", "day"]
_READINGS_SPAN = timedelta(days=14)
_WIDTHS_S = (1, 10, 60, 300, 900, 1800, 3600, 3 * 3600, 12 * 3600)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_PAUSE = 3
"""So many usual distances between points are a pause, and the line is broken there."""


class GaugeSeriesOut(BaseModel):
    """Values of a gauge over time, in columns of one length."""

    device_id: int
    quantity: str
    unit: str = Field(description="Unit of mean, min and max.")
    zone: str
    tier: GaugeTier
    step_s: int = Field(description="Length of a bin; days may differ by an hour. [s]")
    t: list[int] = Field(description="Starts of the bins. [s since 1970-01-01T00:00Z]")
    mean: list[float | None] = Field(description="Null where a pause begins.")
    min: list[float | None] = Field(description="Least value inside.")
    max: list[float | None] = Field(description="Greatest value inside.")


def gauge_series(
    scope: Scope, device: int, quantity: str, first: datetime, last: datetime, max_points: int
) -> GaugeSeriesOut:
    """Values of one gauge: of its readings, by the hour, or by the local day, as the span asks.

    Raises
    ------
    HTTPException
        422 when `quantity` has no series, 404 when there is no such device for this person.
    """
    gauge = gauges().get(quantity)
    if gauge is None:
        detail = Sentence(
            "no_gauge",
            "quantity {quantity} is no gauge with a series; there are {gauges}",
            quantity=repr(quantity),
            gauges=", ".join(gauges()),
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    zone = device_zone(scope.conn, device)
    if zone is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_device", "there is no device {device}", device=device),
        )
    points, tier, step = _points(scope, device, gauge, first, last, max_points, zone)
    line = _broken(points, step)
    return GaugeSeriesOut(
        device_id=device,
        quantity=gauge.name,
        unit=gauge.unit,
        zone=zone,
        tier=tier,
        step_s=round(step.total_seconds()),
        t=[at for at, _ in line],
        mean=[None if p is None else p.mean for _, p in line],
        min=[None if p is None else p.least for _, p in line],
        max=[None if p is None else p.greatest for _, p in line],
    )


def _points(
    scope: Scope,
    device: int,
    gauge: Quantity,
    first: datetime,
    last: datetime,
    max_points: int,
    zone: str,
) -> tuple[list[GaugePoint], GaugeTier, timedelta]:
    conn, length = scope.conn, last - first
    if length <= _READINGS_SPAN:
        least_s = length.total_seconds() / max_points
        width = timedelta(seconds=next(s for s in _WIDTHS_S if s >= least_s))
        return of_readings(conn, device, gauge, first, last, width=width), "readings", width
    if length / _HOUR <= 2 * max_points:
        begin = first.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return of_hours(conn, device, gauge, begin, last), "hour", _HOUR
    local = ZoneInfo(zone)
    begin = day_start(local_day(first, local), local)
    return of_days(conn, device, gauge, begin, last, zone=zone), "day", _DAY


def _broken(points: Sequence[GaugePoint], step: timedelta) -> list[tuple[int, GaugePoint | None]]:
    """Points by second, with an empty one where a pause begins."""
    starts = [round(point.at.timestamp()) for point in points]
    gaps = [b - a for a, b in pairwise(starts)]
    pause = _PAUSE * max(median(gaps), step.total_seconds()) if gaps else 0.0
    line: list[tuple[int, GaugePoint | None]] = []
    for start, point, gap in zip(starts, points, [*gaps, 0], strict=True):
        line.append((start, point))
        if gap > pause:
            line.append((start + round(step.total_seconds()), None))
    return line
