"""What was heard of vehicles: hours of silence, and what a terminal told during a charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """Whole hours in which nothing was heard of a vehicle, in [start_at, end_at)."""

    vehicle_id: int
    start_at: datetime
    end_at: datetime


class CoursePoint(NamedTuple):
    """Mean power into the battery [kW] and state of charge [%] from an instant on."""

    at: datetime
    kw: float | None
    soc_pct: float | None


def silences(
    conn: Connection, vehicle_ids: Sequence[int], first: datetime, end: datetime, *, now: datetime
) -> list[SilenceRow]:
    """Runs of whole hours of [first, end), over by now, of which nothing was heard, in order."""
    arguments = {"vehicle_ids": list(vehicle_ids), "first": first, "end": end, "now": now}
    with conn.cursor(row_factory=class_row(SilenceRow)) as cursor:
        return cursor.execute(sql("vehicle_heard", "silences"), arguments).fetchall()


def charge_span(
    conn: Connection, vehicle_id: int, segment_id: str
) -> tuple[datetime, datetime] | None:
    """Start and end of a charge; None where there is none that may be seen."""
    arguments = {"vehicle_id": vehicle_id, "segment_id": segment_id}
    return conn.execute(sql("vehicle_heard", "charge"), arguments).fetchone()


def charge_course(
    conn: Connection, vehicle_id: int, segment_id: str, width: timedelta
) -> list[CoursePoint]:
    """What was told during a charge, in bins of a width, in order; bins without a sample lack."""
    arguments = {"vehicle_id": vehicle_id, "segment_id": segment_id, "width": width}
    rows = conn.execute(sql("vehicle_heard", "course"), arguments)
    return [CoursePoint(*row) for row in rows]
