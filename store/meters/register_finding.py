"""Where registers fell, passed their size or told what cannot be, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from domain.consumption_flag import ConsumptionFlag as Flag
from domain.quantity import quantities
from store.queries import sql

RESTARTS = Flag.FALL | Flag.ROLLOVER | Flag.RESET | Flag.SWAP
"""The register began again: fell, passed its size, was set, or was replaced."""
IMPLAUSIBLE = Flag.OUT_OF_RANGE | Flag.ZEROS | Flag.SPIKE | Flag.JITTER | Flag.JUMP | Flag.SURGE
"""Readings beyond what the register, or its meter, can tell."""
_RISES = Flag.SPIKE | Flag.JUMP | Flag.SURGE


class Key(NamedTuple):
    """What a finding is listed by: local day, meter, and the bit of its kind."""

    day: date
    meter_id: int
    kind: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A local day [day_start, day_end) of a meter in which something of one kind was found."""

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    quantity: str
    zone: str
    day: date
    kind: int
    day_start: datetime
    day_end: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the register engine made of it.

    Attributes
    ----------
    start, end : datetime or None
        Span of the intervals it is about.
    used : float or None
        Counted in those that have a figure. [unit of the quantity]
    unknown_s : float
        So long nobody knows what was used. [s]
    """

    start: datetime | None
    end: datetime | None
    used: float | None
    unknown_s: float


@dataclass(frozen=True, slots=True)
class RegisterStep:
    """Two readings, one after the other, as the device sent them. [unit of the quantity]."""

    device_id: int
    device_code: str
    before_at: datetime
    before: float
    after_at: datetime
    after: float


def findings(
    conn: Connection,
    kinds: Flag,
    first_day: date,
    end_day: date,
    *,
    organisation_id: int | None,
    device_id: int | None,
    below: Key,
    at_most: int,
) -> list[FindingRow]:
    """Days of meters with something of `kinds`, the latest first, as far as the person may see."""
    arguments = {
        "kinds": [int(kind) for kind in Flag if kind in kinds],
        "first_day": first_day,
        "end_day": end_day,
        "organisation_id": organisation_id,
        "device_id": device_id,
        "before_day": below.day,
        "before_meter": below.meter_id,
        "before_kind": below.kind,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(FindingRow)) as cursor:
        return cursor.execute(sql("register_finding", "findings"), arguments).fetchall()


def told(conn: Connection, rows: Sequence[FindingRow]) -> list[tuple[Told, RegisterStep | None]]:
    """What was made of each, and the readings between which it happened; None without any."""
    return [_told(conn, row) for row in rows]


def _told(conn: Connection, row: FindingRow) -> tuple[Told, RegisterStep | None]:
    arguments = {
        "meter_id": row.meter_id,
        "quantity": row.quantity,
        "kind": row.kind,
        "day_start": row.day_start,
        "day_end": row.day_end,
    }
    with conn.cursor(row_factory=class_row(Told)) as cursor:
        found = cursor.execute(sql("register_finding", "told"), arguments).fetchall()[0]
    names = {
        "table": Identifier(quantities()[row.quantity].table.value),
        "quantity": Identifier(row.quantity),
    }
    span = {
        "meter_id": row.meter_id,
        "first": found.start or row.day_start,
        "last": found.end or row.day_end,
        "sought": _sought(Flag(row.kind)),
    }
    with conn.cursor(row_factory=class_row(RegisterStep)) as cursor:
        text = SQL(sql("register_finding", "step")).format(**names)
        return found, cursor.execute(text, span).fetchone()


def _sought(kind: Flag) -> int:
    """Whether the step to be shown falls (-1), rises (1), or is the greatest of either (0)."""
    if kind & _RISES:
        return 1
    return 0 if kind is Flag.OUT_OF_RANGE else -1
