"""The load curve of a place, by the tree of its time."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from analytics.place.rate import rates_of, steps_of
from analytics.place.total import counted_meters
from api.moment import From, To, span
from api.named import place_of
from api.routes.telemetry.series import SeriesOut, columns, tier_of
from api.scope import Scope
from domain.local_day import day_start, local_day
from domain.registry import REGISTER_OF_MEDIUM, Medium

router = APIRouter(prefix="/organisations/{code}", tags=["series"])


@router.get("/series")
def place_series(
    code: str,
    medium: Medium,
    scope: Scope,
    first: From,
    last: To,
    max_points: Annotated[int, Query(ge=100, le=5000)] = 2000,
) -> SeriesOut:
    """Rate of a place: that of the meters that were the sum of its use at the time.

    Where one of them has no figure the sum has none: a part is not the whole.
    """
    place = place_of(scope, code)
    first, last = span(first, last)
    zone = ZoneInfo(place.zone or "UTC")
    tier = tier_of(last - first, max_points)
    if tier == "day":
        first = day_start(local_day(first, zone), zone)
    stretches = counted_meters(scope.conn, place.id, medium, first, last)
    summed = any(len(stretch.terms) > 1 for stretch in stretches)
    # Meters of different steps meet in the hour.
    if tier == "native" and summed and len(steps_of(scope.conn, stretches, zone)) > 1:
        tier = "hour"
    points = rates_of(scope.conn, stretches, bin_=tier, zone=zone)
    quantity = REGISTER_OF_MEDIUM[medium]
    return columns(quantity, zone.key, points, tier, meter_id=None, extremes=not summed)
