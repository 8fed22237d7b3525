"""Values of gauges over time, for people, under their scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from domain.quantity import Kind, Quantity, quantities
from store.queries import sql


@dataclass(frozen=True, slots=True)
class GaugePoint:
    """Mean, least and greatest value in the bin that begins at `at`, in the gauge's unit."""

    at: datetime
    mean: float
    least: float
    greatest: float


@cache
def gauges() -> Mapping[str, Quantity]:
    """Quantities that have a series: every gauge but angles, of which there is no mean."""
    return MappingProxyType(
        {q.name: q for q in quantities().values() if q.kind is Kind.GAUGE and q.unit != "deg"}
    )


def device_zone(conn: Connection, device_id: int) -> str | None:
    """Zone of the place where a device stands; None when the person may not see the device."""
    row = conn.execute(sql("gauge", "zone"), {"device_id": device_id}).fetchone()
    return None if row is None else row[0]


def of_readings(
    conn: Connection,
    device_id: int,
    gauge: Quantity,
    first: datetime,
    last: datetime,
    *,
    width: timedelta,
) -> list[GaugePoint]:
    """From the readings themselves, in bins of `width`, in [first, last)."""
    arguments = {"device_id": device_id, "first": first, "last": last, "width": width}
    return _points(conn, "readings", gauge, arguments)


def of_hours(
    conn: Connection, device_id: int, gauge: Quantity, first: datetime, last: datetime
) -> list[GaugePoint]:
    """Per UTC hour that begins in [first, last)."""
    arguments = {"device_id": device_id, "first": first, "last": last}
    return _points(conn, "hours", gauge, arguments)


def of_days(
    conn: Connection,
    device_id: int,
    gauge: Quantity,
    first: datetime,
    last: datetime,
    *,
    zone: str,
) -> list[GaugePoint]:
    """Per local day, from its hours: `mean` weighs them alike, however often they were read."""
    arguments = {"device_id": device_id, "first": first, "last": last, "zone": zone}
    return _points(conn, "days", gauge, arguments)


def _points(
    conn: Connection, name: LiteralString, gauge: Quantity, arguments: Mapping[str, object]
) -> list[GaugePoint]:
    statement = SQL(sql("gauge", name)).format(
        table=Identifier(gauge.table.value),
        hours=Identifier(f"{gauge.table.value}_hour"),
        gauge=Identifier(gauge.name),
        mean=Identifier(f"mean_{gauge.name}"),
        least=Identifier(f"least_{gauge.name}"),
        greatest=Identifier(f"greatest_{gauge.name}"),
    )
    with conn.cursor(row_factory=class_row(GaugePoint)) as cursor:
        return cursor.execute(statement, arguments).fetchall()
