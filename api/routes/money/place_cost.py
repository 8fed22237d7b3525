"""What the use of a place costs by local day or month and time-of-use period."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.problem import refuse
from api.routes.places.place_use import About
from api.scope import Scope
from domain.registry import Medium
from domain.sentence import Sentence
from domain.time_of_use import Period
from store.money.place_cost import place_costs, uncosted

router = APIRouter(prefix="/organisations/{code}", tags=["money"])

_LONGEST = {"day": 400, "month": 3700}
"""Local days that may be asked for at once."""


class PlacePeriodOut(BaseModel):
    """Cost of a place on a local day, or the days of a month, in one period; not rounded."""

    model_config = ConfigDict(from_attributes=True)

    first_day: date = Field(description="The day, or the first one of the month with a cost.")
    period: Period
    value: Decimal = Field(description="In `unit`.")
    unmeasured: Decimal = Field(description="What of the value is not measured.")
    unshaped: Decimal = Field(description="What of it is only allocated to its time.")
    amount: Decimal | None = Field(description="Null where a meter lacks a price. [CNY]")
    basis: str | None = Field(description="The weakest of the prices: fixed, published, forecast.")
    checked: bool = Field(description="Whether a person has checked all prices.")


class UncostedOut(BaseModel):
    """A meter that counts for the place, and days [first_day, end_day) whose use is in no cost."""

    model_config = ConfigDict(from_attributes=True)

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    first_day: date
    end_day: date
    reason: str = Field(
        description="no_tariff; no_day_price: its terms price no single day; or what is missing, "
        "such as calendar or weather."
    )


class PlaceCostOut(BaseModel):
    """Costs of a place, each amount of use counted once by the tree of its time.

    Of prices per unit only: basic charge, adjustment and tiers belong to no day.
    """

    medium: Medium
    unit: str = Field(description="Of value.")
    zone: str
    items: list[PlacePeriodOut]
    uncosted: list[UncostedOut]


@router.get("/cost")
def cost(about: About, step: Literal["day", "month"], scope: Scope) -> PlaceCostOut:
    """Kept costs of what came into a place, or of one meter, by day or month; PV costs nothing."""
    days = (about.end_day - about.first_day).days
    if days > _LONGEST[step]:
        template = "{days} days: want at most {most}"
        detail = Sentence("longer_than", template, days=days, most=_LONGEST[step])
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    asked = (scope.conn, about.bought, about.first_day, about.end_day)
    return PlaceCostOut(
        medium=about.medium,
        unit=about.unit,
        zone=about.zone.key,
        items=[PlacePeriodOut.model_validate(each) for each in place_costs(*asked, bin_=step)],
        uncosted=[UncostedOut.model_validate(each) for each in uncosted(*asked)],
    )
