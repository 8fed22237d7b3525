"""Devices as the collector knows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from psycopg import Connection
from psycopg.rows import class_row

from domain.coordinates import CoordinateSystem
from store.queries import sql


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """What decides about a device's samples.

    Attributes
    ----------
    kind : str
        A `DeviceKind`; a gateway speaks for devices that its messages name.
    status : str
        pending, accepted or refused.
    profile : str
        The profile or codec whose messages may be its.
    via_id : int or None
        The gateway that alone may speak for it.
    accept_back, accept_ahead : timedelta
        How far behind and ahead of its arrival a sample may lie.
    zone : str or None
        IANA zone of the place where the device stands; None while it stands nowhere.
    coordinate_system : str
        A `CoordinateSystem`, of positions that do not name theirs.
    """

    device_id: int
    code: str
    kind: str
    status: str
    profile: str
    via_id: int | None
    accept_back: timedelta
    accept_ahead: timedelta
    zone: str | None
    coordinate_system: str = "wgs84"


@dataclass(frozen=True, slots=True, order=True)
class HeardDevice:
    """A device nobody has registered, by what its first message said.

    Attributes
    ----------
    via : str or None
        Code of the gateway that spoke for it.
    """

    code: str
    profile: str
    via: str | None


def known_devices(conn: Connection, codes: Collection[str] | None = None) -> dict[str, KnownDevice]:
    """Devices by code: every one, or those of `codes` that there are."""
    arguments = {"codes": None if codes is None else list(codes)}
    with conn.cursor(row_factory=class_row(KnownDevice)) as cursor:
        rows = cursor.execute(sql("device", "known_devices"), arguments)
        return {device.code: device for device in rows}


def state(conn: Connection) -> object:
    """What changes whenever `known_devices` would give something else."""
    return conn.execute(sql("device", "state")).fetchone()


def give_profile(conn: Connection, device_id: int, profile: str) -> int:
    """Have messages of a device, and of those behind it, read by a profile; returns of how many."""
    row = {"device_id": device_id, "profile": profile}
    return conn.execute(sql("device", "give_profile"), row).rowcount


def declared_coordinates(conn: Connection, device_id: int) -> CoordinateSystem | None:
    """What a device's positions were declared to be; None where its gateway's word counts."""
    row = conn.execute(sql("device", "declared_coordinates"), {"device_id": device_id}).fetchone()
    return None if row is None or row[0] is None else CoordinateSystem(row[0])


def declare_coordinates(conn: Connection, device_id: int, system: CoordinateSystem | None) -> bool:
    """Say what a device's positions are from now on; False if there is no such device."""
    row = {"device_id": device_id, "system": system}
    return conn.execute(sql("device", "declare_coordinates"), row).rowcount == 1


def pending_devices(conn: Connection) -> int:
    """How many devices wait to be accepted."""
    row = conn.execute(sql("device", "pending")).fetchone()
    return int(row[0]) if row else 0


def register_heard(conn: Connection, devices: Collection[HeardDevice]) -> None:
    """Put devices heard for the first time on the list of those that wait to be accepted.

    A gateway must be registered before what it speaks for.
    """
    found = sorted(devices)
    conn.execute(
        sql("device", "register_heard"),
        {
            "codes": [device.code for device in found],
            "profiles": [device.profile for device in found],
            "vias": [device.via for device in found],
        },
    )
