"""Which meters a tariff is for, and from when to when."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.body import Body
from api.correction import NOT_YOURS
from api.named import meter_named
from api.page import Page
from api.problem import refuse
from api.routes.money.costs import Code
from api.scope import Scope
from domain.sentence import Sentence
from store.money.tariff import end_meter_tariff, tariffs_of_meter
from store.money.tariff_meter import meters_of_tariff
from store.people.session import audit

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


class Leave(Body):
    """From which day on a meter is no longer on a tariff."""

    end_day: date = Field(description="First local day without it.")


@router.get("")
def list_meters_of_tariff(tariff_id: int, scope: Scope) -> Page[TariffMeterOut]:
    """Meters of the person's scope that are or were on the tariff, by code and time."""
    rows = meters_of_tariff(scope.conn, tariff_id)
    return Page(items=[TariffMeterOut.model_validate(row) for row in rows])


@router.post("/{code}/end")
def end_meter(tariff_id: int, code: Code, leave: Leave, scope: Scope) -> Page[TariffMeterOut]:
    """Let a meter leave the tariff. Its days from then on have no price until it is on another."""
    meter = meter_named(scope, code)
    rows = tariffs_of_meter(scope.conn, meter.id, date.min, date.max)
    on = [
        row
        for row in rows
        if row.tariff_id == tariff_id
        and (row.first_day is None or row.first_day < leave.end_day)
        and (row.end_day is None or leave.end_day < row.end_day)
    ]
    if not on:
        reason = Sentence(
            "not_on_tariff",
            "meter {meter} is not on this tariff around {day}, so it cannot leave it then",
            meter=code,
            day=leave.end_day,
        )
        raise refuse(HTTPStatus.CONFLICT, reason)
    if not end_meter_tariff(scope.conn, meter.id, leave.end_day):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    detail = {"tariff": on[0].code, **leave.model_dump(mode="json")}
    audit(scope.conn, "meter_tariff_ended", code, detail)
    return list_meters_of_tariff(tariff_id, scope)
