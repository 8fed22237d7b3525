"""Organisations, buildings, meters and devices, as far as the current person may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

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
    """A device, when it last measured, and when we last heard of it."""

    id: int
    code: str
    kind: str
    status: str
    organisation_id: int | None
    meter_id: int | None
    name_zh: str
    name_en: str
    registered_at: datetime
    last_seen: datetime | None
    last_received: datetime | None


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


def set_device_status(conn: Connection, device_id: int, status: str) -> bool:
    """Accept or refuse a device; False when the person may not."""
    arguments = {"device_id": device_id, "status": status}
    return conn.execute(sql("place", "set_device_status"), arguments).rowcount == 1


def place_device(conn: Connection, device_id: int, organisation_id: int) -> None:
    """Let a device that stands nowhere stand at an organisation, for all its readings."""
    arguments = {"device_id": device_id, "organisation_id": organisation_id}
    conn.execute(sql("place", "place_device"), arguments)


def hang_device(conn: Connection, device_id: int, meter_id: int) -> None:
    """Let a device count for a meter that has none, from its first reading on."""
    conn.execute(sql("place", "hang_device"), {"device_id": device_id, "meter_id": meter_id})


def _rows(
    conn: Connection, kind: type[Row], name: LiteralString, arguments: Mapping[str, object]
) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(sql("place", name), arguments).fetchall()
