"""Meters, devices, and accepting the devices that wait."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.page import Cursor, Limit, Page, after, encode
from api.problem import refuse
from api.scope import Scope
from domain.quantity import quantities
from store.place import (
    DeviceRow,
    MeterRow,
    devices,
    hang_device,
    meters,
    place_device,
    set_device_status,
)
from store.session import audit

router = APIRouter(tags=["devices"])

Status = Literal["pending", "accepted", "refused"]
Organisation = Annotated[
    int | None, Query(description="That organisation and everything below it; none for all.")
]


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
    organisation_id: int | None = Field(description="Where it stands now.")
    meter_id: int | None = Field(description="Meter it counts for now.")
    name_zh: str
    name_en: str
    registered_at: datetime
    last_seen: datetime | None = Field(description="Newest instant it measured.")
    last_received: datetime | None = Field(description="When something of it last arrived.")


class DeviceChange(BaseModel):
    """What an administrator decides about a device."""

    status: Literal["accepted", "refused"]
    organisation_id: int | None = Field(default=None, description="Where it stands.")
    meter_id: int | None = Field(default=None, description="Meter it counts for.")


@router.get("/meters")
def list_meters(
    scope: Scope, organisation: Organisation = None, limit: Limit = 1000, cursor: Cursor = None
) -> Page[MeterOut]:
    """Metering points."""
    rows = meters(scope.conn, organisation_id=organisation, after=after(cursor), at_most=limit + 1)
    items = [_meter(row) for row in rows[:limit]]
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


@router.patch("/devices/{device_id}")
def change_device(device_id: int, change: DeviceChange, scope: Scope) -> DeviceOut:
    """Accept a device, with the place where it stands and the meter it counts for, or refuse it."""
    before = _device(scope, device_id)
    if "system_administrator" not in scope.person.roles:
        raise refuse(HTTPStatus.FORBIDDEN, "only a system administrator may do this")
    if change.status == "accepted" and before.organisation_id is None:
        if change.organisation_id is None:
            raise refuse(
                HTTPStatus.UNPROCESSABLE_ENTITY, "organisation_id: say where the device stands"
            )
        try:
            place_device(scope.conn, device_id, change.organisation_id)
            if change.meter_id is not None:
                hang_device(scope.conn, device_id, change.meter_id)
        except (psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege):
            raise refuse(
                HTTPStatus.CONFLICT,
                "the organisation or the meter does not exist, or the meter has a device already",
            ) from None
    set_device_status(scope.conn, device_id, change.status)
    audit(scope.conn, "device_status", before.code, change.model_dump())
    return DeviceOut.model_validate(_device(scope, device_id))


def _device(scope: Scope, device_id: int) -> DeviceRow:
    rows = devices(scope.conn, device_id=device_id)
    if not rows:
        raise refuse(HTTPStatus.NOT_FOUND, f"there is no device {device_id}")
    return rows[0]


def _meter(row: MeterRow) -> MeterOut:
    return MeterOut.model_validate(
        {name: getattr(row, name) for name in MeterRow.__slots__}
        | {"unit": quantities()[row.quantity].unit}
    )
