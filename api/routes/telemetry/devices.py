"""Meters, devices, and accepting the devices that wait."""

from datetime import datetime
from http import HTTPStatus
from typing import Literal

import psycopg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.body import Body
from api.named import Organisation
from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.scope import Scope, only_administrators
from domain.counting import CountsBy
from domain.errors import InputError
from domain.quantity import quantities
from domain.sentence import Sentence
from store.people.session import audit
from store.places.place import (
    DeviceRow,
    MeterRow,
    device_facts,
    devices,
    hang_device,
    meters,
    place_device,
    set_device_status,
)

router = APIRouter(tags=["devices"])

Status = Literal["pending", "accepted", "refused"]


class MeterOut(BaseModel):
    """A metering point."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    organisation_id: int = Field(description="Where it hangs now.")
    medium: str
    role: str
    item: str = Field(description="Sub-item slug; empty for a main meter.")
    parent_id: int | None = Field(description="Meter above it in the tree of its medium.")
    name_zh: str
    name_en: str
    quantity: str = Field(description="Register by which it counts.")
    unit: str = Field(description="Unit of that register.")
    zone: str = Field(description="IANA zone in which its days begin.")
    device_id: int | None = Field(description="Device that counts for it now.")


class DeviceOut(BaseModel):
    """A device."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str = Field(description="Its name in MQTT topics.")
    kind: str
    status: Status
    profile: str = Field(description="Profile or codec whose messages may be its.")
    via_id: int | None = Field(description="Gateway that speaks for it.")
    organisation_id: int | None = Field(description="Where it stands now.")
    meter_id: int | None = Field(description="Meter it counts for now.")
    counts_by: CountsBy | None = Field(
        description="What it tells of that meter: its register, amounts of intervals, or only the"
        " rate, that is power or flow."
    )
    told_as: str | None = Field(description="Quantity under which it tells it.")
    name_zh: str
    name_en: str
    registered_at: datetime
    last_seen: datetime | None = Field(description="Newest instant it measured.")
    last_received: datetime | None = Field(description="When something of it last arrived.")
    online: bool | None = Field(
        description="What it, or the broker in its name, said last; null if nothing."
    )
    online_since: datetime | None = Field(description="When that was said.")
    clock_offset_s: float | None = Field(
        description="How far its clock is ahead of ours (behind: negative). [s]"
    )


class DeviceFactOut(BaseModel):
    """What a device tells of itself."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    value: str
    said_at: datetime


class OneDeviceOut(DeviceOut):
    """A device with what it tells of itself."""

    facts: list[DeviceFactOut]


class DeviceChange(Body):
    """What an administrator decides about a device.

    A place and a meter can be given to a device that has none. A move is a dated entry of its own.
    """

    status: Literal["accepted", "refused"]
    organisation_id: int | None = Field(default=None, description="Where it stands.")
    meter_id: int | None = Field(default=None, description="Meter it counts for.")
    counts_by: CountsBy = Field(default=CountsBy.REGISTER, description="What it tells of it.")


@router.get("/meters")
def list_meters(
    scope: Scope, organisation: Organisation = None, limit: Limit = 1000, cursor: Cursor = None
) -> Page[MeterOut]:
    """Metering points."""
    rows = meters(scope.conn, organisation_id=organisation, after=after(cursor), at_most=limit + 1)
    items = [meter_out(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/devices")
def list_devices(
    scope: Scope,
    organisation: Organisation = None,
    status: Status | None = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[DeviceOut]:
    """Devices; those that wait to be accepted are shown to system administrators."""
    rows = devices(
        scope.conn,
        organisation_id=organisation,
        status=status,
        after=after(cursor),
        at_most=limit + 1,
    )
    items = [DeviceOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/devices/{device_id}")
def one_device(device_id: int, scope: Scope) -> OneDeviceOut:
    """One device."""
    row = _device(scope, device_id)
    facts = device_facts(scope.conn, device_id)
    return OneDeviceOut(
        **DeviceOut.model_validate(row).model_dump(),
        facts=[DeviceFactOut.model_validate(fact) for fact in facts],
    )


@router.patch("/devices/{device_id}")
def change_device(device_id: int, change: DeviceChange, scope: Scope) -> DeviceOut:
    """Accept a device, with the place where it stands and the meter it counts for, or refuse it."""
    before = _device(scope, device_id)
    only_administrators(scope)
    _refuse_a_move(before, change)
    if change.status == "accepted":
        if before.organisation_id is None and change.organisation_id is None:
            raise refuse(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                Sentence("where_does_it_stand", "organisation_id: say where the device stands"),
            )
        _place(scope, before, change)
    set_device_status(scope.conn, device_id, change.status)
    audit(scope.conn, "device_status", before.code, change.model_dump())
    return DeviceOut.model_validate(_device(scope, device_id))


def _refuse_a_move(before: DeviceRow, change: DeviceChange) -> None:
    """Refuse what would have to be ignored: where a device stands is dated, never overwritten."""
    for name in ("organisation_id", "meter_id"):
        wanted, now = getattr(change, name), getattr(before, name)
        if wanted is None or wanted == now:
            continue
        if now is not None:
            raise refuse(
                HTTPStatus.CONFLICT,
                Sentence(
                    "device_has_place",
                    "{name}: {device} has {now} already, not {wanted}; a move is "
                    "a dated entry of its own, and its earlier readings stay where they were",
                    name=name,
                    device=before.code,
                    now=now,
                    wanted=wanted,
                ),
            )
        if change.status == "refused":
            raise refuse(
                HTTPStatus.CONFLICT,
                Sentence(
                    "refused_has_no_place", "{name}: a refused device is given no place", name=name
                ),
            )


def _place(scope: Scope, before: DeviceRow, change: DeviceChange) -> None:
    try:
        if before.organisation_id is None and change.organisation_id is not None:
            place_device(scope.conn, before.id, change.organisation_id)
        if before.meter_id is None and change.meter_id is not None:
            hang_device(scope.conn, before.id, change.meter_id, change.counts_by)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None
    except (psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege):
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "place_or_meter_taken",
                "the organisation or the meter does not exist, or the meter has a device already",
            ),
        ) from None


def _device(scope: Scope, device_id: int) -> DeviceRow:
    rows = devices(scope.conn, device_id=device_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_device", "there is no device {device}", device=device_id),
        )
    return rows[0]


def meter_out(row: MeterRow) -> MeterOut:
    """A meter as it is answered."""
    return MeterOut.model_validate(
        {name: getattr(row, name) for name in MeterRow.__slots__}
        | {"unit": quantities()[row.quantity].unit}
    )
