"""What is wrong with data that did arrive, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class GapRow:
    """Messages `first_number` to `last_number` of one run of a device's program, never heard."""

    id: int
    device_id: int
    device_code: str
    boot: str
    first_number: int
    last_number: int
    noticed_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """All values said about one quantity of one instant."""

    device_id: int
    device_code: str
    ts: datetime
    quantity: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class ConflictsLeftOut:
    """How often a value of a device was in conflict and not kept, because there were too many."""

    device_id: int
    device_code: str
    times: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """Why a value is doubted."""

    device_id: int
    device_code: str
    ts: datetime
    quantity: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """What a device told again on one UTC day: samples that said nothing new.

    Attributes
    ----------
    first_at, last_at : datetime
        When the first and the last of them arrived.
    oldest, newest : datetime
        Instants they are about.
    """

    day: date
    device_id: int
    device_code: str
    times: int
    first_at: datetime
    last_at: datetime
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class ClockRow:
    """How far a device's clock is ahead of ours. [s]."""

    device_id: int
    device_code: str
    offset_s: float
    estimated_at: datetime


@dataclass(frozen=True, slots=True)
class AvailabilityRow:
    """Share of each local day of a meter that has figures; None where there is none. [1]."""

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    medium: str
    shares: list[float | None]


def gaps(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    device_id: int | None = None,
    is_open: bool | None = None,
    before: int,
    at_most: int,
) -> list[GapRow]:
    """Gaps in the numbers of messages, newest first, with ids below `before`."""
    arguments = {
        "organisation_id": organisation_id,
        "device_id": device_id,
        "is_open": is_open,
        "before": before,
        "at_most": at_most,
    }
    return _rows(conn, GapRow, "gaps", arguments)


def conflicts(
    conn: Connection, *, organisation_id: int | None, device_id: int | None, at_most: int
) -> list[ConflictRow]:
    """Instants about which messages disagree, newest first."""
    where = {"organisation_id": organisation_id, "device_id": device_id, "at_most": at_most}
    return _rows(conn, ConflictRow, "conflicts", where)


def conflicts_left_out(
    conn: Connection, *, organisation_id: int | None, device_id: int | None, at_most: int
) -> list[ConflictsLeftOut]:
    """Devices of whose conflicts not all values are kept, the latest first."""
    where = {"organisation_id": organisation_id, "device_id": device_id, "at_most": at_most}
    return _rows(conn, ConflictsLeftOut, "conflicts_left_out", where)


def suspects(
    conn: Connection, *, organisation_id: int | None, device_id: int | None, at_most: int
) -> list[SuspectRow]:
    """Values that somebody doubts, newest first."""
    where = {"organisation_id": organisation_id, "device_id": device_id, "at_most": at_most}
    return _rows(conn, SuspectRow, "suspects", where)


def repeats(
    conn: Connection,
    *,
    organisation_id: int | None,
    device_id: int | None,
    below: tuple[date, int],
    at_most: int,
) -> list[RepeatRow]:
    """What was told again, by device and day of arrival, the latest first, below a key."""
    arguments = {
        "organisation_id": organisation_id,
        "device_id": device_id,
        "before_day": below[0],
        "before_device": below[1],
        "at_most": at_most,
    }
    return _rows(conn, RepeatRow, "repeats", arguments)


def clocks(
    conn: Connection, *, organisation_id: int | None, least: timedelta, at_most: int
) -> list[ClockRow]:
    """Devices whose clock is wrong by more than `least`, the worst first."""
    arguments = {
        "organisation_id": organisation_id,
        "least_s": least.total_seconds(),
        "at_most": at_most,
    }
    return _rows(conn, ClockRow, "clocks", arguments)


def availability(
    conn: Connection, meter_ids: Sequence[int], first_day: date, end_day: date
) -> list[AvailabilityRow]:
    """Coverage of meters on the local days [first_day, end_day), by meter."""
    arguments = {"meter_ids": list(meter_ids), "first_day": first_day, "end_day": end_day}
    return _rows(conn, AvailabilityRow, "availability", arguments)


def _rows(
    conn: Connection, kind: type[Row], name: LiteralString, arguments: Mapping[str, object]
) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(sql("quality", name), arguments).fetchall()
