"""The organisation tree and its buildings."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.scope import Scope
from domain.sentence import Sentence
from store.places.place import buildings, organisations

router = APIRouter(tags=["organisations"])

Kind = Literal["bureau", "institution", "site", "building", "space"]


class OrganisationOut(BaseModel):
    """One node of the tree bureau > institution > site > building > space."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    parent_id: int | None = Field(description="Null at the root, or where the scope begins.")
    kind: Kind
    name_zh: str
    name_en: str
    zone: str | None = Field(description="IANA zone in which its days begin.")
    floor_area_m2: float | None = Field(description="Gross floor area. [m2]")


class PlaceStepOut(BaseModel):
    """One step of the path to a building."""

    id: int
    kind: Kind
    name_zh: str
    name_en: str


class BuildingOut(BaseModel):
    """A building and the path to it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    name_zh: str
    name_en: str
    zone: str | None
    floor_area_m2: float | None = Field(description="Gross floor area. [m2]")
    path: list[PlaceStepOut] = Field(description="From the root down to the building's parent.")


@router.get("/organisations")
def list_organisations(
    scope: Scope, limit: Limit = 1000, cursor: Cursor = None
) -> Page[OrganisationOut]:
    """Nodes of the tree, each parent to be found by id."""
    rows = organisations(scope.conn, after=after(cursor), at_most=limit + 1)
    items = [OrganisationOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/sites")
def list_sites(scope: Scope) -> Page[OrganisationOut]:
    """Sites only."""
    rows = (row for row in organisations(scope.conn) if row.kind == "site")
    return Page(items=[OrganisationOut.model_validate(row) for row in rows])


@router.get("/buildings")
def list_buildings(scope: Scope, limit: Limit = 1000, cursor: Cursor = None) -> Page[BuildingOut]:
    """Buildings with their paths."""
    rows = buildings(scope.conn, after=after(cursor), at_most=limit + 1)
    items = [BuildingOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/buildings/{building_id}")
def one_building(building_id: int, scope: Scope) -> BuildingOut:
    """One building."""
    rows = buildings(scope.conn, building_id=building_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_building", "there is no building {building}", building=building_id),
        )
    return BuildingOut.model_validate(rows[0])
