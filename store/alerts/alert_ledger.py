"""Matters that were found, handed to somebody, and mended: what the alert ledger rests on."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class Matter:
    """A work order, with the alert it was given for.

    Attributes
    ----------
    month : float or None
        Promised when the order was given: what thirty more days would have lost, in `unit`.
    month_cny : Decimal or None
        The same in money. [CNY]
    done_at, closed_at : datetime or None
        When the contractor said it was mended; when a second person closed the order.
    """

    order_id: int
    alert_id: int
    rule: str
    place_id: int
    place_zh: str
    place_en: str
    zone: str
    meter_id: int | None
    meter_code: str | None
    quantity: str | None
    contractor: str
    began_at: datetime
    month: float | None
    unit: str | None
    month_cny: Decimal | None
    state: str
    done_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FoundCount:
    """Alerts of a rule that were worth something, and how many of them led to an order."""

    rule: str
    unit: str
    found: int
    month: float
    month_cny: Decimal
    ordered: int


def matters(conn: Connection, *, since: datetime) -> list[Matter]:
    """Orders given since an instant that the person may see, the newest first."""
    with conn.cursor(row_factory=class_row(Matter)) as cursor:
        return cursor.execute(sql("alert_desk", "matters"), {"since": since}).fetchall()


def found(conn: Connection, *, since: datetime) -> list[FoundCount]:
    """What each rule has found since an instant, by unit."""
    with conn.cursor(row_factory=class_row(FoundCount)) as cursor:
        return cursor.execute(sql("alert_desk", "found_worth"), {"since": since}).fetchall()


def use_hours(
    conn: Connection, meter_id: int, quantity: str, first: datetime, last: datetime
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Starts [us] and amounts of the whole measured hours in [first, last) the person may see."""
    arguments = {"meter_id": meter_id, "quantity": quantity, "first": first, "last": last}
    ts, value = one_row(conn, sql("alert_desk", "use_hours"), arguments)
    return np.array(ts or [], np.int64), np.array(value or [], np.float64)
