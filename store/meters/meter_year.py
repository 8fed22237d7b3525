"""Meters over a year, held against the year before: what a worker adds, what bands are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from store.contracts.baseline_work import WantedDays
from store.queries import sql

CHECKED_EVERY = timedelta(days=30)
"""Late readings change a year that is over; a band need not know of them at once."""
MOST = 2000
"""Meter-years of which a band is made: more of them make it no surer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterYearWork(WantedDays):
    """A meter over two local calendar years: `year`, and the one before it.

    Attributes
    ----------
    known : bool
        Whether anything was said of it before.
    wander, deviation : float or None
        What was said last. [1]
    """

    meter_id: int
    year: int
    known: bool
    wander: float | None
    deviation: float | None


class LocalYear(NamedTuple):
    """A year in which nothing is known to have changed at a meter.

    Attributes
    ----------
    meter : str
        The same for the same meter, and no name of it.
    own : bool
        Of the meter that was asked for.
    year : int
        Held against the one before it.
    wander, deviation : float
        `analytics.savings.meter_year`. [1]
    """

    meter: str
    own: bool
    year: int
    wander: float
    deviation: float


def take_work(
    conn: Connection, years: range, *, now: datetime, at_most: int
) -> list[MeterYearWork]:
    """Claim meters and years for this transaction that were not looked at lately."""
    arguments = {
        "oldest": years[0],
        "newest": years[-1],
        "since": now - CHECKED_EVERY,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(MeterYearWork)) as cursor:
        return cursor.execute(sql("meter_year", "take_work"), arguments).fetchall()


def add(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add what was found: columns of the table by name."""
    with conn.cursor() as cursor:
        cursor.executemany(sql("meter_year", "add"), rows)


def note_checked(conn: Connection, work: Sequence[MeterYearWork], *, now: datetime) -> None:
    """Note that these meters and years were looked at."""
    arguments = {
        "meter_ids": [each.meter_id for each in work],
        "years": [each.year for each in work],
        "now": now,
    }
    conn.execute(sql("meter_year", "checked"), arguments)


def local_years(
    conn: Connection,
    organisation_id: int,
    medium: str,
    *,
    meter_id: int | None = None,
    as_of: datetime | None = None,
) -> list[LocalYear]:
    """Meter-years of the portfolio that a place belongs to, the meter's own first.

    They are the same whoever asks, so that a band is; years with a measure or a signed
    non-routine event in them are left out.
    """
    arguments = {
        "organisation_id": organisation_id,
        "medium": medium,
        "meter_id": meter_id,
        "as_of": as_of or "infinity",
        "at_most": MOST,
    }
    rows = conn.execute(sql("meter_year", "local"), arguments)
    return [LocalYear(*row) for row in rows]
