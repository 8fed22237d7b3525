"""Work orders: an alert handed to somebody who goes there, its course and its photos."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class OrderPerson:
    """Somebody who may be sent."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """An order and its newest step.

    Attributes
    ----------
    month, unit, month_cny
        Promised when it was given: what thirty more days would have lost.
    mine, operated, last_mine : bool
        Whether the current person was sent, may give and close orders here, made the last step.
    photos : list of int
        Ids, the oldest first.
    """

    id: int
    alert_id: int
    assignee_id: int
    assignee: str
    task: str
    place: str
    rule: str
    due_day: date | None
    month: float | None
    unit: str | None
    month_cny: Decimal | None
    given_by: str
    given_at: datetime
    state: str
    revision: int
    note: str
    person: str
    at: datetime
    mine: bool
    operated: bool
    last_mine: bool
    photos: list[int]


def order_people(conn: Connection, alert_id: int) -> list[OrderPerson]:
    """People who may be sent about an alert."""
    with conn.cursor(row_factory=class_row(OrderPerson)) as cursor:
        return cursor.execute(sql("work_order", "people"), {"alert_id": alert_id}).fetchall()


def give_order(
    conn: Connection, alert_id: int, assignee_id: int, task: str, due_day: date | None
) -> int | None:
    """Send somebody, and assign the alert to them; None where the alert does not stand.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person may not act on the alert, or that somebody may not be sent.
    """
    arguments = {
        "alert_id": alert_id,
        "assignee_id": assignee_id,
        "task": task,
        "due_day": due_day,
    }
    row = conn.execute(sql("work_order", "give"), arguments).fetchone()
    if row is None:
        return None
    add_step(conn, int(row[0]), 1, "issued", "")
    conn.execute(sql("work_order", "assign"), arguments)
    return int(row[0])


def add_step(conn: Connection, order_id: int, revision: int, state: str, note: str) -> None:
    """Take an order a step further.

    Raises
    ------
    psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation
        When it cannot become that, or somebody was faster.
    psycopg.errors.InsufficientPrivilege
        When it is not the current person's to say.
    """
    arguments = {"order_id": order_id, "revision": revision, "state": state, "note": note}
    with conn.transaction():
        conn.execute(sql("work_order", "step"), arguments)


def work_orders(
    conn: Connection, *, before: int, at_most: int, order_id: int | None = None
) -> list[WorkOrder]:
    """Orders one was given or may give, the newest first."""
    arguments = {"before": before, "at_most": at_most, "order_id": order_id}
    with conn.cursor(row_factory=class_row(WorkOrder)) as cursor:
        return cursor.execute(sql("work_order", "orders"), arguments).fetchall()


def add_order_photo(conn: Connection, order_id: int, jpeg: bytes, sha256: str) -> None:
    """Attach a photo; one that is there already stays alone.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the order is not under way.
    """
    arguments = {"order_id": order_id, "jpeg": jpeg, "sha256": sha256}
    with conn.transaction():
        conn.execute(sql("work_order", "add_photo"), arguments)


def order_photo(conn: Connection, order_id: int, photo_id: int) -> bytes | None:
    """The picture; None where the person sees no such photo."""
    arguments = {"order_id": order_id, "photo_id": photo_id}
    row = conn.execute(sql("work_order", "photo"), arguments).fetchone()
    return None if row is None else bytes(row[0])
