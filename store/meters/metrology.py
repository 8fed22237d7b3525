"""Which meters settle something, what was done to their registers, and what their bills say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.edit import want_reason
from store.queries import sql


class MeterEvent(NamedTuple):
    """A multiplier or a swap in force. `value` is the multiplier [1] of a ``ratio``."""

    meter_id: int
    at: datetime
    kind: str
    value: float


@dataclass(frozen=True, slots=True)
class BillQuantityRow:
    """A bill's quantity, ours of its days [first_day, end_day), and what was said of them.

    Attributes
    ----------
    counted : float or None
        None where some of the time has no figure. [unit of the meter]
    coverage : float
        How much of the days has one. [1]
    total : Decimal
        Sum of the bill's lines. [CNY]
    our_total : Decimal or None
        Our cost of its days as the worker reckoned it last; None where `lacks` says what is
        missing. [CNY]
    causes : mapping of str to str
        Bill - ours by cause. [CNY]
    """

    bill_id: int
    meter_id: int
    number: str
    first_day: date
    end_day: date
    billed: Decimal | None
    counted: float | None
    coverage: float
    explained: bool | None
    comment: str | None
    person: str | None
    entered_at: datetime | None
    total: Decimal
    our_total: Decimal | None
    lacks: str
    causes: Mapping[str, str]


def settlement_meters(
    conn: Connection, at: datetime, *, meter_ids: Sequence[int] | None = None
) -> list[int]:
    """Meters by which something is settled at an instant, of those named or all."""
    arguments = {"at": at, "meter_ids": None if meter_ids is None else list(meter_ids)}
    return [row[0] for row in conn.execute(sql("metrology", "settlement_meters"), arguments)]


def meter_events(conn: Connection, meter_ids: Sequence[int]) -> list[MeterEvent]:
    """Multipliers and swaps of some meters; another device that begins to count is a swap too."""
    arguments = {"meter_ids": list(meter_ids)}
    events = [
        MeterEvent(*row) for row in conn.execute(sql("metrology", "register_events"), arguments)
    ]
    hung = conn.execute(sql("metrology", "hung"), arguments)
    return [*events, *(MeterEvent(meter_id, at, "swap", 0.0) for meter_id, at in hung)]


def bill_quantities(
    conn: Connection, since: date, meter_ids: Sequence[int], *, of_all: bool = False
) -> list[BillQuantityRow]:
    """Bills of some meters that end after a local day, by meter and day.

    Parameters
    ----------
    of_all : bool
        By all days there are: the worker asks in nobody's name. Else by those the person may see.
    """
    arguments = {"since": since, "meter_ids": list(meter_ids)}
    query = sql("metrology", "bill_quantities_of_all" if of_all else "bill_quantities")
    with conn.cursor(row_factory=class_row(BillQuantityRow)) as cursor:
        return cursor.execute(query, arguments).fetchall()


def remark_on_bill(conn: Connection, bill_id: int, comment: str, *, explained: bool) -> None:
    """Say something of a bill's difference in the name of the current person.

    Raises
    ------
    InputError
        If nothing is said.
    """
    want_reason(comment, place="comment")
    arguments = {"bill_id": bill_id, "explained": explained, "comment": comment}
    conn.execute(sql("metrology", "remark"), arguments)
