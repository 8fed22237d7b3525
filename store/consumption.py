"""Interval data of meters: the work list, the registers, the versions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier

from domain.local_day import day_end, day_start
from domain.quantity import quantities
from store.queries import sql


@dataclass(frozen=True, slots=True)
class RegisterOf:
    """The register by which a meter counts.

    Attributes
    ----------
    quantity : str
        Its name in the list of quantities.
    zone : str
        IANA zone in which the meter's days begin.
    """

    meter_id: int
    quantity: str
    zone: str


class Interval(NamedTuple):
    """Use in [start, end), with the grades of its quantity and of its shape in time."""

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    method: str
    flags: int


def touched_devices(conn: Connection, *, but: Collection[int], at_most: int) -> list[int]:
    """Devices that wait for computation, longest first, but for those named."""
    arguments = {"but": list(but), "at_most": at_most}
    rows = conn.execute(sql("consumption", "touched_devices"), arguments)
    return [device_id for (device_id,) in rows]


def take_touched(conn: Connection, device_id: int) -> set[date]:
    """Claim a device for this transaction and take its touched days off the list.

    Returns
    -------
    set of date
        Empty also when another worker has the device.
    """
    if conn.execute(sql("consumption", "claim"), {"device_id": device_id}).fetchone() != (True,):
        return set()
    rows = conn.execute(sql("consumption", "take_touched"), {"device_id": device_id})
    return {day for (day,) in rows}


def registers_of(conn: Connection, device_id: int) -> list[RegisterOf]:
    """Meters that this device counts or has counted for."""
    with conn.cursor(row_factory=class_row(RegisterOf)) as cursor:
        return cursor.execute(
            sql("consumption", "meters_of_device"), {"device_id": device_id}
        ).fetchall()


def lock_meter(conn: Connection, register: RegisterOf) -> None:
    """Be the only one to compute a meter, until the transaction ends."""
    conn.execute(sql("consumption", "lock_meter"), {"meter_id": register.meter_id})


def oldest_kept(conn: Connection, register: RegisterOf, *, now: datetime) -> datetime | None:
    """From when on all raw readings of a register are still there; None for always."""
    table = quantities()[register.quantity].table.value
    row = conn.execute(sql("consumption", "retention"), {"table": table}).fetchone()
    return None if row is None else now - row[0]


def neighbours(
    conn: Connection, register: RegisterOf, first: datetime, last: datetime
) -> tuple[datetime | None, datetime | None]:
    """Instants of the last reading at or before `first` and of the first at or after `last`."""
    row = conn.execute(
        _of_register("readings_around", register.quantity),
        {"meter_id": register.meter_id, "first": first, "last": last},
    ).fetchone()
    return row or (None, None)


def readings(
    conn: Connection, register: RegisterOf, first: datetime, last: datetime
) -> list[tuple[datetime, int, float]]:
    """Instant, device and register of every reading in [first, last], in order of time."""
    return conn.execute(
        _of_register("register_readings", register.quantity),
        {"meter_id": register.meter_id, "first": first, "last": last},
    ).fetchall()


def replace(
    conn: Connection,
    register: RegisterOf,
    intervals: Iterable[Interval],
    *,
    days: tuple[date, date],
    window: tuple[datetime, datetime],
    now: datetime,
) -> None:
    """Make `intervals` the current versions in a window of whole local days, and total the days.

    What is confirmed stays as it is; what differs is superseded, not overwritten.

    Parameters
    ----------
    days, window : tuple
        The same half-open range, as local days and as instants.
    """
    zone = ZoneInfo(register.zone)
    each = [days[0] + timedelta(days=i) for i in range((days[1] - days[0]).days)]
    arguments: dict[str, object] = {
        "meter_id": register.meter_id,
        "quantity": register.quantity,
        "zone": register.zone,
        "first": window[0],
        "last": window[1],
        "first_day": days[0],
        "end_day": days[1],
        "days": each,
        "starts": [day_start(day, zone) for day in each],
        "ends": [day_end(day, zone) for day in each],
        "now": now,
    }
    # Compared here and not by joins: the server has no statistics of what was written a moment
    # ago, and a plan made for an empty table takes minutes over a year.
    with conn.cursor(row_factory=class_row(Interval)) as cursor:
        current = set(cursor.execute(sql("consumption", "current"), arguments))
    wanted = set(intervals)
    starts = [interval.start for interval in current - wanted]
    if starts:
        conn.execute(sql("consumption", "supersede"), {**arguments, "starts": starts})
    if wanted - current:
        conn.execute(sql("consumption", "make_stage"))
        with conn.cursor().copy(sql("consumption", "fill_stage")) as copy:
            copy.set_types(("timestamptz", "timestamptz", "float8", "text", "text", "text", "int4"))
            for interval in sorted(wanted - current):
                copy.write_row(interval)
        conn.execute(sql("consumption", "add_versions"), arguments)
    conn.execute(sql("consumption", "replace_days"), arguments)


def announce(
    conn: Connection, device_id: int, changed: dict[int, tuple[date, date]], days: set[date]
) -> None:
    """Tell the consoles what changed; the last thing a transaction does.

    Parameters
    ----------
    changed : dict
        Half-open range of local days by meter.
    days : set of date
        Local days of the device that have new readings.
    """
    conn.execute(sql("consumption", "lock_outbox"))
    end_day = max(days) + timedelta(days=1)
    events: list[tuple[str, int | None, int | None, date, date]] = [
        ("readings", device_id, None, min(days), end_day)
    ]
    events += [("consumption", None, meter, *span) for meter, span in changed.items()]
    names = ("topic", "device_id", "meter_id", "first_day", "end_day")
    for event in events:
        conn.execute(sql("consumption", "announce"), dict(zip(names, event, strict=True)))
    conn.execute(sql("consumption", "notify"))


def _of_register(name: LiteralString, quantity: str) -> Composed:
    table = quantities()[quantity].table
    return SQL(sql("consumption", name)).format(
        table=Identifier(table.value), quantity=Identifier(quantity)
    )
