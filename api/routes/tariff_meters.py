"""Which meters a tariff is for, and from when to when."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.page import Page
from api.scope import Scope
from store.tariff_meter import meters_of_tariff

router = APIRouter(prefix="/tariffs/{tariff_id}/meters", tags=["money"])


class TariffMeterOut(BaseModel):
    """A meter on local days [first_day, end_day) under the tariff."""

    model_config = ConfigDict(from_attributes=True)

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    first_day: date | None
    end_day: date | None
    capacity_kva: Decimal | None = Field(description="[kVA]")
    declared_kw: Decimal | None = Field(description="[kW]")
    quota: Decimal | None = Field(description="Of the span a tier counts, in the unit.")


@router.get("")
def list_meters_of_tariff(tariff_id: int, scope: Scope) -> Page[TariffMeterOut]:
    """Meters of the person's scope that are or were on the tariff, by code and time."""
    rows = meters_of_tariff(scope.conn, tariff_id)
    return Page(items=[TariffMeterOut.model_validate(row) for row in rows])
