"""Amounts of a year that a document proves and no meter counts, as institutions declared them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.page import Page
from api.scope import Scope
from store.institution.portfolio import declarations

router = APIRouter(prefix="/energy-declarations", tags=["indicators"])

_FIRST_YEAR = 2000


class DeclarationOut(BaseModel):
    """The amount of a kind that counts for a year."""

    model_config = ConfigDict(from_attributes=True)

    organisation_id: int
    year: int
    what: str = Field(description="With its unit at the end.")
    amount: Decimal
    document: str = Field(description="What proves it.")
    declared_at: datetime


@router.get("")
def list_declarations(
    scope: Scope, organisation: Annotated[int, Query(description="Its id.")]
) -> Page[DeclarationOut]:
    """What counts of an institution's declarations, the newest year first."""
    # Of every year that has begun anywhere: the last zone is fourteen hours ahead of UTC.
    years = range(_FIRST_YEAR, (datetime.now(UTC) + timedelta(hours=14)).year + 1)
    rows = declarations(scope.conn, [organisation], years)
    ordered = sorted(rows, key=lambda row: (-row.year, row.what))
    return Page(items=[DeclarationOut.model_validate(row) for row in ordered])
