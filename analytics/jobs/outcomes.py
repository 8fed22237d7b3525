"""What closed orders really stopped, measured once two weeks have passed, and anew while they grow.

A rule's right to interrupt rests on it.
"""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics.duty.alert_ledger import verified
from store.alerts.alert_day import hours
from store.alerts.rule_record import Outcome, keep_outcome, to_measure


def measure_outcomes(conn: Connection, *, now: datetime) -> int:
    """Measure what is due; returns how many orders were measured."""
    waiting = to_measure(conn, now=now)
    for matter in waiting:
        with conn.transaction():
            said = verified(conn, matter, now=now, read=_hours).stopped
            outcome = Outcome(said.month, said.low, said.high, said.reason)
            keep_outcome(conn, matter, outcome, now=now)
    return len(waiting)


def _hours(
    conn: Connection, meter_id: int, _quantity: str, first: datetime, last: datetime
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return hours(conn, [meter_id], first, last)
