"""Interval data and daily totals for people, under their scope."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from math import fsum
from operator import or_
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import args_row, class_row

from domain.grade import worst
from domain.local_day import day_start, ranges
from store.queries import sql

_MOST_SPANS = 12


@dataclass(frozen=True, slots=True)
class Rate:
    """Use per hour in one bin of a meter: mean, and extremes of the intervals inside.

    Attributes
    ----------
    flagged : bool
        Some of it is not measured in quantity or in shape.
    flags : int
        United flags of the intervals inside.
    step_s : int
        Shortest interval inside. [s]
    """

    meter_id: int
    at: datetime
    mean: float
    least: float
    greatest: float
    flagged: bool
    flags: int
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


class DayUse(NamedTuple):
    """Use of one meter on a local day, or in the month that begins with it.

    The queries name these columns in this order. A portfolio's month is 31,000 of them, which by
    name would cost more than all the database does for them.
    """

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
    as_of: datetime | None = None,
    at_most: int,
) -> list[Use]:
    """Use per interval, as it is kept or in bins of `width`, in [first, last).

    `as_of` gives the figures as they were known at that instant; None as they are now.
    """
    with conn.cursor(row_factory=class_row(Use)) as cursor:
        return cursor.execute(
            sql("figure", "intervals"),
            {
                "meter_ids": list(meter_ids),
                "first": first,
                "last": last,
                "width": width,
                "as_of": as_of or "infinity",
                "at_most": at_most,
            },
        ).fetchall()


def days(
    conn: Connection,
    meter_ids: Sequence[int],
    first_day: date,
    end_day: date,
    *,
    bin_: Literal["day", "month"],
    at_most: int,
) -> list[DayUse]:
    """Use per local ``day`` or ``month`` in [first_day, end_day)."""
    with conn.cursor(row_factory=args_row(DayUse)) as cursor:
        return cursor.execute(
            sql("figure", "days" if bin_ == "day" else "months"),
            {
                "meter_ids": list(meter_ids),
                "first_day": first_day,
                "end_day": end_day,
                "at_most": at_most,
            },
        ).fetchall()


def days_as_of(
    conn: Connection,
    meter_ids: Sequence[int],
    first_day: date,
    end_day: date,
    *,
    bin_: str,
    zone: ZoneInfo,
    as_of: datetime,
    at_most: int,
) -> list[DayUse]:
    """Use per local ``day`` or ``month`` in [first_day, end_day) as it was known at an instant.

    Days that have not changed since are taken from `consumption_day`, which only has today's; the
    others are summed from the interval versions of that time.
    """
    found = _standing(conn, meter_ids, first_day, end_day, as_of=as_of, at_most=at_most)
    have = {(use.meter_id, use.first_day) for use in found}
    each = [first_day + timedelta(days=n) for n in range((end_day - first_day).days)]
    other = {day for day in each if any((meter, day) not in have for meter in meter_ids)}
    for first, end in _few(ranges(other)):
        arguments = {
            "meter_ids": list(meter_ids),
            "first": day_start(first, zone),
            "last": day_start(end, zone),
            "zone": zone.key,
            "as_of": as_of,
            "at_most": at_most,
        }
        with conn.cursor(row_factory=args_row(DayUse)) as cursor:
            rows = cursor.execute(sql("figure", "days_as_of"), arguments).fetchall()
        found += [use for use in rows if (use.meter_id, use.first_day) not in have]
    if bin_ == "month":
        found = list(_months(found))
    return sorted(found, key=lambda use: (use.meter_id, use.quantity, use.first_day))[:at_most]


def _standing(
    conn: Connection,
    meter_ids: Sequence[int],
    first_day: date,
    end_day: date,
    *,
    as_of: datetime,
    at_most: int,
) -> list[DayUse]:
    """Days whose figures have not changed since an instant."""
    arguments = {
        "meter_ids": list(meter_ids),
        "first_day": first_day,
        "end_day": end_day,
        "as_of": as_of,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=args_row(DayUse)) as cursor:
        return cursor.execute(sql("figure", "days_standing"), arguments).fetchall()


def _few(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """The spans, or one around them all where so many questions take longer than it."""
    return spans if len(spans) <= _MOST_SPANS else [(spans[0][0], spans[-1][1])]


def _months(days: Iterable[DayUse]) -> Iterator[DayUse]:
    """Days taken together by meter and month."""
    months: dict[tuple[int, str, date], list[DayUse]] = {}
    for use in days:
        key = use.meter_id, use.quantity, use.first_day.replace(day=1)
        months.setdefault(key, []).append(use)
    for (meter_id, quantity, _), parts in months.items():
        yield DayUse(
            meter_id,
            quantity,
            min(use.first_day for use in parts),
            fsum(use.value for use in parts),
            worst(use.quantity_grade for use in parts),
            worst(use.shape_grade for use in parts),
            reduce(or_, (use.flags for use in parts)),
            sum(use.covered_s for use in parts),
        )
