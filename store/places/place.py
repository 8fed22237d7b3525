"""Organisations, buildings, meters and devices, as far as the current person may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from domain.counting import CountsBy, check_counting
from store.queries import sql

Row = TypeVar("Row")
ALL = 1_000_000
"""Bound of lists that are asked for whole."""


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A node of the tree, with the zone it has or inherits."""

    id: int
    code: str
    parent_id: int | None
    kind: str
    name_zh: str
    name_en: str
    zone: str | None
    floor_area_m2: float | None


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building; `path` leads from the root down to its parent."""

    id: int
    code: str
    name_zh: str
    name_en: str
    zone: str | None
    floor_area_m2: float | None
    path: list[dict[str, int | str]]


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A metering point and the device that counts for it now."""

    id: int
    code: str
    organisation_id: int
    medium: str
    role: str
    item: str
    parent_id: int | None
    name_zh: str
    name_en: str
    quantity: str
    zone: str
    device_id: int | None


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device, when it last measured, and when we last heard of it.

    Attributes
    ----------
    profile : str
        Profile or codec whose messages may be its.
    via_id : int or None
        Gateway that speaks for it.
    counts_by : str or None
        What it tells of its meter; None without one.
    told_as : str or None
        Quantity under which it tells it.
    online : bool or None
        What it, or the broker in its name, said last, since `online_since`; None if nothing.
    clock_offset_s : float or None
        How far its clock is ahead of ours. [s]
    """

    id: int
    code: str
    kind: str
    status: str
    profile: str
    via_id: int | None
    organisation_id: int | None
    meter_id: int | None
    counts_by: str | None
    told_as: str | None
    name_zh: str
    name_en: str
    registered_at: datetime
    last_seen: datetime | None
    last_received: datetime | None
    online: bool | None
    online_since: datetime | None
    clock_offset_s: float | None


@dataclass(frozen=True, slots=True)
class DeviceFact:
    """What a device tells of itself, such as its firmware."""

    name: str
    value: str
    said_at: datetime


def organisations(conn: Connection, *, after: int = 0, at_most: int = ALL) -> list[OrganisationRow]:
    """Nodes by id."""
    return _rows(conn, OrganisationRow, "organisations", {"after": after, "at_most": at_most})


def buildings(
    conn: Connection, *, building_id: int | None = None, after: int = 0, at_most: int = ALL
) -> list[BuildingRow]:
    """Buildings by id, or the one asked for."""
    arguments = {"building_id": building_id, "after": after, "at_most": at_most}
    return _rows(conn, BuildingRow, "buildings", arguments)


def meters(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    meter_ids: Sequence[int] | None = None,
    after: int = 0,
    at_most: int = ALL,
) -> list[MeterRow]:
    """Meters at an organisation or below it, or those with the given ids."""
    arguments = {
        "organisation_id": organisation_id,
        "meter_ids": None if meter_ids is None else list(meter_ids),
        "after": after,
        "at_most": at_most,
    }
    return _rows(conn, MeterRow, "meters", arguments)


def devices(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    status: str | None = None,
    device_id: int | None = None,
    after: int = 0,
    at_most: int = ALL,
) -> list[DeviceRow]:
    """Devices by id."""
    arguments = {
        "organisation_id": organisation_id,
        "status": status,
        "device_id": device_id,
        "after": after,
        "at_most": at_most,
    }
    return _rows(conn, DeviceRow, "devices", arguments)


def device_facts(conn: Connection, device_id: int) -> list[DeviceFact]:
    """What a device tells of itself, by name."""
    return _rows(conn, DeviceFact, "device_facts", {"device_id": device_id})


def set_device_status(conn: Connection, device_id: int, status: str) -> bool:
    """Accept or refuse a device, and with it its channels; False when the person may not.

    A channel that waits is accepted where its device stands.
    """
    arguments = {"device_id": device_id, "status": status}
    if status == "accepted":
        conn.execute(sql("place", "place_channels"), arguments)
    conn.execute(sql("place", "set_channel_status"), arguments)
    return conn.execute(sql("place", "set_device_status"), arguments).rowcount == 1


def place_device(conn: Connection, device_id: int, organisation_id: int) -> None:
    """Let a device that stands nowhere stand at an organisation, for all its readings."""
    arguments = {"device_id": device_id, "organisation_id": organisation_id}
    conn.execute(sql("place", "place_device"), arguments)


def hang_device(
    conn: Connection, device_id: int, meter_id: int, counts_by: CountsBy = CountsBy.REGISTER
) -> None:
    """Let a device count for a meter that has none, from its first reading on.

    Raises
    ------
    InputError
        If no power or flow comes to the meter's quantity, and that is all the device tells.
    """
    _change_counting(conn, "hang_device", device_id, meter_id, counts_by)


def recount(conn: Connection, device_id: int, meter_id: int, counts_by: CountsBy) -> None:
    """Correct what a device tells of the meter for which it counts now.

    Raises
    ------
    InputError
        As `hang_device` does.
    """
    _change_counting(conn, "recount", device_id, meter_id, counts_by)


def _change_counting(
    conn: Connection, name: LiteralString, device_id: int, meter_id: int, counts_by: CountsBy
) -> None:
    for meter in meters(conn, meter_ids=[meter_id]):
        check_counting(meter.quantity, counts_by, place=meter.code)
    arguments = {"device_id": device_id, "meter_id": meter_id, "counts_by": counts_by.value}
    conn.execute(sql("place", name), arguments)


def _rows(
    conn: Connection, kind: type[Row], name: LiteralString, arguments: Mapping[str, object]
) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(sql("place", name), arguments).fetchall()
