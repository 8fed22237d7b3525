"""Meters that wait for a job, each computed in a transaction of its own."""

import logging
from collections.abc import Callable, Iterable

from psycopg import Connection

log = logging.getLogger(__name__)


def compute_each(
    conn: Connection, meters: Iterable[int], compute: Callable[[int], bool], *, what: str
) -> int:
    """Compute some meters; how many there was something to do for.

    Parameters
    ----------
    conn : Connection
        In autocommit mode.
    compute : callable
        Computes a meter; False where there is nothing to do, or another worker has it.
    what : str
        What is computed, for the log.
    """
    done = 0
    for meter_id in meters:
        with conn.transaction():
            done += compute(meter_id)
    if done:
        log.info("%s of %d meters brought up to date", what, done)
    return done
