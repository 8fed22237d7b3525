"""The table of bookings and dispatch orders (派车单); a number told otherwise is what it is now."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from psycopg import Connection

from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from ingest.sheet.named_vehicle import NamedVehicles, twice
from ingest.sheet.order_form import parse_instant
from store.fleet.fleet_entry import BookingRow, add_booking, bookings
from store.fleet.vehicle_stint import vehicle_codes

_EVER = datetime(1949, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Bookings:
    """Bookings of many vehicles."""

    form = Form(
        "bookings",
        (
            Column("vehicle", "车牌号", parse_text, "not_text"),
            Column("number", "派车单号", parse_text, "not_text"),
            Column("start", "开始时间", parse_instant, "not_a_time"),
            Column("end", "结束时间", parse_instant, "not_a_time"),
            Column("purpose", "事由", parse_text, "not_text", required=False),
            Column("driver", "驾驶员", parse_text, "not_text", required=False),
            Column("state", "状态", choice("valid", "cancelled"), "not_one_of", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Vehicles nobody knows, ends before beginnings, a number of a vehicle twice."""
        faults, told = list[SheetFault](), list[tuple[FormRow, object]]()
        for row, found in _told(conn, rows):
            if isinstance(found, SheetFault):
                faults.append(found)
                continue
            if found.end_at <= found.start_at:
                faults.append(row.fault("end", "ends_before_it_begins", row.texts["start"]))
            told.append((row, (found.vehicle_id, found.number)))
        return faults + twice(told, "number")

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add every booking that is new or was something else."""
        told = [found for _, found in _told(conn, rows) if isinstance(found, BookingRow)]
        known = set(bookings(conn, {row.vehicle_id for row in told}, *_EVER))
        for row in told:
            if row not in known:
                add_booking(conn, row)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every booking as it is now; times with their offset."""
        codes = vehicle_codes(conn)
        return [
            [
                codes[row.vehicle_id],
                row.number,
                row.start_at.isoformat(sep=" "),
                row.end_at.isoformat(sep=" "),
                row.purpose,
                row.driver,
                "cancelled" if row.cancelled else "valid",
            ]
            for row in bookings(conn, codes, *_EVER)
        ]


def _told(
    conn: Connection, rows: Sequence[FormRow]
) -> Iterator[tuple[FormRow, BookingRow | SheetFault]]:
    vehicles = NamedVehicles(conn)
    for row in rows:
        found = vehicles.find(row, "start")
        if isinstance(found, SheetFault):
            yield row, found
            continue
        vehicle, start = found
        values = row.values
        yield (
            row,
            BookingRow(
                vehicle.vehicle_id,
                str(values["number"]),
                start,
                vehicles.instant(row, "end", vehicle) or start,
                str(values["purpose"] or ""),
                str(values["driver"] or ""),
                values["state"] == "cancelled",
            ),
        )
