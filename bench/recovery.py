"""A day that the broker has kept, and what is live meanwhile.

``python -m bench.recovery [--full]``. While the collector is away, 10,000 meters have gone on
speaking every quarter of an hour. It comes back and drains the queue; from that moment on live
messages arrive too. How late are they stored, while the queue drains and after?
"""

import sys
import time
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

import psycopg

from bench import telemetry
from bench.live import speak, watched
from bench.product import running_collector
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker

RUNS = 1
RUNS_FULL = 5
METERS = 10_000
QUARTERS = 24
QUARTERS_FULL = 96
QUARTER = timedelta(minutes=15)
LIVE = 200.0
"""Live messages a second; that of the meters would be eleven. [1/s]"""
AFTER_S = 5.0
AIM_S = 5.0
_NAME = "recovery"
_PATIENCE_S = 900.0
_ROW = "SELECT FROM electricity_reading WHERE device_id = %s AND ts = %s"


@dataclass(frozen=True, slots=True)
class Run:
    """One recovery.

    Attributes
    ----------
    drained_s : float
        From the collector's start to the last message of the backlog. [s]
    rate : float
        Messages of the backlog. [1/s]
    during, after : list of float
        How late live messages were stored while the queue drained, and from then on. [s]
    """

    drained_s: float
    rate: float
    during: list[float]
    after: list[float]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; a traceback and exit status 1 where live messages wait too long.

    Raises
    ------
    CheckError
        If one in a hundred of them is later than `AIM_S` while the queue drains, or after.
    """
    full = "--full" in arguments
    quarters = QUARTERS_FULL if full else QUARTERS
    with database_server() as server:
        runs = [_run(server, quarters) for _ in range(RUNS_FULL if full else RUNS)]
        conditions = described(server) | {
            "meters": METERS,
            "backlog_messages": METERS * quarters,
            "backlog_hours": quarters / 4,
            "live_messages_a_second": LIVE,
            "runs": len(runs),
        }
    drained = median(run.drained_s for run in runs)
    Result("recovery_drained", drained, "s", conditions).print()
    Result("recovery_rate", median(run.rate for run in runs), "messages/s", conditions).print()
    aims = conditions | {"aim_s": AIM_S}
    slow = []
    for name, delays in (
        ("during", [run.during for run in runs]),
        ("after", [run.after for run in runs]),
    ):
        for percent in (50, 99):
            late = median(quantiles(one, n=100)[percent - 1] for one in delays)
            Result(f"live_{name}_recovery_p{percent}", late, "s", aims).print()
            if late > AIM_S:
                slow.append(f"p{percent} {name} {late:.1f} s")
    if slow:
        raise CheckError(f"live messages are later than {AIM_S:g} s: {', '.join(slow)}")
    return 0


def _run(server: str, quarters: int) -> Run:
    backlog = METERS * quarters
    with own_broker() as broker, migrated_database(server) as database:
        telemetry.register(database, METERS)
        telemetry.leave_session(broker, f"civicwatt-{_NAME}")
        end = datetime.now(UTC).replace(second=0, microsecond=0) - QUARTER
        telemetry.publish(broker, telemetry.messages(backlog, end, devices=METERS, every=QUARTER))
        began = time.time()
        with watched(database, METERS - 1) as seen, running_collector(database, broker, _NAME):
            with ThreadPoolExecutor(1) as waiter:
                drained = waiter.submit(_wait_for_row, database, end)
                live = 0
                while not drained.done():
                    live += speak(broker, rate=LIVE, seconds=1.0, devices=METERS)
            live += speak(broker, rate=LIVE, seconds=AFTER_S, devices=METERS)
            # Not by the collector's count: what comes twice counts twice there
            rows = _wait_for_rows(database, backlog + live)
    if rows != backlog + live:
        raise CheckError(f"{backlog} + {live} messages made {rows} rows")
    at = bisect_left(seen.spoken, drained.result())
    delays = seen.delays()
    took_s = drained.result() - began
    return Run(took_s, backlog / took_s, delays[:at], delays[at:])


def _wait_for_rows(database: str, wanted: int) -> int:
    """Rows there are when all that is wanted is there, or nothing more comes."""
    before, rows = -1, 0
    with psycopg.connect(database, autocommit=True) as conn:
        while before < rows < wanted:
            time.sleep(2.0)
            before, rows = rows, telemetry.rows(conn)
    return rows


def _wait_for_row(database: str, ts: datetime) -> float:
    """When the last meter's row of an instant is there. [s since 1970].

    Raises
    ------
    CheckError
        If it does not come.
    """
    deadline = time.monotonic() + _PATIENCE_S
    with psycopg.connect(database, autocommit=True) as conn:
        of_meter = (telemetry.device_id(conn, METERS - 1), ts)
        while time.monotonic() < deadline:
            if conn.execute(_ROW, of_meter).fetchone() is not None:
                return time.time()
            time.sleep(0.1)
    raise CheckError(f"the backlog is not drained after {_PATIENCE_S:.0f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
