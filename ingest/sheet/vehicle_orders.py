"""Tables of orders: taken over once however often they come, never changed."""

from collections.abc import Sequence
from decimal import Decimal

from psycopg import Connection

from domain.vehicle_order import VehicleOrder
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Form, FormRow
from ingest.sheet.named_vehicle import NamedVehicles
from ingest.sheet.order_form import OrderForm
from store.fleet.vehicle_order import add_orders, all_orders, orders_named
from store.fleet.vehicle_stint import vehicle_codes


class VehicleOrders:
    """Orders of one kind, as one sort of supplier exports them."""

    def __init__(self, form: OrderForm) -> None:
        self.form: Form = form
        self._map = form

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Vehicles nobody knows, spans that end before they begin, numbers of other orders.

        A row that says what an earlier one or the store says already is no fault: it is the same
        order once more.
        """
        told, faults = self._told(conn, rows)
        known = {
            order.name: order
            for order in orders_named(conn, {(o.supplier, o.number) for _, o in told})
        }
        first: dict[object, tuple[VehicleOrder, str]] = {
            name: (order, "") for name, order in known.items()
        }
        for row, order in told:
            if order.until is not None and order.until < order.at:
                faults.append(row.fault("until", "ends_before_it_begins", row.texts["at"]))
            other, where = first.setdefault(order.name, (order, str(row.number)))
            if other != order:
                faults.append(row.fault("number", "order_differs", where))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add every order that is not there yet."""
        told, _ = self._told(conn, rows)
        add_orders(conn, {order.name: order for _, order in told}.values())

    def export(self, conn: Connection) -> list[list[str]]:
        """Every order of this kind; times with their offset."""
        codes = vehicle_codes(conn)
        return [
            [
                codes[order.vehicle_id],
                order.number,
                order.at.isoformat(sep=" "),
                "" if order.until is None else order.until.isoformat(sep=" "),
                _text(order.quantity),
                _text(order.km),
                _text(order.amount),
                order.supplier,
                order.refunds or "",
                "",
                order.place,
            ]
            for order in all_orders(conn, self._map.kind)
        ]

    def _told(
        self, conn: Connection, rows: Sequence[FormRow]
    ) -> tuple[list[tuple[FormRow, VehicleOrder]], list[SheetFault]]:
        vehicles = NamedVehicles(conn)
        told, faults = [], []
        for row in rows:
            found = vehicles.find(row, "at")
            if isinstance(found, SheetFault):
                faults.append(found)
                continue
            vehicle, at = found
            until = vehicles.instant(row, "until", vehicle)
            refunds = self._refunds(row)
            quantity, amount = _signed(row, "quantity", refunds), _signed(row, "amount", refunds)
            km = row.values["km"]
            told.append(
                (
                    row,
                    VehicleOrder(
                        vehicle.vehicle_id,
                        self._map.kind,
                        str(row.values["supplier"] or self._map.supplier),
                        str(row.values["number"]),
                        refunds,
                        at,
                        until,
                        quantity,
                        abs(km) if isinstance(km, Decimal) else None,
                        amount or Decimal(0),
                        str(row.values["place"] or ""),
                    ),
                )
            )
        return told, faults

    def _refunds(self, row: FormRow) -> str | None:
        """Number of the order that a row takes back; None for what is no refund."""
        told, amount = str(row.values["type"] or "").lower(), row.values["amount"]
        worded = any(word in told for word in self._map.refund_words)
        if worded or row.values["refunds"] or (isinstance(amount, Decimal) and amount < 0):
            return str(row.values["refunds"] or row.values["number"])
        return None


def _signed(row: FormRow, column: str, refunds: str | None) -> Decimal | None:
    value = row.values[column]
    if not isinstance(value, Decimal):
        return None
    return value if refunds is None else -abs(value)


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
