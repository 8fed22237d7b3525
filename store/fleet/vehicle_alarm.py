"""Alarms of vehicles' terminals: what samples tell of them, and the alarms kept for the desk."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row

from domain.epoch import to_us
from store import packed
from store.queries import sql

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm; see `analytics.fleet.alarms.Alarm` for what each says."""

    code: str
    level: int
    start_at: datetime
    last_at: datetime
    end_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlarmSamples:
    """Samples of a terminal that tell of alarms, over the whole of every alarm they belong to.

    Attributes
    ----------
    ts : ndarray of int, shape (n,)
        In order. [us since 1970]
    level, flags : ndarray of int, shape (n,)
        -1 where not told.
    flag_levels : dict of int to str
        By instant [us], where levels of flags are told.
    span : tuple of datetime
        From the first to the last of them, both ends included.
    """

    ts: NDArray[np.int64]
    level: NDArray[np.int64]
    flags: NDArray[np.int64]
    flag_levels: dict[int, str]
    span: Span


def terminals_of(conn: Connection, vehicle_id: int) -> list[int]:
    """Devices that tell of a vehicle, or did."""
    rows = conn.execute(sql("vehicle_alarm", "terminals"), {"vehicle_id": vehicle_id})
    return [device_id for (device_id,) in rows]


def alarm_samples(conn: Connection, device_id: int, late: Span | None) -> AlarmSamples | None:
    """Samples by which the alarms of a touched span are told; None where it tells of none.

    The span grows to the samples beside it, and to both ends of the alarms known there.
    """
    first, end = late or (None, None)
    arguments = {"device_id": device_id, "first": first, "end": end}
    row = conn.execute(sql("vehicle_alarm", "window"), arguments).fetchone()
    if row is None or row[0] is None:
        return None
    span = {"device_id": device_id, "first": row[0], "last": row[1]}
    ts, level, flags = packed.columns(conn, sql("vehicle_alarm", "samples"), span)
    own = {to_us(at): text for at, text in conn.execute(sql("vehicle_alarm", "flag_levels"), span)}
    return AlarmSamples(ts, level.astype(np.int64), flags, own, (row[0], row[1]))


def known_alarms(conn: Connection, device_id: int, span: Span) -> list[AlarmRow]:
    """Alarms that stand and began within a span, both ends included."""
    arguments = {"device_id": device_id, "first": span[0], "last": span[1]}
    with conn.cursor(row_factory=class_row(AlarmRow)) as cursor:
        return cursor.execute(sql("vehicle_alarm", "known"), arguments).fetchall()


def change_alarms(
    conn: Connection,
    device_id: int,
    anew: Sequence[AlarmRow],
    gone: Sequence[AlarmRow],
    *,
    now: datetime,
) -> None:
    """Write alarms that are new or differ, and withdraw those that were not so."""
    told = {"device_id": device_id, "now": now}
    with conn.cursor() as cursor:
        cursor.executemany(sql("vehicle_alarm", "withdraw"), [asdict(row) | told for row in gone])
        cursor.executemany(sql("vehicle_alarm", "write"), [asdict(row) | told for row in anew])
