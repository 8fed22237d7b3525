"""Entering meters of any register, and their names. Where a meter hangs later is a move."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter
from pydantic import Field, StringConstraints

from api.body import Body
from api.problem import refuse
from api.routes.telemetry.devices import MeterOut
from api.routes.telemetry.devices import meter_out as shown
from api.scope import Caller, Scope, only_administrators
from domain.counting import CountsBy
from domain.errors import InputError, MeterTreeError
from domain.local_day import day_start
from domain.ratio import read_ratio
from domain.register_event import RegisterEvent
from domain.registry import REGISTER_OF_MEDIUM, REGISTERS_OF_MEDIUM, Medium
from domain.sentence import Sentence
from domain.sub_item import sub_items
from store.meters.meter_entry import NewMeter, enter_meter, rename_meter
from store.meters.register_event import declare
from store.people.session import audit
from store.places.place import hang_device, meters, organisations

router = APIRouter(prefix="/meters", tags=["meters"])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
METER_CODE = r"^[^\[\]\s/+#](?:[^\[\]/+#]{0,98}[^\[\]\s/+#])?$"


class MeterNames(Body):
    """What a meter is called, and what its energy is used for."""

    name_zh: Name
    name_en: Name
    item: str = Field(default="", max_length=100, description="Sub-item slug, or empty.")


class MeterIn(MeterNames):
    """A meter to be entered, with its first position."""

    code: Annotated[str, Field(pattern=METER_CODE)]
    organisation_id: int = Field(description="Where it stands.")
    medium: Medium
    quantity: str | None = Field(
        default=None,
        description="Register that counts it; null for that of the medium's use. A register of"
        " energy fed in, or of reactive energy, is a check meter beside: it is in no sum. Where a"
        " plant stands, what was fed in through the boundary has the role `fed_in`.",
    )
    role: Literal["gateway", "main", "branch", "sub", "check", "pv", "fed_in"] = Field(
        description="pv: what a plant behind the meter above makes; fed_in: what left through it."
    )
    parent_id: int | None = Field(default=None, description="Meter above it; null at the top.")
    day: date | None = Field(default=None, description="From this day on; null: for always.")
    device_id: int | None = Field(
        default=None, description="Device that counts for it; one device may for several."
    )
    ratio: str | None = Field(
        default=None,
        max_length=60,
        description="Multiplier CT x PT of its register, such as 40, 200/5, 200/5 x 10000/100.",
    )
    ratio_from: date | None = Field(
        default=None, description="Day from which it holds; null: the first day of the meter."
    )
    counts_by: CountsBy = Field(default=CountsBy.REGISTER, description="What it tells of it.")


@router.post("", status_code=HTTPStatus.CREATED)
def add_meter(wanted: MeterIn, scope: Scope) -> MeterOut:
    """Enter a meter. Its multiplier is declared with it; later ones are events of its register."""
    only_administrators(scope)
    _refuse_item(wanted.item)
    known = REGISTERS_OF_MEDIUM[wanted.medium]
    quantity = wanted.quantity or REGISTER_OF_MEDIUM[wanted.medium]
    if quantity not in known:
        template = "quantity: {quantity} does not count {medium}, want {known}"
        reason = Sentence(
            "not_a_register",
            template,
            quantity=repr(quantity),
            medium=wanted.medium,
            known=", ".join(known),
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, reason)
    new = NewMeter(
        code=wanted.code,
        medium=wanted.medium.value,
        quantity=quantity,
        item=wanted.item,
        name_zh=wanted.name_zh,
        name_en=wanted.name_en,
        place_id=wanted.organisation_id,
        parent_id=wanted.parent_id,
        role=wanted.role,
        since=_begin(scope, wanted, wanted.day),
    )
    ratio = _ratio(scope, wanted)
    try:
        meter_id = enter_meter(scope.conn, new)
        if wanted.device_id is not None:
            with scope.conn.transaction():
                hang_device(scope.conn, wanted.device_id, meter_id, wanted.counts_by)
        if ratio is not None:
            declare(scope.conn, meter_id, ratio)
    except MeterTreeError as reason:
        raise refuse(HTTPStatus.CONFLICT, reason) from None
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege):
        template = "device_id: there is no device {device}"
        told = Sentence("device_unknown_here", template, device=wanted.device_id)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told) from None
    audit(scope.conn, "meter_entered", wanted.code, wanted.model_dump(mode="json"))
    return _one(scope, meter_id)


@router.patch("/{meter_id}")
def change_names(meter_id: int, wanted: MeterNames, scope: Scope) -> MeterOut:
    """Give a meter other names and another sub-item. Medium and register never change."""
    only_administrators(scope)
    _refuse_item(wanted.item)
    before = _one(scope, meter_id)
    rename_meter(scope.conn, meter_id, **wanted.model_dump())
    audit(scope.conn, "meter_renamed", before.code, wanted.model_dump())
    return _one(scope, meter_id)


def _one(scope: Caller, meter_id: int) -> MeterOut:
    rows = meters(scope.conn, meter_ids=[meter_id])
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_meter", "there is no meter {meter}", meter=meter_id)
        )
    return shown(rows[0])


def _refuse_item(item: str) -> None:
    if item and item not in sub_items():
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence("no_item", "item: there is no {item}", item=repr(item)),
        )


def _ratio(scope: Caller, wanted: MeterIn) -> RegisterEvent | None:
    """The multiplier of its register, from when on; refused without a day: none is guessed."""
    if wanted.ratio is None:
        return None
    try:
        value = read_ratio(wanted.ratio)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    at = _begin(scope, wanted, wanted.ratio_from or wanted.day)
    if at is None:
        template = "ratio_from: from which day on does the multiplier hold?"
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, Sentence("ratio_wants_a_day", template))
    return RegisterEvent(at, "ratio", float(value), note=f"CT x PT {wanted.ratio}")


def _begin(scope: Caller, wanted: MeterIn, day: date | None) -> datetime | None:
    """When a local day of its place begins; refused ahead of now: nobody would see it yet."""
    zones = [row.zone for row in organisations(scope.conn) if row.id == wanted.organisation_id]
    if not zones or zones[0] is None:
        template = "place_id: there is no organisation {organisation}"
        reason = Sentence("no_organisation", template, organisation=wanted.organisation_id)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, reason)
    if day is None:
        return None
    since = day_start(day, ZoneInfo(zones[0]))
    if since > datetime.now(UTC):
        template = "day: {day} lies ahead; a meter is entered when it begins"
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, Sentence("day_ahead", template, day=day))
    return since
