"""A meter's year of quarter hours: from its register to consumption and days.

``python -m bench.consumption``. Three cases, each with every day of the year touched: nothing known
before; nothing changed since; every value corrected, so that each interval gets a second version.
"""

import sys
import time
from datetime import UTC, datetime

import psycopg
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from bench import recorded
from bench.result import CheckError, median_result
from bench.servers import database_server, described, migrated_database
from store import registry
from store.become import Role, become

RUNS = 3
READINGS = 365 * 96 + 1
"""From the first midnight to the last, in London."""
CASES = ("first", "unchanged", "corrected")
_FILL = """
    INSERT INTO electricity_reading (device_id, ts, received_at, active_energy_import_kwh)
    SELECT device_id, ts, now(), 0.37 * row_number() OVER (ORDER BY ts)
      FROM device, generate_series('2025-01-01Z', '2026-01-01Z', interval '15 min') AS ts
     WHERE code = %s"""
_CORRECT = (
    "UPDATE electricity_reading SET active_energy_import_kwh = 1.01 * active_energy_import_kwh"
)
_TOUCH = """
    INSERT INTO touched (device_id, day)
    SELECT device_id, ts::date FROM electricity_reading GROUP BY 1, 2"""
_VERSIONS = "SELECT count(*), count(superseded_at) FROM consumption"


def main() -> int:
    """Measure every case and print it."""
    with database_server() as server:
        runs = [_run(server) for _ in range(RUNS)]
        conditions = described(server) | {"readings": READINGS}
    for case, times in zip(CASES, zip(*runs, strict=True), strict=True):
        median_result(f"consumption_year_{case}", "s", times, conditions).print()
    return 0


def _run(server: str) -> list[float]:
    """How long each case takes. [s]."""
    with (
        migrated_database(server) as database,
        psycopg.connect(database, autocommit=True) as conn,
    ):
        registry.write(conn, recorded.registry(["b1"]))
        conn.execute(_FILL, (f"{recorded.PREFIX}b1",))
        intervals = READINGS - 1
        times = [_time(database, conn), _time(database, conn)]
        _expect(conn, (intervals, 0))
        conn.execute(_CORRECT)
        times.append(_time(database, conn))
        _expect(conn, (2 * intervals, intervals))
    return times


def _time(database: str, conn: Connection) -> float:
    conn.execute(_TOUCH)
    conn.execute("CHECKPOINT")
    with psycopg.connect(database, autocommit=True) as worker:
        become(worker, Role.WORK)
        began = time.perf_counter()
        update_consumption(worker, now=datetime.now(UTC))
        return time.perf_counter() - began


def _expect(conn: Connection, wanted: tuple[int, int]) -> None:
    found = conn.execute(_VERSIONS).fetchone()
    if found != wanted:
        raise CheckError(f"versions, superseded: {found}, want {wanted}")


if __name__ == "__main__":
    sys.exit(main())
