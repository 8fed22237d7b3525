"""What the use of local days costs by period, kept beside the use itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from json import dumps
from typing import Any, NamedTuple

from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from store import packed
from store.queries import sql

_DUMPS = partial(dumps, default=str)
"""Decimals, days and instants as text, which the database reads exactly."""


@dataclass(frozen=True, slots=True)
class CostPoint:
    """A meter whose use costs something, with the days [first_day, end_day) there can be costs of.

    Attributes
    ----------
    place_id : int
        Where it hangs, or hung last; by its calendar its tariff goes.
    """

    meter_id: int
    medium: str
    quantity: str
    place_id: int
    zone: str
    first_day: date
    end_day: date


class CostRow(NamedTuple):
    """Use of a local day in one period of its tariff, and what it costs, not rounded.

    Attributes
    ----------
    price, amount, basis : Decimal, Decimal and str, or None
        None where a price is missing. [CNY/unit], [CNY]
    weather_missing_h : int or None
        Hours of unknown temperature on the days by whose heat it is priced [h]; None where no heat
        is asked for.
    """

    day: date
    period: str
    start_at: datetime
    tariff_id: int
    value: Decimal
    unmeasured: Decimal
    unshaped: Decimal
    covered_s: int
    price: Decimal | None
    amount: Decimal | None
    basis: str | None
    checked: bool
    weather_missing_h: int | None


class MissingCost(NamedTuple):
    """A local day that cannot be priced, and why: the code of what is missing, and a sentence."""

    day: date
    start_at: datetime
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class MissingSpan:
    """Local days [first_day, end_day) in a row that cannot be priced for one reason."""

    first_day: date
    end_day: date
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class PeriodCost:
    """Cost of a local day, or of the month that begins with it, in one period. [CNY]."""

    first_day: date
    period: str
    value: Decimal
    unmeasured: Decimal
    unshaped: Decimal
    covered_s: int
    amount: Decimal | None
    basis: str | None
    checked: bool
    weather_missing_h: int | None


def waiting(conn: Connection) -> list[int]:
    """Meters with costs to compute."""
    return [meter_id for (meter_id,) in conn.execute(sql("interval_cost", "waiting"))]


def take_work(conn: Connection, meter_id: int) -> list[tuple[date | None, date | None]]:
    """Claim a meter for this transaction and take its days off the list; None: without a bound.

    Returns
    -------
    list
        Half-open ranges; empty also when another worker has the meter.
    """
    claimed = conn.execute(sql("interval_cost", "claim"), {"meter_id": meter_id}).fetchone()
    if claimed != (True,):
        return []
    return conn.execute(sql("interval_cost", "take_work"), {"meter_id": meter_id}).fetchall()


def cost_point(conn: Connection, meter_id: int) -> CostPoint | None:
    """The meter; None when it stands nowhere, or has neither figures nor costs."""
    with conn.cursor(row_factory=class_row(CostPoint)) as cursor:
        return cursor.execute(sql("interval_cost", "point"), {"meter_id": meter_id}).fetchone()


def amount_columns(
    conn: Connection, point: CostPoint, first: datetime, last: datetime
) -> list[NDArray[Any]]:
    """Columns of a meter's intervals in [first, last): start, end [us], value, measured, shaped."""
    arguments = {
        "meter_id": point.meter_id,
        "quantity": point.quantity,
        "first": first,
        "last": last,
    }
    return packed.columns(conn, sql("interval_cost", "amounts"), arguments)


def replace_costs(
    conn: Connection,
    point: CostPoint,
    rows: Sequence[CostRow],
    missing: Sequence[MissingCost],
    days: tuple[date, date],
    *,
    now: datetime,
) -> None:
    """Make some rows the costs of local days [first, end); what is the same stays as it is."""
    arguments = {
        "meter_id": point.meter_id,
        "first_day": days[0],
        "end_day": days[1],
        "now": now,
        **_columns(rows),
        "missing": Json([row._asdict() for row in missing], dumps=_DUMPS),
    }
    with conn.pipeline():  # one way to the server and back for all of it
        for name in ("replace", "drop_missing", *(["add_missing"] if missing else [])):
            conn.execute(sql("interval_cost", name), arguments)


def _columns(rows: Sequence[CostRow]) -> dict[str, str]:
    """Columns of some rows as text of arrays; no word in them wants quotes."""
    columns = zip(*rows, strict=True) if rows else [()] * len(CostRow._fields)
    return {
        f"{name}s": "{" + ",".join("NULL" if each is None else str(each) for each in column) + "}"
        for name, column in zip(CostRow._fields, columns, strict=True)
    }


def costs_of_meter(
    conn: Connection, meter_id: int, first_day: date, end_day: date, *, bin_: str
) -> list[PeriodCost]:
    """Costs per local ``day`` or ``month`` and period, as far as the current person may see."""
    arguments = {"meter_id": meter_id, "first_day": first_day, "end_day": end_day, "bin": bin_}
    with conn.cursor(row_factory=class_row(PeriodCost)) as cursor:
        return cursor.execute(sql("interval_cost", "of_meter"), arguments).fetchall()


def missing_costs_of_meter(
    conn: Connection, meter_id: int, first_day: date, end_day: date
) -> list[MissingSpan]:
    """Local days that cannot be priced, as the current person may see; those alike as one."""
    arguments = {"meter_id": meter_id, "first_day": first_day, "end_day": end_day}
    with conn.cursor(row_factory=class_row(MissingSpan)) as cursor:
        return cursor.execute(sql("interval_cost", "missing_of_meter"), arguments).fetchall()
