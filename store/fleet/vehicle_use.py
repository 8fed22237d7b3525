"""Trips, charges and alarms of vehicles as people may see them, and their tracks by leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.fleet.vehicle_segment import SegmentFigures
from store.places.place import ALL
from store.queries import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRow(SegmentFigures):
    """A trip, stop or charge of a vehicle, by the version that was known at an instant.

    Attributes
    ----------
    versions : int
        How many there are by now.
    pile_id, pile : int or None, str or None
        Our own pile that gave a charge.
    pile_kwh : float or None
        What its meter counted for it. [kWh]
    loss : float or None
        1 - into the battery / from the pile; None where either is not told, or in part only. [1]
    uncounted_s : int or None
        Of the charge, without a figure of the pile's meter. None without a pile of our own, or
        where the person may not see its meter. [s]
    """

    vehicle_id: int
    known_at: datetime
    superseded_at: datetime | None
    versions: int
    pile_id: int | None
    pile: str | None
    pile_kwh: float | None
    loss: float | None
    uncounted_s: int | None
    matched_by: list[str] | None


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A trip or charge as a bar of the day; `implausible`: in no total. km, kwh: of the segment."""

    vehicle_id: int
    id: str
    kind: str
    start_at: datetime
    end_at: datetime
    km: float | None
    kwh: float | None
    estimated: bool
    implausible: bool


@dataclass(frozen=True, slots=True)
class ToldAlarm:
    """An alarm of a vehicle's terminal; end_at None: it still stands."""

    device_id: int
    code: str
    level: int
    start_at: datetime
    last_at: datetime
    end_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a vehicle was. WGS-84 [deg], [km/h]."""

    ts: datetime
    latitude_deg: float
    longitude_deg: float
    speed_kmh: float | None


@dataclass(frozen=True, slots=True)
class TrackReadRow:
    """A reading of a track: who, which, why."""

    id: int
    vehicle_id: int
    first_at: datetime
    end_at: datetime
    reason: str
    person: str | None
    at: datetime


def segments(
    conn: Connection,
    kind: str,
    first: datetime,
    end: datetime,
    *,
    vehicle_id: int | None = None,
    organisation_id: int | None = None,
    as_of: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    at_most: int = ALL,
) -> list[UseRow]:
    """Segments of a kind that begin in [first, end), in order of start.

    Parameters
    ----------
    as_of : datetime, optional
        By what was known then; none: by the current versions.
    after : tuple of datetime and str, optional
        Start and name of the last one of the page before.
    """
    arguments = {
        "kind": kind,
        "first": first,
        "end": end,
        "vehicle_id": vehicle_id,
        "organisation_id": organisation_id,
        "as_of": as_of,
        "after_at": None if after is None else after[0],
        "after_id": None if after is None else after[1],
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(UseRow)) as cursor:
        return cursor.execute(sql("vehicle_use", "segments"), arguments).fetchall()


def versions(conn: Connection, vehicle_id: int, segment_id: str) -> list[UseRow]:
    """Every version of a segment, the newest first."""
    arguments = {"vehicle_id": vehicle_id, "segment_id": segment_id}
    with conn.cursor(row_factory=class_row(UseRow)) as cursor:
        return cursor.execute(sql("vehicle_use", "versions"), arguments).fetchall()


def spans(
    conn: Connection, vehicle_ids: Sequence[int], first: datetime, end: datetime
) -> list[SpanRow]:
    """Trips and charges of some vehicles that touch [first, end), in order of start."""
    arguments = {"vehicle_ids": list(vehicle_ids), "first": first, "end": end}
    with conn.cursor(row_factory=class_row(SpanRow)) as cursor:
        return cursor.execute(sql("vehicle_use", "spans"), arguments).fetchall()


def vehicle_alarms(
    conn: Connection, vehicle_id: int, first: datetime, end: datetime
) -> list[ToldAlarm]:
    """Alarms that stood within [first, end), the latest first."""
    arguments = {"vehicle_id": vehicle_id, "first": first, "end": end}
    with conn.cursor(row_factory=class_row(ToldAlarm)) as cursor:
        return cursor.execute(sql("vehicle_use", "alarms"), arguments).fetchall()


def read_track(
    conn: Connection, vehicle_id: int, first: datetime, end: datetime, reason: str
) -> list[Fix]:
    """Track of [first, end); that it was read is noted with the reason.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person has no leave to read tracks of the vehicle.
    """
    arguments = {"vehicle_id": vehicle_id, "first": first, "end": end, "reason": reason}
    with conn.cursor(row_factory=class_row(Fix)) as cursor:
        return cursor.execute(sql("vehicle_use", "read_track"), arguments).fetchall()


def may_read_track(conn: Connection, vehicle_id: int) -> bool:
    """Whether the current person may read tracks of a vehicle today."""
    row = conn.execute(sql("vehicle_use", "may_read_track"), {"vehicle_id": vehicle_id}).fetchone()
    return row == (True,)


def track_reads(
    conn: Connection, vehicle_id: int, *, before: int, at_most: int
) -> list[TrackReadRow]:
    """Readings of a vehicle's tracks, the newest first: one's own, or all where one administers."""
    arguments = {"vehicle_id": vehicle_id, "before": before, "at_most": at_most}
    with conn.cursor(row_factory=class_row(TrackReadRow)) as cursor:
        return cursor.execute(sql("vehicle_use", "track_reads"), arguments).fetchall()


def grant_tracks(
    conn: Connection, login: str, organisation_id: int, first_day: date, end_day: date, reason: str
) -> None:
    """Let a person read tracks of a place's vehicles on some days.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the place.
    psycopg.errors.NotNullViolation
        If there is no such login.
    """
    arguments = {
        "login": login,
        "organisation_id": organisation_id,
        "first_day": first_day,
        "end_day": end_day,
        "reason": reason,
    }
    conn.execute(sql("vehicle_use", "grant_tracks"), arguments)


@dataclass(frozen=True, slots=True)
class TrackLeaveRow:
    """Leave to read tracks of a place's vehicles on local days [first_day, end_day)."""

    id: int
    person: str
    organisation_id: int
    first_day: date
    end_day: date
    reason: str
    granted_by: str
    at: datetime
    withdrawn_at: datetime | None


def track_leaves(conn: Connection, *, before: int, at_most: int) -> list[TrackLeaveRow]:
    """Leave to read tracks, the newest first: one's own, or given where one administers."""
    arguments = {"before": before, "at_most": at_most}
    with conn.cursor(row_factory=class_row(TrackLeaveRow)) as cursor:
        return cursor.execute(sql("vehicle_use", "track_leaves"), arguments).fetchall()


def withdraw_tracks(conn: Connection, leave_id: int) -> bool:
    """Withdraw leave from now on; False where there is none to withdraw."""
    return conn.execute(sql("vehicle_use", "withdraw_tracks"), {"leave_id": leave_id}).rowcount == 1
