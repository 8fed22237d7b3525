"""The meter tree of a building, its balance, and moving a meter."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.ledger.balance import Part, Rest, balance
from api.body import Body
from api.moment import From, To, span
from api.problem import refuse
from api.scope import Scope, only_administrators
from domain.errors import MeterTreeError
from domain.local_day import day_start, local_day
from domain.meter_tree import forests
from domain.quantity import quantities
from domain.registry import FED_IN, REGISTER_OF_MEDIUM, Medium, MeterRole
from domain.sentence import Sentence
from domain.sub_item import sub_items
from store.meters.meter_tree import MeterName, history, move, names, positions, slots
from store.people.session import audit
from store.places.place import BuildingRow, buildings, meters

router = APIRouter(tags=["meters"])

_LONGEST = timedelta(days=800)
OfMedium = Annotated[Medium, Query(description="The tree is one per medium.")]


class NodeOut(BaseModel):
    """A meter in the tree."""

    id: int
    code: str
    name_zh: str
    name_en: str
    role: str
    item: str
    parent_id: int | None = Field(description="Meter directly above it, wherever that stands.")
    roof_id: int | None = Field(description="Nearest meter above it in this building.")
    counts: bool = Field(
        description="It counts a use. False for check and virtual meters, and those of plants."
    )
    fed_in: bool = Field(description="It counts energy fed in: a formula may take it off.")


class TreeOut(BaseModel):
    """The tree of one medium of a building at an instant."""

    medium: str
    at: datetime
    uppermost: list[int] = Field(description="Meters whose sum is what comes in.")
    plants: list[int] = Field(description="Meters of PV behind those: added to it for the use.")
    fed_in: list[int] = Field(description="Meters of what left through those: taken off.")
    nodes: list[NodeOut]


class BalancePartOut(BaseModel):
    """What one meter counted while everything above it has figures."""

    model_config = ConfigDict(from_attributes=True)

    meter_id: int
    above: list[int] = Field(
        description="Meters it is part of; none at the top, several: of all of them together."
    )
    use: float | None = Field(description="In `unit`; null without figures.")
    known_s: int = Field(description="Time of which that is. [s]")


class RestOut(BaseModel):
    """What the parts of one meter, or of several together, leave over."""

    model_config = ConfigDict(from_attributes=True)

    of: list[int]
    unmetered: float | None = Field(
        description="Use less parts, while all parts have figures; below zero: they count more."
    )
    unmetered_share: float | None = Field(description="Of `compared_use`. [1]")
    over_counted: bool
    compared_use: float = Field(description="Use in the time that could be compared, in `unit`.")
    compared_s: int
    undetermined: float = Field(description="Use less known parts while a part is silent.")
    undetermined_s: int
    silent: list[int] = Field(description="Parts that were silent then.")


class BalancedMeter(BaseModel):
    """Name of a meter of the balance."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(validation_alias="meter_id")
    code: str
    name_zh: str
    name_en: str
    item: str


class BalanceOut(BaseModel):
    """A building's use of one medium, split into its meters. Nothing is counted twice."""

    medium: str
    unit: str
    zone: str
    first_day: date
    end_day: date = Field(description="The day after the last one.")
    total: float | None = Field(
        description="The use: what was bought and generated, less what was fed in. Null where not"
        " all meters of it have figures."
    )
    total_s: int = Field(description="Time of which that is. [s]")
    bought: float | None = Field(description="What came in, in that time.")
    generated: float | None = Field(description="What PV made then; null without a plant.")
    fed_in: float | None = Field(description="What left then; null where no meter counts it.")
    meters: list[BalancedMeter]
    parts: list[BalancePartOut]
    rests: list[RestOut]
    beside: list[BalancePartOut] = Field(description="Check and virtual meters: never summed.")


class PositionOut(BaseModel):
    """Where a meter hung from when to when; null stands for always."""

    model_config = ConfigDict(from_attributes=True)

    place_id: int
    parent_id: int | None
    role: str
    first: datetime | None
    end: datetime | None


class Move(Body):
    """Where a meter hangs from the beginning of a local day on."""

    day: date = Field(description="From this day on, in the zone of the place.")
    parent_id: int | None = Field(description="Meter above it; null at the top.")
    role: Literal["gateway", "main", "branch", "sub", "check", "pv", "fed_in"]
    place_id: int | None = Field(default=None, description="Null: where it stands now.")


class SubItemOut(BaseModel):
    """What a branch meter's energy is used for."""

    model_config = ConfigDict(from_attributes=True)

    slug: str
    parent: str = Field(description="Empty for the four at the top.")
    code: str = Field(description="Code at export.")
    checked: bool = Field(description="The code was held against the printed standard.")
    zh: str
    en: str


class SubItemList(BaseModel):
    """Sub-items, each before its parts."""

    items: list[SubItemOut]


class PositionList(BaseModel):
    """Positions, oldest first."""

    items: list[PositionOut]


@router.get("/sub-items")
def list_sub_items(scope: Scope) -> SubItemList:  # noqa: ARG001 - signed in, that is all it takes
    """The sub-items of electricity."""
    return SubItemList(items=[SubItemOut.model_validate(item) for item in sub_items().values()])


@router.get("/buildings/{building_id}/meter-tree")
def meter_tree(building_id: int, medium: OfMedium, scope: Scope) -> TreeOut:
    """The meters of a building as they hang now."""
    _building(scope, building_id)
    now = datetime.now(UTC)
    found = positions(scope.conn, building_id, medium, now, now + timedelta(microseconds=1))
    [forest] = forests(found, now, now + timedelta(microseconds=1))
    known = names(scope.conn, forest.roles)
    parents = {position.meter_id: position.parent_id for position in found}
    return TreeOut(
        medium=medium,
        at=now,
        uppermost=list(forest.uppermost),
        plants=list(forest.plants),
        fed_in=list(forest.fed_in),
        nodes=[
            NodeOut(
                id=meter,
                **_named(known[meter]),
                role=role,
                parent_id=parents[meter],
                roof_id=forest.roofs.get(meter, forest.sources.get(meter)),
                counts=meter in forest.roofs,
                fed_in=known[meter].quantity == FED_IN and role is not MeterRole.PV,
            )
            for meter, role in forest.roles.items()
            if meter in known
        ],
    )


@router.get("/buildings/{building_id}/balance")
def building_balance(
    building_id: int, medium: OfMedium, scope: Scope, first: From, last: To
) -> BalanceOut:
    """Main meters less submeters over the local days that `from` and `to` touch."""
    building = _building(scope, building_id)
    first, last = span(first, last)
    if last - first > _LONGEST:
        detail = Sentence(
            "too_many_days", "more than {most} days: ask for a shorter time", most=_LONGEST.days
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    zone = ZoneInfo(building.zone or "UTC")
    first_day = local_day(first, zone)
    end_day = local_day(last - timedelta(microseconds=1), zone) + timedelta(days=1)
    first, last = day_start(first_day, zone), day_start(end_day, zone)
    hung = positions(scope.conn, building_id, medium, first, last)
    known = names(scope.conn, {position.meter_id for position in hung if position.here})
    uses = slots(scope.conn, list(known), (first_day, end_day))
    found = balance(forests(hung, first, last), uses)
    return BalanceOut(
        medium=medium,
        unit=quantities()[REGISTER_OF_MEDIUM[medium]].unit,
        zone=zone.key,
        first_day=first_day,
        end_day=end_day,
        total=found.total,
        total_s=found.total_s,
        bought=found.bought,
        generated=found.generated,
        fed_in=found.fed_in,
        meters=[BalancedMeter.model_validate(meter) for meter in known.values()],
        parts=_parts(found.parts),
        rests=[_rest(rest) for rest in found.rests],
        beside=_parts(found.beside),
    )


@router.get("/meters/{meter_id}/positions")
def meter_positions(meter_id: int, scope: Scope) -> PositionList:
    """Where a meter hung and hangs."""
    found = history(scope.conn, meter_id)
    if not found:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_meter", "there is no meter {meter}", meter=meter_id)
        )
    return PositionList(items=[PositionOut.model_validate(each) for each in found])


@router.post("/meters/{meter_id}/positions", status_code=HTTPStatus.CREATED)
def move_meter(meter_id: int, wanted: Move, scope: Scope) -> PositionList:
    """Let a meter hang elsewhere from a day on; until then it stays where it was."""
    only_administrators(scope)
    rows = meters(scope.conn, meter_ids=[meter_id])
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_meter", "there is no meter {meter}", meter=meter_id)
        )
    row = rows[0]
    if wanted.parent_id is not None and not meters(scope.conn, meter_ids=[wanted.parent_id]):
        detail = Sentence(
            "no_upper_meter", "parent_id: there is no meter {meter}", meter=wanted.parent_id
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    at = day_start(wanted.day, ZoneInfo(row.zone))
    try:
        move(
            scope.conn,
            meter_id,
            at,
            place_id=row.organisation_id if wanted.place_id is None else wanted.place_id,
            parent_id=wanted.parent_id,
            role=MeterRole(wanted.role),
        )
    except MeterTreeError as reason:
        raise refuse(HTTPStatus.CONFLICT, reason) from None
    audit(scope.conn, "meter_moved", row.code, wanted.model_dump(mode="json"))
    return meter_positions(meter_id, scope)


def _building(scope: Scope, building_id: int) -> BuildingRow:
    found = buildings(scope.conn, building_id=building_id)
    if not found:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_building", "there is no building {building}", building=building_id),
        )
    return found[0]


def _named(meter: MeterName) -> dict[str, str]:
    return {name: getattr(meter, name) for name in ("code", "name_zh", "name_en", "item")}


def _parts(parts: Sequence[Part]) -> list[BalancePartOut]:
    return [BalancePartOut.model_validate(part) for part in parts]


def _rest(rest: Rest) -> RestOut:
    return RestOut.model_validate(rest)
