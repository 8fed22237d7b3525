"""What evaluators of alerts read beside the readings, and how far they have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.range import Range

from store.one_row import one_row
from store.queries import sql

_SAID = {"electricity_meter": "electricity_said", "vehicle": "vehicle_said"}
LISTENED_TO = frozenset(_SAID)
"""Kinds of devices whose newest readings are judged."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A device in use: where it stands, through whom it speaks, what it counts for.

    Attributes
    ----------
    medium : str or None
        Of its meter.
    declared_kw : float or None
        Demand declared for its meter. [kW]
    """

    device_id: int
    code: str
    kind: str
    place_id: int
    zone: str | None
    via_id: int | None
    meter_id: int | None
    medium: str | None
    declared_kw: float | None


class Said(NamedTuple):
    """What a device said at an instant: values of quantities, in their units."""

    device_id: int
    ts: datetime
    values: dict[str, float]


class Arrived(NamedTuple):
    """When a device was last heard."""

    device_id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Time in which what is found opens no alert, at a place and below it."""

    organisation_id: int
    meter_id: int | None
    device_id: int | None
    rule: str | None
    during: Range[datetime]


@dataclass(frozen=True, slots=True)
class OwnThreshold:
    """A threshold that somebody entered for a class of meters, or for one meter."""

    meter_id: int | None
    meter_class: str | None
    rule: str
    threshold: str
    value: float


def listen(conn: Connection) -> None:
    """Be notified of every batch of readings."""
    conn.execute(sql("alert", "listen"))


def claim_live(conn: Connection) -> bool:
    """Whether this connection is the evaluator of newest values; it stays so until it is closed."""
    return bool(one_row(conn, sql("alert", "claim_live"))[0])


def watched(conn: Connection) -> list[Watched]:
    """Devices in use."""
    with conn.cursor(row_factory=class_row(Watched)) as cursor:
        return cursor.execute(sql("alert", "watched")).fetchall()


def said(conn: Connection, kind: str, device_ids: Sequence[int], *, since: datetime) -> list[Said]:
    """The newest reading of each of some devices of a kind, if it is not older than an instant."""
    statement = sql("alert", _SAID[kind])
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement, {"device_ids": list(device_ids), "since": since})
        return [_said(row) for row in rows]


def _said(row: dict[str, Any]) -> Said:
    device_id, ts = row.pop("device_id"), row.pop("ts")
    return Said(device_id, ts, {name: value for name, value in row.items() if value is not None})


def heard(conn: Connection) -> list[Arrived]:
    """When each device was last heard."""
    return [Arrived(*row) for row in conn.execute(sql("alert", "heard"))]


def usual_pause(conn: Connection, device_id: int) -> timedelta | None:
    """The pause between its readings that 19 of 20 do not exceed; None of fewer than two."""
    (seconds,) = one_row(conn, sql("alert", "usual_pause"), {"device_id": device_id})
    return None if seconds is None else timedelta(seconds=float(seconds))


def modes(conn: Connection) -> dict[str, str]:
    """Of rules that somebody has set: live, shadow or off."""
    rows: list[tuple[str, str]] = conn.execute(sql("alert", "modes")).fetchall()
    return dict(rows)


def windows(conn: Connection, *, since: datetime) -> list[Window]:
    """Windows that end after an instant."""
    with conn.cursor(row_factory=class_row(Window)) as cursor:
        return cursor.execute(sql("alert", "windows"), {"since": since}).fetchall()


def own_thresholds(conn: Connection) -> list[OwnThreshold]:
    """Thresholds over the shipped ones, those of classes first."""
    with conn.cursor(row_factory=class_row(OwnThreshold)) as cursor:
        return cursor.execute(sql("alert", "own_thresholds")).fetchall()


def above(conn: Connection) -> dict[int, frozenset[int]]:
    """Each place with those above it, itself included."""
    return {row[0]: frozenset(row[1]) for row in conn.execute(sql("alert", "above"))}


def advance(conn: Connection, part: str, evaluated_to: datetime) -> None:
    """Note that everything received before an instant is judged."""
    conn.execute(sql("alert", "advance"), {"part": part, "evaluated_to": evaluated_to})
