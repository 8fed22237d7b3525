"""Interval data and daily totals for people, under their scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class Rate:
    """Use per hour in one bin of a meter: mean, and extremes of the intervals inside.

    Attributes
    ----------
    flagged : bool
        Some of it is not measured in quantity or in shape.
    step_s : int
        Shortest interval inside. [s]
    """

    meter_id: int
    at: datetime
    mean: float
    least: float
    greatest: float
    flagged: bool
    step_s: int


@dataclass(frozen=True, slots=True)
class Use:
    """Use of one meter in [start, end); `covered_s` of it has a figure. [s]."""

    meter_id: int
    quantity: str
    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    flags: int
    covered_s: int


@dataclass(frozen=True, slots=True)
class DayUse:
    """Use of one meter on a local day, or in the month that begins with it."""

    meter_id: int
    quantity: str
    first_day: date
    value: float
    quantity_grade: str
    shape_grade: str
    flags: int
    covered_s: int


def rates(
    conn: Connection,
    meter_ids: Sequence[int],
    first: datetime,
    last: datetime,
    *,
    bin_: str,
    zone: str,
) -> list[Rate]:
    """Rates per bin (``native``, ``hour`` or ``day``) in [first, last), by meter and time."""
    with conn.cursor(row_factory=class_row(Rate)) as cursor:
        return cursor.execute(
            sql("figure", "rates"),
            {
                "meter_ids": list(meter_ids),
                "first": first,
                "last": last,
                "bin": bin_,
                "zone": zone,
            },
        ).fetchall()


def intervals(
    conn: Connection,
    meter_ids: Sequence[int],
    first: datetime,
    last: datetime,
    *,
    width: timedelta | None,
    at_most: int,
) -> list[Use]:
    """Use per interval, as it is kept or in bins of `width`, in [first, last)."""
    with conn.cursor(row_factory=class_row(Use)) as cursor:
        return cursor.execute(
            sql("figure", "intervals"),
            {
                "meter_ids": list(meter_ids),
                "first": first,
                "last": last,
                "width": width,
                "at_most": at_most,
            },
        ).fetchall()


def days(
    conn: Connection,
    meter_ids: Sequence[int],
    first_day: date,
    end_day: date,
    *,
    bin_: str,
    at_most: int,
) -> list[DayUse]:
    """Use per local ``day`` or ``month`` in [first_day, end_day)."""
    with conn.cursor(row_factory=class_row(DayUse)) as cursor:
        return cursor.execute(
            sql("figure", "days"),
            {
                "meter_ids": list(meter_ids),
                "first_day": first_day,
                "end_day": end_day,
                "bin": bin_,
                "at_most": at_most,
            },
        ).fetchall()
