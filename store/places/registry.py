"""Put a description of organisations, meters and devices into the store."""

from collections.abc import Iterable, Mapping
from typing import LiteralString

from psycopg import Connection

from domain.errors import ConfigurationError
from domain.registry import (
    REGISTER_OF_MEDIUM,
    REGISTERS_OF_MEDIUM,
    Device,
    Meter,
    Organisation,
    Registry,
)
from store.queries import sql


def write(conn: Connection, registry: Registry) -> None:
    """Add what the store does not have yet, and rename what it has; one transaction.

    Writing the same registry again changes nothing. A position is a dated fact: it is never moved
    from here.

    Raises
    ------
    ConfigurationError
        If an organisation stands elsewhere in the store than in the description, or a code that
        is referred to does not exist. Nothing is written.
    """
    with conn.transaction():
        _all(conn, "organisation", (_organisation(o) for o in registry.organisations))
        children = [o for o in registry.organisations if o.parent is not None]
        _all(conn, "organisation_position", (_organisation(o) for o in children))
        _refuse_misplaced(conn, children)
        areas = [o for o in registry.organisations if o.floor_area_m2 is not None]
        _all(conn, "floor_area", (_organisation(o) for o in areas))
        _all(conn, "meter", (_meter(m) for m in registry.meters))
        _all(conn, "meter_position", (_meter(m) for m in registry.meters))
        _all(conn, "device", (_device(d) for d in registry.devices))
        _all(conn, "device_place", (_device(d) for d in registry.devices))
        _all(conn, "meter_device", (_device(d) for d in registry.devices if d.meter is not None))
        _refuse_homeless(conn, registry)


def _all(conn: Connection, name: LiteralString, rows: Iterable[Mapping[str, object]]) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(sql("registry", name), rows)


def _refuse_misplaced(conn: Connection, children: list[Organisation]) -> None:
    arguments = {"codes": [o.code for o in children], "parents": [o.parent for o in children]}
    rows = conn.execute(sql("registry", "misplaced"), arguments).fetchall()
    if rows:
        names = ", ".join(name for (name,) in rows)
        raise ConfigurationError(f"{names}: stands elsewhere in the store; a move is a dated entry")


def _refuse_homeless(conn: Connection, registry: Registry) -> None:
    codes = {
        "meters": [meter.code for meter in registry.meters],
        "devices": [device.code for device in registry.devices],
    }
    rows = conn.execute(sql("registry", "homeless"), codes).fetchall()
    if rows:
        names = ", ".join(name for (name,) in rows)
        raise ConfigurationError(f"{names}: the place or meter it names does not exist")


def _organisation(organisation: Organisation) -> dict[str, object]:
    return {
        "code": organisation.code,
        "parent": organisation.parent,
        "kind": organisation.kind.value,
        "name_zh": organisation.name_zh,
        "name_en": organisation.name_en,
        "zone": organisation.zone,
        "floor_area_m2": organisation.floor_area_m2,
    }


def _meter(meter: Meter) -> dict[str, object]:
    return {
        "code": meter.code,
        "place": meter.place,
        "parent": meter.parent,
        "medium": meter.medium.value,
        "quantity": _register(meter),
        "role": meter.role.value,
        "item": meter.item,
        "name_zh": meter.name_zh,
        "name_en": meter.name_en,
    }


def _register(meter: Meter) -> str:
    """The register that counts a meter.

    Raises
    ------
    ConfigurationError
        If it does not count the meter's medium.
    """
    known = REGISTERS_OF_MEDIUM[meter.medium]
    if meter.quantity and meter.quantity not in known:
        wanted = ", ".join(known)
        raise ConfigurationError(f"meter {meter.code}: {meter.quantity!r}, want {wanted}")
    return meter.quantity or REGISTER_OF_MEDIUM[meter.medium]


def _device(device: Device) -> dict[str, object]:
    return {
        "code": device.code,
        "place": device.place,
        "kind": device.kind.value,
        "meter": device.meter,
        "name_zh": device.name_zh,
        "name_en": device.name_en,
        "since": device.since,
        "accept_back": device.accept_back,
        "counts_by": device.counts_by.value,
    }
