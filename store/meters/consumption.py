"""Interval data of meters: the work list, the registers, the versions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier, Literal

from domain.counting import RATES, CountsBy
from domain.quantity import quantities
from store import packed
from store.queries import sql

WAYS = tuple(CountsBy)
"""Ways of telling what a meter counts, in the order in which the database numbers them."""
_BY_REGISTER: dict[str, LiteralString] = {
    "value": "register_value",
    "level": "register_value",
    "told_name": "register_name",
    "way": "register_way",
}
_ANY_WAY: dict[str, LiteralString] = {
    "value": "any_value",
    "level": "any_level",
    "told_name": "any_name",
    "way": "any_way",
}


@dataclass(frozen=True, slots=True)
class RegisterOf:
    """The register by which a meter counts.

    Attributes
    ----------
    quantity : str
        Its name in the list of quantities.
    zone : str
        IANA zone in which the meter's days begin.
    mixed : bool
        Some device tells, or told, no register: amounts, or only power or flow.
    """

    meter_id: int
    quantity: str
    zone: str
    mixed: bool = False


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
    conn: Connection, register: RegisterOf, first: datetime, last: datetime, *, edited: bool
) -> tuple[datetime | None, datetime | None]:
    """Instants of the last reading at or before `first` and of the first at or after `last`.

    Parameters
    ----------
    edited : bool
        Pass over what people left out.
    """
    row = conn.execute(
        _of_register("readings_around", register, edited=edited),
        {"meter_id": register.meter_id, "first": first, "last": last},
    ).fetchone()
    return row or (None, None)


def elsewhere(
    conn: Connection, register: RegisterOf, at: datetime, level: float, *, edited: bool
) -> tuple[datetime | None, ...]:
    """Instants of the readings nearest to one that tell something else, and of the outermost ones.

    Parameters
    ----------
    level : float
        What the register tells at `at`; of a rate that feeds in, nothing. [unit of the quantity]
    edited : bool
        Pass over what people left out.

    Returns
    -------
    tuple
        Of the last such reading before `at` and the first one after it, None where there is none,
        and of the first and the last reading of the meter at all.
    """
    row = conn.execute(
        _of_register("readings_elsewhere", register, edited=edited),
        {"meter_id": register.meter_id, "at": at, "level": level},
    ).fetchone()
    return row or (None, None, None, None)


def readings(
    conn: Connection, register: RegisterOf, first: datetime, last: datetime, *, edited: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]:
    """Columns of the readings in [first, last], in order of time.

    Parameters
    ----------
    edited : bool
        Take what people corrected for what came.

    Returns
    -------
    tuple of ndarray
        Instant [us], device, what it told [unit of the quantity; of a rate, that per hour], and in
        which way: its place in `CountsBy`.
    """
    query = _of_register("register_readings", register, edited=edited)
    arguments = {"meter_id": register.meter_id, "first": first, "last": last}
    ts, device, value, way = packed.columns(conn, query, arguments)
    if register.mixed and (rate := RATES.get(register.quantity)) is not None:
        value = np.where(way == WAYS.index(CountsBy.RATE), value * rate.per_hour, value)
    order = np.lexsort((value, device, ts))
    # A value in conflict is told twice: in its row and among those that disagree.
    again = np.zeros(len(ts), np.bool_)
    again[1:] = (np.diff(ts[order]) == 0) & (np.diff(value[order]) == 0)
    order = order[~again]
    return ts[order], device[order], value[order], way[order]


class KnownDay(NamedTuple):
    """A local day that has figures; how much of it they cover [s], and whether all of it."""

    day: date
    value: float
    covered_s: int
    estimated: bool
    flags: int
    whole: bool


def known_days(conn: Connection, register: RegisterOf, first: date, end: date) -> list[KnownDay]:
    """Local days [first, end) of a meter that have figures."""
    arguments = {
        "meter_id": register.meter_id,
        "quantity": register.quantity,
        "first": first,
        "end": end,
    }
    return [KnownDay(*row) for row in conn.execute(sql("consumption", "known_days"), arguments)]


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
    end_day = max(days) + timedelta(days=1)
    events: list[tuple[str, int | None, int | None, date, date]] = [
        ("readings", device_id, None, min(days), end_day)
    ]
    events += [("consumption", None, meter, *span) for meter, span in changed.items()]
    names = ("topic", "device_id", "meter_id", "first_day", "end_day")
    with conn.pipeline():  # one way to the server and back for all of it
        conn.execute(sql("consumption", "lock_outbox"))
        for event in events:
            conn.execute(sql("consumption", "announce"), dict(zip(names, event, strict=True)))
        conn.execute(sql("consumption", "notify"))


def _of_register(name: LiteralString, register: RegisterOf, *, edited: bool) -> Composed:
    """A query of readings, of what the meter's devices tell and under which name."""
    prefix = "edited_" if edited else ""
    rate = RATES.get(register.quantity)
    names = {
        "quantity": Identifier(register.quantity),
        "gauge": Literal(None) if rate is None else Identifier("r", rate.gauge),
        "per_hour": Literal(None if rate is None else rate.per_hour),
        "name": Literal(register.quantity),
    }
    told = {
        each: SQL(sql("consumption", how)).format(**names)
        for each, how in (_ANY_WAY if register.mixed else _BY_REGISTER).items()
    }
    table = Identifier(prefix + quantities()[register.quantity].table.value)
    return SQL(sql("consumption", name)).format(table=table, **told)
