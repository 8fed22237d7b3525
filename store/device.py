"""Devices as the collector knows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """What decides about a device's samples.

    Attributes
    ----------
    status : str
        pending, accepted or refused.
    accept_back, accept_ahead : timedelta
        How far behind and ahead of its arrival a sample may lie.
    zone : str or None
        IANA zone of the place where the device stands; None while it stands nowhere.
    """

    device_id: int
    code: str
    status: str
    accept_back: timedelta
    accept_ahead: timedelta
    zone: str | None


def known_devices(conn: Connection) -> dict[str, KnownDevice]:
    """Every device by code."""
    with conn.cursor(row_factory=class_row(KnownDevice)) as cursor:
        return {device.code: device for device in cursor.execute(sql("device", "known_devices"))}


def register_pending(conn: Connection, codes: Collection[str]) -> None:
    """Put devices heard for the first time on the list of those that wait to be accepted."""
    conn.execute(sql("device", "register_pending"), {"codes": sorted(codes)})
