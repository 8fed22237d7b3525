"""Virtual meters: what they are computed from, and from when on."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from psycopg.errors import InsufficientPrivilege, UniqueViolation
from pydantic import BaseModel, ConfigDict, Field

from api.body import Body
from api.problem import refuse
from api.scope import Caller, Scope, only_administrators
from domain.errors import FormulaError, InputError, MeterTreeError
from domain.formula import LONGEST, Formula, read_formula
from domain.local_day import day_start
from domain.registry import REGISTER_OF_MEDIUM, Medium
from domain.sentence import Sentence
from domain.sub_item import sub_items
from store.meters.virtual_meter import end, enter, formulas, set_formula
from store.people.session import audit
from store.places.place import MeterRow, meters, organisations

router = APIRouter(prefix="/virtual-meters", tags=["meters"])

FormulaText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="Meters' codes in brackets, numbers, + - * and parentheses.",
        examples=["[hall-e] - 0.5 * [hall-e-hvac]"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class FormulaOut(BaseModel):
    """A formula, in force from when to when; null stands for always."""

    model_config = ConfigDict(from_attributes=True)

    formula: str
    first: datetime | None
    end: datetime | None


class VirtualMeterOut(BaseModel):
    """A virtual meter with its formulas, oldest first; its figures are asked for as any other's."""

    id: int
    code: str
    organisation_id: int
    medium: str
    item: str
    name_zh: str
    name_en: str
    formulas: list[FormulaOut]


class VirtualMeterList(BaseModel):
    """Virtual meters by id."""

    items: list[VirtualMeterOut]


class NewVirtualMeter(Body):
    """A virtual meter to be entered."""

    code: Annotated[str, Field(pattern=r"^[^\[\]\s/+#](?:[^\[\]/+#]{0,98}[^\[\]\s/+#])?$")]
    place_id: int = Field(description="Organisation whose use it shows.")
    medium: Medium
    item: str = Field(default="", description="Sub-item slug, or empty.")
    name_zh: Name
    name_en: Name
    formula: FormulaText
    day: date | None = Field(default=None, description="From this day on; null: for always.")


class NewFormula(Body):
    """A formula in force from the beginning of a local day on."""

    formula: FormulaText
    day: date


@router.get("")
def list_virtual_meters(
    scope: Scope, organisation: Annotated[int | None, Query(description="And below.")] = None
) -> VirtualMeterList:
    """Virtual meters that stand somewhere now."""
    rows = (row for row in meters(scope.conn, organisation_id=organisation))
    return VirtualMeterList(items=[_out(scope, row) for row in rows if row.role == "virtual"])


@router.post("", status_code=HTTPStatus.CREATED)
def add_virtual_meter(wanted: NewVirtualMeter, scope: Scope) -> VirtualMeterOut:
    """Enter a virtual meter; its figures follow within seconds."""
    only_administrators(scope)
    formula = _read(wanted.formula)
    if wanted.item and wanted.item not in sub_items():
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence("no_item", "item: there is no {item}", item=repr(wanted.item)),
        )
    since = None if wanted.day is None else _begin(scope, wanted.place_id, wanted.day)
    if since is not None and since > datetime.now(UTC):
        detail = Sentence(
            "day_ahead", "day: {day} lies ahead; a meter is entered when it begins", day=wanted.day
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    meter = {
        **wanted.model_dump(include={"code", "item", "name_zh", "name_en"}),
        "medium": wanted.medium.value,
        "quantity": REGISTER_OF_MEDIUM[wanted.medium],
    }
    try:
        with scope.conn.transaction():
            meter_id = enter(scope.conn, meter, place_id=wanted.place_id, since=since)
            set_formula(scope.conn, meter_id, formula, since=since)
    except UniqueViolation:
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("meter_exists", "code: there is a meter {meter} already", meter=wanted.code),
        ) from None
    except InsufficientPrivilege:
        detail = Sentence(
            "no_organisation",
            "place_id: there is no organisation {organisation}",
            organisation=wanted.place_id,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
    except MeterTreeError as reason:
        raise refuse(HTTPStatus.CONFLICT, reason) from None
    audit(scope.conn, "virtual_meter_added", wanted.code, wanted.model_dump(mode="json"))
    return _out(scope, _virtual(scope, meter_id))


@router.get("/{meter_id}")
def one_virtual_meter(meter_id: int, scope: Scope) -> VirtualMeterOut:
    """One virtual meter."""
    return _out(scope, _virtual(scope, meter_id))


@router.post("/{meter_id}/formulas", status_code=HTTPStatus.CREATED)
def change_formula(meter_id: int, wanted: NewFormula, scope: Scope) -> VirtualMeterOut:
    """Let another formula be in force from a day on; earlier days keep theirs."""
    only_administrators(scope)
    row = _virtual(scope, meter_id)
    formula = _read(wanted.formula)
    try:
        since = day_start(wanted.day, ZoneInfo(row.zone))
        set_formula(scope.conn, meter_id, formula, since=since)
    except MeterTreeError as reason:
        raise refuse(HTTPStatus.CONFLICT, reason) from None
    audit(scope.conn, "virtual_meter_formula", row.code, wanted.model_dump(mode="json"))
    return _out(scope, row)


@router.delete("/{meter_id}", status_code=HTTPStatus.NO_CONTENT)
def end_virtual_meter(
    meter_id: int, scope: Scope, day: Annotated[date, Query(description="First day without it.")]
) -> None:
    """End a virtual meter: it has no figures from a day on, and keeps the earlier ones."""
    only_administrators(scope)
    row = _virtual(scope, meter_id)
    try:
        end(scope.conn, meter_id, day_start(day, ZoneInfo(row.zone)))
    except MeterTreeError as reason:
        raise refuse(HTTPStatus.CONFLICT, reason) from None
    audit(scope.conn, "virtual_meter_ended", row.code, {"day": day.isoformat()})


def _read(text: str) -> Formula:
    try:
        return read_formula(text)
    except FormulaError as reason:
        placed = InputError(reason.reason, place=f"formula: {reason.place}")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, placed) from None


def _begin(scope: Caller, place_id: int, day: date) -> datetime:
    zones = (row.zone for row in organisations(scope.conn) if row.id == place_id)
    zone = next(zones, None)
    if zone is None:
        detail = Sentence(
            "no_organisation",
            "place_id: there is no organisation {organisation}",
            organisation=place_id,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return day_start(day, ZoneInfo(zone))


def _virtual(scope: Caller, meter_id: int) -> MeterRow:
    rows = meters(scope.conn, meter_ids=[meter_id])
    if not rows or rows[0].role != "virtual":
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_virtual_meter", "there is no virtual meter {meter}", meter=meter_id),
        )
    return rows[0]


def _out(scope: Caller, row: MeterRow) -> VirtualMeterOut:
    return VirtualMeterOut(
        id=row.id,
        code=row.code,
        organisation_id=row.organisation_id,
        medium=row.medium,
        item=row.item,
        name_zh=row.name_zh,
        name_en=row.name_en,
        formulas=[FormulaOut.model_validate(each) for each in formulas(scope.conn, row.id)],
    )
