"""What is read and written where the days of a meter are judged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class JudgedMeter:
    """Where a meter hangs, and what it counts.

    Attributes
    ----------
    charges : bool
        All that it counts goes into vehicles: by its sub-item, or as the meter of a pile.
    """

    quantity: str
    medium: str
    role: str
    charges: bool
    place_id: int
    zone: str


class Around(NamedTuple):
    """Meters around one, by id.

    Attributes
    ----------
    below : list of int
        In the tree; what they count belongs to it, and so does what left through it.
    made : list of int
        Plants behind it: what they count came in beside it.
    reactive : list of int
        Of its device.
    cooling : list of int
        The uppermost of its place.
    plants : list of int
        That feed in, of its institution.
    """

    below: list[int]
    made: list[int]
    reactive: list[int]
    cooling: list[int]
    plants: list[int]


class Price(NamedTuple):
    """What a unit costs a meter on some days, by its own tariff. [CNY/unit].

    Attributes
    ----------
    mean, least : Decimal or None
        As used on the mean, and in the cheapest period; None where no price is known.
    checked : bool or None
        Whether a person has checked all of them.
    """

    mean: Decimal | None
    least: Decimal | None
    checked: bool | None
    tariffs: list[str] | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What an alert is worth, in the unit of the meter and in money.

    Attributes
    ----------
    lost, month : float
        Beyond what was expected so far; and in 30 more days like these.
    lost_cny, month_cny : Decimal or None
        The same at the meter's own tariff; None without a price. [CNY]
    confidence : float
        [1]
    """

    lost: float
    month: float
    lost_cny: Decimal | None
    month_cny: Decimal | None
    confidence: float
    basis: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is kept; outcome: told, shadow, suppressed, or late."""

    rule: str
    organisation_id: int
    meter_id: int
    start_at: datetime
    end_at: datetime
    priority: str
    score: float
    expected: float | None
    actual: float | None
    evidence: Mapping[str, object]
    alert_id: int | None
    outcome: str


def meters_waiting(conn: Connection, *, now: datetime) -> list[int]:
    """Meters with new figures of days that are over."""
    return [row[0] for row in conn.execute(sql("alert", "days_waiting"), {"now": now})]


def judged_beside(conn: Connection, meter_ids: Collection[int]) -> list[int]:
    """Put meters on the list that are judged together with some that wait; returns them.

    Parameters
    ----------
    conn : Connection
        In autocommit mode: each is a transaction of its own, which holds nothing while it waits, so
        that it cannot stand in a circle with those who write figures of several meters.
    """
    rows = conn.execute(sql("alert", "days_beside"), {"meter_ids": list(meter_ids)}).fetchall()
    for meter_id, first_day in rows:
        conn.execute(sql("alert", "add_work"), {"meter_id": meter_id, "first_day": first_day})
    return [meter_id for meter_id, _ in rows]


def claim_meter(conn: Connection, meter_id: int) -> bool:
    """Whether nobody else judges this meter; held until the transaction ends."""
    return bool(one_row(conn, sql("alert", "claim_meter"), {"meter_id": meter_id})[0])


def take_work(conn: Connection, meter_id: int, today: date) -> bool:
    """Take a meter's days that are over off the list; whether there were any."""
    rows = conn.execute(sql("alert", "take_work"), {"meter_id": meter_id, "today": today})
    return bool(rows.fetchall())


def judged_meter(conn: Connection, meter_id: int) -> JudgedMeter | None:
    """The meter where it hangs now."""
    with conn.cursor(row_factory=class_row(JudgedMeter)) as cursor:
        return cursor.execute(sql("alert", "meter"), {"meter_id": meter_id}).fetchone()


def hours(
    conn: Connection, meter_ids: Collection[int], first: datetime, last: datetime
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Starts [us] and summed amounts of the whole hours in [first, last) that all meters have."""
    arguments = {"meter_ids": list(meter_ids), "first": first, "last": last}
    return _columns(one_row(conn, sql("alert", "hours"), arguments))


def company(conn: Connection, meter_id: int, place_id: int) -> Around:
    """Meters that stand around one now."""
    arguments = {"meter_id": meter_id, "place_id": place_id}
    return Around(*(each or [] for each in one_row(conn, sql("alert", "company"), arguments)))


def irradiance(
    conn: Connection, place_id: int, first: datetime, last: datetime
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Starts [us] of hours in [first, last) and what sensors of the institution told. [W/m2]."""
    arguments = {"place_id": place_id, "first": first, "last": last}
    return _columns(one_row(conn, sql("alert", "irradiance"), arguments))


def terms(conn: Connection, place_id: int) -> list[tuple[date, date]]:
    """Terms [first_day, end_day) of the school that a place belongs to, in order."""
    return conn.execute(sql("alert", "terms"), {"place_id": place_id}).fetchall()


def broken(
    conn: Connection, meter_id: int, flags: int, first: datetime, last: datetime
) -> list[tuple[datetime, datetime, int]]:
    """Local days in [first, last) that bear one of some flags: start, end, flags."""
    arguments = {"meter_id": meter_id, "broken": flags, "first": first, "last": last}
    return conn.execute(sql("alert", "broken"), arguments).fetchall()


def _columns(row: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    ts, value = row
    return np.array(ts or [], np.int64), np.array(value or [], np.float64)


def price(conn: Connection, meter_id: int, first_day: date, end_day: date) -> Price:
    """What a unit costs on local days from first_day to end_day, both included."""
    arguments = {"meter_id": meter_id, "first_day": first_day, "end_day": end_day}
    return Price(*one_row(conn, sql("alert", "price"), arguments))


def verdicts(conn: Connection, meter_id: int) -> list[tuple[str, datetime, str]]:
    """What people said of a meter's alerts: rule, when, verdict."""
    return conn.execute(sql("alert", "verdicts"), {"meter_id": meter_id}).fetchall()


def find(conn: Connection, found: Found) -> None:
    """Keep a finding; found again it grows."""
    names = found.__dataclass_fields__
    arguments = {name: getattr(found, name) for name in names} | {"device_id": None}
    conn.execute(sql("alert", "find"), arguments | {"evidence": Jsonb(dict(found.evidence))})


def value_it(conn: Connection, alert_id: int, worth: Worth) -> None:
    """Write what an alert is worth."""
    names = worth.__dataclass_fields__
    arguments = {name: getattr(worth, name) for name in names} | {"alert_id": alert_id}
    conn.execute(sql("alert", "value_it"), arguments | {"basis": Jsonb(dict(worth.basis))})
