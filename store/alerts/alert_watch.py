"""What evaluators of alerts read beside the readings, and how far they have come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.range import Range

from store.one_row import one_row
from store.queries import sql

_SAID: dict[str, LiteralString] = {
    "electricity_meter": "electricity_said",
    "heat_meter": "heat_said",
    "vehicle": "vehicle_said",
}
_LATE: dict[str, LiteralString] = {
    "electricity_meter": "electricity_late",
    "heat_meter": "heat_late",
    "vehicle": "vehicle_late",
}
LISTENED_TO = frozenset(_SAID)
"""Kinds of devices whose readings are judged as they come."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A device in use: where it stands, through whom it speaks, what it counts for.

    Attributes
    ----------
    above_meter_id : int or None
        The meter above its meter.
    medium, quantity, role, charges : str or None, bool or None
        Of its meter, as `JudgedMeter`.
    declared_kw : float or None
        Demand declared for its meter. [kW]
    ratio : float
        Multiplier of its meter. [1]
    maker, model : str or None
        Of the vehicle whose terminal it is.
    """

    device_id: int
    code: str
    kind: str
    place_id: int
    via_id: int | None
    meter_id: int | None
    above_meter_id: int | None
    medium: str | None
    quantity: str | None
    role: str | None
    charges: bool | None
    declared_kw: float | None
    ratio: float
    maker: str | None
    model: str | None


class Said(NamedTuple):
    """What a device said at an instant: values of quantities, in their units."""

    device_id: int
    ts: datetime
    received_at: datetime
    values: dict[str, float | str]


class Drawn(NamedTuple):
    """Power and register of a meter at an instant, as its device told them. [kW], [kWh]."""

    ts: datetime
    power_kw: float | None
    register_kwh: float | None


class Charged(NamedTuple):
    """What a vehicle said of charging at an instant. [km]."""

    ts: datetime
    charge_state: str
    odometer_km: float | None


class Mark(NamedTuple):
    """How far a device is judged: event time, and when the newest of what was judged arrived."""

    judged_to: datetime
    received_at: datetime


class Late(NamedTuple):
    """Event times of the first and the last reading of a device that came late."""

    first: datetime
    last: datetime


class Arrived(NamedTuple):
    """When a device was last heard."""

    device_id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Time in which what is found opens no alert, at a place and below it.

    Attributes
    ----------
    kind, reason : str
        Why: as it was entered, or kind and name of an event of the calendar.
    of_calendar : bool
        An event explains only what is over when it is.
    """

    organisation_id: int
    meter_id: int | None
    device_id: int | None
    rule: str | None
    during: Range[datetime]
    kind: str
    reason: str
    of_calendar: bool


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


def said(conn: Connection, kind: str, since: Mapping[int, datetime], *, most: int) -> list[Said]:
    """Readings of some devices of a kind, in the order of their time.

    Parameters
    ----------
    since : mapping of int to datetime
        By device the instant from which on its readings are wanted, that one included.
    most : int
        Readings of a device, the earliest first.
    """
    arguments = {"device_ids": list(since), "from": list(since.values()), "most": most}
    bounded = arguments | {"since": min(since.values())}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql("alert", _SAID[kind]), bounded)
        return sorted((_said(row) for row in rows), key=lambda each: (each.ts, each.device_id))


def _said(row: dict[str, Any]) -> Said:
    device_id, ts, received_at = row.pop("device_id"), row.pop("ts"), row.pop("received_at")
    known = {name: value for name, value in row.items() if value is not None}
    return Said(device_id, ts, received_at, known)


def drawn_before(
    conn: Connection, until: Mapping[int, datetime], *, window_s: int, reach_s: int
) -> dict[int, list[Drawn]]:
    """What some meters drew before an instant of each, in order: a window, and up to its beginning.

    Parameters
    ----------
    reach_s : int
        The reading before the window lies at most so far back. [s]
    """
    found: dict[int, list[Drawn]] = {each: [] for each in until}
    if until:
        arguments = {"device_ids": list(until), "until": list(until.values())}
        bounds = {"window_s": window_s, "reach_s": reach_s, "since": min(until.values())}
        rows = conn.execute(sql("alert", "drawn_before"), arguments | bounds)
        for device_id, *rest in rows:
            found[device_id].append(Drawn(*rest))
    return found


def charged_before(
    conn: Connection, until: Mapping[int, datetime], states: Collection[str]
) -> dict[int, Charged]:
    """What some vehicles said last in the hour before an instant of each, being in some states."""
    if not until:
        return {}
    arguments = {"device_ids": list(until), "until": list(until.values())}
    bounds = {"since": min(until.values()), "states": list(states)}
    rows = conn.execute(sql("alert", "charged_before"), arguments | bounds)
    return {device_id: Charged(*rest) for device_id, *rest in rows}


def late(
    conn: Connection, kind: str, marks: Mapping[int, Mark], *, since: datetime, arrived: datetime
) -> dict[int, Late]:
    """Devices of a kind whose readings came after later ones were judged.

    Parameters
    ----------
    since : datetime
        Earlier ones are no news.
    arrived : datetime
        Only what arrived after that.
    """
    arguments = _columns(marks) | {"since": since, "arrived": arrived}
    rows = conn.execute(sql("alert", _LATE[kind]), arguments)
    return {row[0]: Late(row[1], row[2]) for row in rows}


def marks(conn: Connection) -> dict[int, Mark]:
    """How far each device is judged."""
    return {row[0]: Mark(row[1], row[2]) for row in conn.execute(sql("alert", "judged"))}


def keep_marks(conn: Connection, marks: Mapping[int, Mark]) -> None:
    """Write how far devices are judged."""
    if marks:
        conn.execute(sql("alert", "keep_judged"), _columns(marks))


def _columns(marks: Mapping[int, Mark]) -> dict[str, object]:
    return {
        "device_ids": list(marks),
        "judged_to": [mark.judged_to for mark in marks.values()],
        "received_at": [mark.received_at for mark in marks.values()],
    }


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


def windows(conn: Connection, *, since: datetime, explained: Collection[str]) -> list[Window]:
    """Windows that end after an instant; `explained`: rules for which events are some too."""
    with conn.cursor(row_factory=class_row(Window)) as cursor:
        arguments = {"since": since, "explained": list(explained)}
        return cursor.execute(sql("alert", "windows"), arguments).fetchall()


def own_thresholds(conn: Connection) -> list[OwnThreshold]:
    """Thresholds over the shipped ones, those of classes first."""
    with conn.cursor(row_factory=class_row(OwnThreshold)) as cursor:
        return cursor.execute(sql("alert", "own_thresholds")).fetchall()


def device_verdicts(
    conn: Connection, rules: Collection[str]
) -> list[tuple[int, str, datetime, str]]:
    """What people said of alerts of devices by some rules: device, rule, when and verdict."""
    return conn.execute(sql("alert", "device_verdicts"), {"rules": list(rules)}).fetchall()


def above(conn: Connection) -> dict[int, frozenset[int]]:
    """Each place with those above it, itself included."""
    return {row[0]: frozenset(row[1]) for row in conn.execute(sql("alert", "above"))}


def evaluated_to(conn: Connection, part: str) -> datetime | None:
    """Everything received before this instant is judged; None where nothing ever was."""
    row = conn.execute(sql("alert", "evaluated_to"), {"part": part}).fetchone()
    return None if row is None else row[0]


def advance(conn: Connection, part: str, evaluated_to: datetime) -> None:
    """Note that everything received before an instant is judged."""
    conn.execute(sql("alert", "advance"), {"part": part, "evaluated_to": evaluated_to})
