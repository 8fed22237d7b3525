"""The list of what can be measured, with the names people know it by."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.page import Page
from api.scope import Scope
from domain.quantity import quantities

router = APIRouter(tags=["readings"])


class QuantityOut(BaseModel):
    """One measurable quantity."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(description="As in messages; the unit is its end.")
    unit: str = Field(description="`1` for a plain number, `code` and `bits` for states.")
    kind: Literal["cumulative", "gauge", "state"]
    name_zh: str = Field(validation_alias="zh")
    name_en: str = Field(validation_alias="en")


@router.get("/quantities")
def list_quantities(_scope: Scope) -> Page[QuantityOut]:
    """All quantities. A device may say more, under names of its own."""
    return Page(items=[QuantityOut.model_validate(each) for each in quantities().values()])
