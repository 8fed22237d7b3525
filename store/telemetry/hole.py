"""Spans of which no register tells the use, and why: missing is not zero, and says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.epoch import to_us
from store.meters.consumption import RegisterOf
from store.meters.interval_version import LocalDays
from store.queries import sql


class Hole(NamedTuple):
    """A span [start, end) of one local day without a figure, and the flags that say why."""

    start: datetime
    end: datetime
    flags: int


class MeterHole(NamedTuple):
    """A span of a meter without a figure."""

    meter_id: int
    start: datetime
    end: datetime
    flags: int


def replace_holes(
    conn: Connection, register: RegisterOf, wanted: set[Hole], days: LocalDays, *, now: datetime
) -> set[date]:
    """Make `wanted` the current spans without a figure of some days; the days that changed."""
    first, last = days.window
    arguments = {
        "meter_id": register.meter_id,
        "quantity": register.quantity,
        "first": first,
        "last": last,
        "now": now,
    }
    known = {Hole(*row) for row in conn.execute(sql("consumption", "holes"), arguments)}
    if gone := known - wanted:
        starts = [hole.start for hole in gone]
        conn.execute(sql("consumption", "supersede_holes"), {**arguments, "starts": starts})
    if new := sorted(wanted - known):
        columns = {
            "starts": [hole.start for hole in new],
            "ends": [hole.end for hole in new],
            "flags": [hole.flags for hole in new],
        }
        conn.execute(sql("consumption", "add_holes"), arguments | columns)
    bounds = days.bounds.tolist()
    return {
        days.day(sum(bound <= to_us(hole.start) for bound in bounds) - 1) for hole in known ^ wanted
    }


def holes(
    conn: Connection,
    meter_ids: Sequence[int],
    first: datetime,
    last: datetime,
    *,
    as_of: datetime | None = None,
) -> list[MeterHole]:
    """Spans without a figure that begin in [first, last), as of an instant; None for now."""
    arguments = {
        "meter_ids": list(meter_ids),
        "first": first,
        "last": last,
        "as_of": as_of or "infinity",
    }
    with conn.cursor(row_factory=class_row(MeterHole)) as cursor:
        return cursor.execute(sql("figure", "holes"), arguments).fetchall()


@dataclass(frozen=True, slots=True)
class HoleRow:
    """A span [start, end) of a meter without a figure, over midnights for one reason as one.

    Attributes
    ----------
    device_id : int or None
        The device that told of the meter when it began.
    """

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    zone: str
    device_id: int | None
    start: datetime
    end: datetime
    flags: int


def latest_holes(
    conn: Connection, *, organisation_id: int | None, meter_id: int | None, at_most: int
) -> list[HoleRow]:
    """Spans without a figure as known now, the latest first, as far as the person may see."""
    arguments = {"organisation_id": organisation_id, "meter_id": meter_id, "at_most": at_most}
    with conn.cursor(row_factory=class_row(HoleRow)) as cursor:
        return cursor.execute(sql("hole", "latest"), arguments).fetchall()
