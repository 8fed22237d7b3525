"""What people say public charging orders are for: added to, never changed; the newest counts."""

from collections.abc import Collection
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.edit import want_reason
from domain.vehicle_order import OrderCharge
from store.queries import sql


def say_charge(
    conn: Connection,
    order: tuple[int, str, str],
    said: str,
    charge: str | None,
    reason: str,
) -> bool:
    """Say what an order is for, signed by the current person.

    Parameters
    ----------
    order : tuple of int, str and str
        Vehicle, supplier and number.
    said : str
        ``charge``, ``none`` or ``undone``.
    charge : str or None
        The plug-in it belongs to.

    Returns
    -------
    bool
        False where there is no such order.
    """
    want_reason(reason)
    vehicle_id, supplier, number = order
    arguments = {"vehicle_id": vehicle_id, "supplier": supplier, "number": number}
    arguments |= {"said": said, "charge": charge, "reason": reason}
    return conn.execute(sql("order_charge", "say"), arguments).rowcount == 1


def charges_said(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime
) -> list[OrderCharge]:
    """What counts of what was said about orders of vehicles that touch [first, until)."""
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until}
    with conn.cursor(row_factory=class_row(OrderCharge)) as cursor:
        return cursor.execute(sql("order_charge", "in_force"), arguments).fetchall()
