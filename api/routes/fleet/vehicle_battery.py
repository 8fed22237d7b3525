"""What charges say of a vehicle's battery."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics.fleet.battery_health import (
    LEAST_CHARGES,
    LEAST_SPAN_PCT,
    battery_health,
    capacity_by,
)
from analytics.fleet.distance import Doubt
from api.routes.fleet.vehicles import End, vehicle_named
from api.scope import Scope
from store.fleet.vehicle_use import segments

router = APIRouter(tags=["fleet"])

_SPAN = timedelta(days=180)
"""Within so long a battery hardly ages, and is charged often enough."""


class BatteryOut(BaseModel):
    """Usable capacity of a battery; null with fewer charges than it takes."""

    first: datetime
    end: datetime
    charges: int = Field(description="Wide enough, with an energy that was measured.")
    charges_all: int = Field(description="In the span.")
    least_charges: int
    least_span_pct: float = Field(description="[%]")
    kwh: float | None = Field(description="By what charges put in, the median. [kWh]")
    low_kwh: float | None = Field(description="Bounds of the median with 95 %. [kWh]")
    high_kwh: float | None = Field(description="[kWh]")
    entered_kwh: float | None = Field(description="Usable capacity as entered. [kWh]")
    share: float | None = Field(description="Of the entered capacity. [1]")
    low_share: float | None = Field(description="[1]")
    high_share: float | None = Field(description="[1]")


@router.get("/vehicles/{vehicle_id}/battery")
def battery_of_vehicle(vehicle_id: int, scope: Scope, end: End) -> BatteryOut:
    """Usable capacity by the wide charges of the 180 days before an instant."""
    vehicle = vehicle_named(scope, vehicle_id)
    first, entered = end - _SPAN, vehicle.battery_kwh
    rows = segments(scope.conn, "charge", first, end, vehicle_id=vehicle_id)
    told = [
        capacity_by(row.kwh_ways, row.soc_start, row.soc_end)
        for row in rows
        if not row.estimated and Doubt.IMPLAUSIBLE not in Doubt(row.doubts)
    ]
    found = battery_health(each for each in told if each is not None)

    def share(kwh: float | None) -> float | None:
        return None if kwh is None or entered is None else kwh / entered

    return BatteryOut(
        first=first,
        end=end,
        charges=found.charges,
        charges_all=len(rows),
        least_charges=LEAST_CHARGES,
        least_span_pct=LEAST_SPAN_PCT,
        kwh=found.kwh,
        low_kwh=found.low_kwh,
        high_kwh=found.high_kwh,
        entered_kwh=entered,
        share=share(found.kwh),
        low_share=share(found.low_kwh),
        high_share=share(found.high_kwh),
    )
