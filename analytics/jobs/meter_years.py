"""Holds each meter's years against the years before, of which bands of one's own are made.

Every meter of every place, also of those whose savings nobody asks for: a portfolio is known by
what happens where nothing was done. What must be left out, since something was done, is decided
where the years are read, by what is known then.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from psycopg import Connection

from analytics.baseline.strayed import Strayed, strayed
from analytics.baseline.training import Training
from analytics.jobs.model_code import model_code
from analytics.jobs.training_basis import ReadTraining
from analytics.jobs.training_days import read_trainings
from store.meters.meter_year import MeterYearWork, add, note_checked, take_work

log = logging.getLogger(__name__)

YEARS = 3
"""Held-out years that are looked at: what was before says less of what is now."""
AT_ONCE = 100
BUDGET_S = 10.0
"""After so long the other jobs of this worker have their turn. [s]"""
_EVERYWHERE = timedelta(days=2)
"""After so long a year has ended in every zone."""
_ROUNDING = 1e-9
"""Deviations that differ by less are the same. [1]"""


def update_meter_years(
    conn: Connection, *, now: datetime, at_once: int = AT_ONCE, budget_s: float = BUDGET_S
) -> int:
    """Look at what was not looked at for a month, as much as fits into the budget.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each batch is a transaction of its own.
    now : datetime
        Aware.
    budget_s : float
        No batch is begun after so long. [s]

    Returns
    -------
    int
        Meter-years added.
    """
    this_year = (now - _EVERYWHERE).year
    added, began = 0, monotonic()
    while monotonic() - began < budget_s:
        with conn.transaction():
            years = range(this_year - YEARS, this_year)
            work = take_work(conn, years, now=now, at_most=at_once)
            if not work:
                break
            rows = [*_rows(read_trainings(conn, work))]
            add(conn, rows)
            note_checked(conn, work, now=now)
            added += len(rows)
    if added:
        log.info("%d meter-years added", added)
    return added


def _rows(read: Sequence[ReadTraining[MeterYearWork, Training]]) -> list[Mapping[str, Any]]:
    """Fit together what shares days, temperatures and calendar; tell what is new."""
    alike: dict[tuple[object, ...], list[ReadTraining[MeterYearWork, Training]]] = {}
    for each in read:
        alike.setdefault(each.shares, []).append(each)
    return [
        _row(each.work, found)
        for together in alike.values()
        for each, found in zip(
            together,
            strayed([each.training for each in together], _first_year(together[0].work)),
            strict=True,
        )
        if _is_new(each.work, found)
    ]


def _first_year(work: MeterYearWork) -> int:
    return (work.first_day.replace(year=work.year) - work.first_day).days


def _is_new(work: MeterYearWork, found: Strayed) -> bool:
    if not work.known:
        return found.deviation is not None
    if work.deviation is None or found.deviation is None:
        return work.deviation is not found.deviation
    return abs(work.deviation - found.deviation) > _ROUNDING


def _row(work: MeterYearWork, found: Strayed) -> dict[str, Any]:
    return {
        "meter_id": work.meter_id,
        "year": work.year,
        "wander": found.wander,
        "deviation": found.deviation,
        "days": found.days,
        "refusals": [str(each) for each in found.refusals],
        "code": model_code(),
    }
