"""Fits baselines that are new or asked for, and those whose training has changed since.

A version is added only where the days it is fitted to are other days than those of the newest one,
to the last byte; which version counts is for people to say. Running this twice changes nothing.
"""

import logging
from datetime import datetime
from time import monotonic

from psycopg import Connection

from analytics.jobs.comparisons import comparison_rows
from analytics.jobs.event_proposals import propose_events
from analytics.jobs.fitted_rows import fitted_rows
from domain.comparison import Method
from store.contracts.baseline_work import add_versions, check_again, note_checked, take_work

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Baselines in one transaction: bounds the memory, and what a killed worker loses."""
BUDGET_S = 10.0
"""After so long the other jobs of this worker have their turn. [s]"""


def update_baselines(conn: Connection, *, now: datetime, at_once: int = AT_ONCE) -> int:
    """Do what waits, as much as fits into the budget.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each batch is a transaction of its own.
    now : datetime
        Aware.

    Returns
    -------
    int
        Versions added.
    """
    check_again(conn, now=now)
    added, began = 0, monotonic()
    while monotonic() - began < BUDGET_S:
        with conn.transaction():
            work = take_work(conn, now=now, at_most=at_once)
            if not work:
                break
            models = [each for each in work if each.method == Method.WHOLE]
            rows = fitted_rows(conn, models)
            rows += comparison_rows(conn, [each for each in work if each.method != Method.WHOLE])
            add_versions(conn, rows)
            propose_events(conn, models, now=now)
            note_checked(conn, [each.id for each in work], now=now)
            added += len(rows)
    if added:
        log.info("%d versions of baselines added", added)
    return added
