"""The utility's bills, as imported: never changed, and taken back where they came in wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill of local days [first_day, end_day) of a meter. Total in CNY.

    Attributes
    ----------
    same_days : sequence of str
        Numbers of other bills of the meter that have some of these days too; not asked for where
        bills wait to be compared.
    withdrawn_by, withdrawn_at, withdrawn_because
        Who took it back, when and why; None while it stands.
    """

    id: int
    meter_id: int
    meter_code: str
    number: str
    first_day: date
    end_day: date
    total: Decimal
    source: str
    imported_at: datetime
    same_days: Sequence[str] = ()
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str | None = None


@dataclass(frozen=True, slots=True)
class BillLineRow:
    """One line; quantity in the meter's unit, price in CNY per unit, amount in CNY."""

    item: str
    period: str | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal


def bills(
    conn: Connection,
    *,
    meter_id: int | None = None,
    bill_id: int | None = None,
    before: int,
    at_most: int,
) -> list[BillRow]:
    """Bills with an id below `before`, newest import first; also those taken back."""
    arguments = {"meter_id": meter_id, "bill_id": bill_id, "before": before, "at_most": at_most}
    with conn.cursor(row_factory=class_row(BillRow)) as cursor:
        return cursor.execute(sql("bill", "bills"), arguments).fetchall()


def bill_lines(conn: Connection, bill_id: int) -> list[BillLineRow]:
    """Lines of a bill, as they stand on it."""
    with conn.cursor(row_factory=class_row(BillLineRow)) as cursor:
        return cursor.execute(sql("bill", "lines"), {"bill_id": bill_id}).fetchall()


def add_bill(
    conn: Connection,
    meter_id: int,
    number: str,
    *,
    days: tuple[date, date],
    instants: tuple[datetime, datetime],
    lines: Iterable[BillLineRow],
    source: str,
) -> int | None:
    """Add a bill; None when the meter has one of this number.

    Parameters
    ----------
    days, instants : tuple
        The same half-open range, as local days and as instants.
    """
    rows = list(lines)
    arguments: dict[str, object] = {
        "meter_id": meter_id,
        "number": number,
        "first_day": days[0],
        "end_day": days[1],
        "start_at": instants[0],
        "end_at": instants[1],
        "total": sum((row.amount for row in rows), Decimal(0)),
        "source": source,
    }
    with conn.transaction():
        added = conn.execute(sql("bill", "add"), arguments).fetchone()
        if added is None:
            return None
        for number_of_line, row in enumerate(rows, 1):
            line = {name: getattr(row, name) for name in BillLineRow.__slots__}
            arguments = {"bill_id": added[0], "line": number_of_line, **line}
            conn.execute(sql("bill", "add_line"), arguments)
    return int(added[0])


def withdraw_bill(conn: Connection, bill_id: int, *, reason: str) -> bool:
    """Take a bill back: it counts nowhere, and its number is free. False where the person may not.

    Raises
    ------
    psycopg.errors.CheckViolation
        If it is taken back already.
    """
    arguments = {"bill_id": bill_id, "reason": reason}
    return conn.execute(sql("bill", "withdraw"), arguments).rowcount == 1
