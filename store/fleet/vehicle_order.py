"""Orders of vehicles, as imported: added to, never changed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from json import dumps

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from domain.vehicle_order import OrderKind, VehicleOrder
from store.queries import sql

_DUMPS = partial(dumps, default=str)
_MOST = 20_000
"""Rows of a table that is given out."""


@dataclass(frozen=True, slots=True)
class _Row:
    vehicle_id: int
    kind: str
    supplier: str
    number: str
    refunds: str | None
    at: datetime
    until: datetime | None
    quantity: Decimal | None
    km: Decimal | None
    amount: Decimal
    place: str

    def order(self) -> VehicleOrder:
        """The order it keeps."""
        return VehicleOrder(
            self.vehicle_id,
            OrderKind(self.kind),
            self.supplier,
            self.number,
            self.refunds,
            self.at,
            self.until,
            self.quantity,
            self.km,
            self.amount,
            self.place,
        )


def add_orders(conn: Connection, orders: Iterable[VehicleOrder]) -> int:
    """Add orders that are not there yet. Returns how many."""
    rows = [{name: getattr(each, name) for name in _Row.__slots__} for each in orders]
    document = Json(rows, dumps=_DUMPS)
    return conn.execute(sql("vehicle_order", "add"), {"orders": document}).rowcount


def orders_of(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime
) -> list[VehicleOrder]:
    """Orders of vehicles that touch [first, until), with all that belongs to a refund."""
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until}
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(sql("vehicle_order", "of_period"), arguments).fetchall()
    return [row.order() for row in rows]


def orders_named(conn: Connection, names: Iterable[tuple[str, str]]) -> list[VehicleOrder]:
    """Orders of some suppliers and numbers that the person may see, refunds among them."""
    document = Json([{"supplier": each[0], "number": each[1]} for each in names])
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(sql("vehicle_order", "named"), {"names": document}).fetchall()
    return [row.order() for row in rows]


def all_orders(conn: Connection, kind: OrderKind) -> list[VehicleOrder]:
    """Orders of a kind that the person may see, as many as a table holds."""
    arguments = {"kind": kind.value, "at_most": _MOST}
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(sql("vehicle_order", "all"), arguments).fetchall()
    return [row.order() for row in rows]
