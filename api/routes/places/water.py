"""Water of a place and its buildings: use, night minimum flow, and what no submeter counted."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.place.water import PlaceWater, WaterMeter, water_below
from api.moment import EndDay, FirstDay
from api.named import place_of
from api.problem import refuse
from api.routes.meters.meter_tree import RestOut
from api.scope import Scope
from domain.sentence import Sentence

router = APIRouter(tags=["consumption"])

_LONGEST = 400
"""Local days that may be asked for at once."""


class NightsOut(BaseModel):
    """The least hour of each night, in short."""

    usual: float | None = Field(description="Median of the nights that are whole. [m3/h]")
    slope: float | None = Field(description="Trend; null below ten nights. [m3/h per day]")
    last_day: date | None = Field(description="The newest night that is whole.")
    last: float | None = Field(description="Its least hour. [m3/h]")
    whole: int = Field(description="Nights of which every hour is measured.")
    nights: int


class WaterMeterOut(BaseModel):
    """A water meter of a place."""

    id: int
    code: str
    name_zh: str
    name_en: str
    role: str
    use: float | None = Field(description="Null without any figure. [m3]")
    known_s: int = Field(description="Time of which that is. [s]")
    night: NightsOut


class PlaceWaterOut(BaseModel):
    """Water of one place."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    kind: str
    name_zh: str
    name_en: str
    use: float | None = Field(
        description="Null where not all meters of its sum ever have figures. [m3]"
    )
    covered: float = Field(description="Share of the days of which that is. [1]")
    mean_flow: float | None = Field(description="Of the time that has a figure. [m3/h]")
    night_share: float | None = Field(
        description="Usual least flow of a night as a share of the mean flow. [1]"
    )
    night: NightsOut = Field(description="Of the place as a whole.")
    rests: list[RestOut] = Field(
        description="What submeters leave over, by the meters they hang below."
    )
    meters: list[WaterMeterOut]


class WaterOut(BaseModel):
    """Water of a place, then of its buildings by code."""

    first_day: date
    end_day: date
    unit: str = Field(description="Of amounts: m3.")
    places: list[PlaceWaterOut]


@router.get("/water")
def water(
    scope: Scope,
    organisation: Annotated[str, Query(max_length=200, description="Code of the place.")],
    first_day: FirstDay,
    end_day: EndDay,
) -> WaterOut:
    """Water of a place and of each building below it that has water meters."""
    place = place_of(scope, organisation)
    asked = (end_day - first_day).days
    if not 0 < asked <= _LONGEST:
        detail = Sentence(
            "days_out_of_bounds",
            "{first_day} to {end_day}: want 1 to {most} days",
            first_day=first_day,
            end_day=end_day,
            most=_LONGEST,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    found = water_below(scope.conn, place, first_day, end_day)
    return WaterOut(
        first_day=first_day, end_day=end_day, unit="m3", places=[_place(each) for each in found]
    )


def _place(found: PlaceWater) -> PlaceWaterOut:
    row = found.place
    return PlaceWaterOut(
        id=row.id,
        code=row.code,
        kind=row.kind,
        name_zh=row.name_zh,
        name_en=row.name_en,
        use=found.balance.total,
        covered=found.covered,
        mean_flow=found.mean_flow,
        night_share=found.night_share,
        night=_night(found),
        rests=[RestOut.model_validate(rest) for rest in found.balance.rests],
        meters=[_meter(meter) for meter in found.meters],
    )


def _meter(meter: WaterMeter) -> WaterMeterOut:
    name = meter.name
    return WaterMeterOut(
        id=name.meter_id,
        code=name.code,
        name_zh=name.name_zh,
        name_en=name.name_en,
        role=meter.role,
        use=meter.use,
        known_s=meter.known_s,
        night=_night(meter),
    )


def _night(found: PlaceWater | WaterMeter) -> NightsOut:
    nights = found.nights.nights
    whole = [night for night in nights if night.lowest is not None]
    last = whole[-1] if whole else None
    return NightsOut(
        usual=found.nights.usual,
        slope=found.nights.slope,
        last_day=last and last.day,
        last=last and last.lowest,
        whole=len(whole),
        nights=len(nights),
    )
