"""How late the readings of devices came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from domain.reading import Quality
from store.queries import sql
from store.telemetry.reading_table import shapes


@dataclass(slots=True)
class LateRow:
    """Readings of a device: how many there are, and how many came late.

    Attributes
    ----------
    late : int
        Arrived more than the patience asked for after their instant.
    said_late : int
        History by their sender's own word.
    longest : timedelta
        From instant to arrival, at worst.
    """

    device_id: int
    device_code: str
    readings: int = 0
    late: int = 0
    said_late: int = 0
    longest: timedelta = timedelta(0)


def reading_devices(
    conn: Connection,
    *,
    organisation_id: int | None,
    device_id: int | None,
    after: int,
    at_most: int,
) -> list[tuple[int, str]]:
    """Ids and codes of accepted devices, by id."""
    arguments = {
        "organisation_id": organisation_id,
        "device_id": device_id,
        "after": after,
        "at_most": at_most,
    }
    return conn.execute(sql("lateness", "reading_devices"), arguments).fetchall()


def late(
    conn: Connection,
    devices: Sequence[tuple[int, str]],
    first: datetime,
    last: datetime,
    *,
    patience: timedelta,
) -> list[LateRow]:
    """How late the readings of [first, last) of some devices came, in the order of the devices."""
    found = {device: LateRow(device, code) for device, code in devices}
    arguments = {
        "device_ids": list(found),
        "first": first,
        "last": last,
        "patience": patience,
        "late_flag": Quality.LATE.value,
    }
    with conn.cursor(row_factory=dict_row) as cursor:
        for shape in shapes():
            text = SQL(sql("lateness", "late")).format(table=Identifier(shape.name))
            for part in cursor.execute(text, arguments):
                row = found[part["device_id"]]
                row.readings += part["readings"]
                row.late += part["late"]
                row.said_late += part["said_late"]
                row.longest = max(row.longest, part["longest"])
    return list(found.values())
