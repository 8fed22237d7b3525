"""Virtual meters: computed like any other meter, whenever one of their formula has new figures.

The list of days is written by the database, in the transaction that announces the figures or
changes the formula. Running this twice changes nothing.
"""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.jobs.waiting_meters import compute_each
from analytics.ledger.virtual import Known, Leaf, computed
from domain.interval import Grading, Interval, Intervals
from domain.local_day import day_start, ranges
from store.meters.consumption import RegisterOf, lock_meter
from store.meters.interval_version import LocalDays, replace
from store.meters.virtual_meter import (
    announce,
    days_known,
    leaf_intervals,
    leaves,
    register,
    take_work,
    waiting,
)

_DAY = timedelta(days=1)


def update_virtual_meters(conn: Connection, *, now: datetime) -> int:
    """Compute what waits; the new versions are known from `now` on. Returns meters done."""
    update = partial(_update, conn, now=now)
    return compute_each(conn, waiting(conn), update, what="virtual figures")


def _update(conn: Connection, meter_id: int, *, now: datetime) -> bool:
    found = register(conn, meter_id)
    days = _days(conn, meter_id)
    if found is None or not days:
        return False
    lock_meter(conn, found)
    spans = ranges(days)
    for first, end in spans:
        _compute(conn, found, first, end, now=now)
    announce(conn, meter_id, (spans[0][0], spans[-1][1]))
    return True


def _days(conn: Connection, meter_id: int) -> set[date]:
    """Days on the list, and one more on either side: a part may have its midnight elsewhere."""
    work = take_work(conn, meter_id)
    if any(first is None for first, _ in work):
        work = [known] if (known := days_known(conn, meter_id)) else []
    return {
        first + n * _DAY
        for first, end in work
        if first is not None and end is not None
        for n in range(-1, (end - first).days + 1)
    }


def _compute(conn: Connection, of: RegisterOf, first: date, end: date, *, now: datetime) -> None:
    zone = ZoneInfo(of.zone)
    lo, hi = day_start(first, zone), day_start(end, zone)
    parts = [Leaf(*leaf) for leaf in leaves(conn, of.meter_id, lo, hi)]
    meters = {leaf.meter_id for leaf in parts}
    known = (Known(*row) for row in leaf_intervals(conn, meters, lo, hi))
    intervals = Intervals.of(
        Interval(
            each.start, each.end, each.value,
            Grading(each.quantity_grade, each.shape_grade, "formula"), each.flags,
        )
        for each in computed(parts, known, zone)
    )  # fmt: skip
    replace(conn, of, intervals, LocalDays.of(first, end, zone), now=now)
