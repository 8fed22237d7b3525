"""Thirty real buildings over three years and a real trip, through the real commands.

``python -m bench.real_input [--full]`` (both replay everything). Prints the rates, and fails if a
year of a building does not add up to the file or the trip has another length.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psycopg
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from bench import recorded
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker
from civicwatt.child import Child, last_lines
from store.become import Role, become
from store.places import registry

_PATIENCE_S = 1200.0


def main() -> int:
    """Replay, compute, compare, print."""
    if not recorded.DATA.exists():
        print(f"real_input: not run, there is no {recorded.DATA}", file=sys.stderr)
        return 0
    truth = recorded.amounts_by_year(recorded.BUILDINGS)
    buildings = sorted({building for building, _ in truth})
    # One more reading than hours: the register at the very beginning.
    readings = len(buildings) * (recorded.rows_in(recorded.BUILDINGS) + 1)
    readings += recorded.rows_in(recorded.TRIP)
    with database_server() as server, migrated_database(server) as database:
        conditions = described(server) | {"meters": len(buildings), "readings": readings}
        with psycopg.connect(database, autocommit=True) as conn:
            registry.write(conn, recorded.registry(buildings))
            took_s = _replay(database, conn, readings)
            rate = readings / took_s
            Result("real_input_collected", rate, "readings/s", conditions).print()
            intervals, computed_s = _compute(database, conn)
            rate = intervals / computed_s
            Result("real_input_consumption", rate, "intervals/s", conditions).print()
            worst = recorded.expect_years(conn, truth)
            km = recorded.expect_trip(conn)
    years = conditions | {"years": len(truth), "days": f"local, {recorded.ZONE}"}
    Result("real_input_largest_difference", worst, "1", years, peer="sum of the file").print()
    Result("real_input_trip", km, "km", conditions, peer="odometer of the file").print()
    return 0


def _replay(database: str, conn: Connection, readings: int) -> float:
    """Publish everything to a collector; how long until all of it is stored. [s]."""
    with TemporaryDirectory() as folder, own_broker() as broker:
        log = Path(folder) / "log"

        def run(name: str, *arguments: str) -> Child:
            return recorded.command(name, *arguments, database=database, broker=broker, log=log)

        with run("collect") as collector:
            _until(lambda: "connected to" in log.read_text(encoding="utf-8"), collector, log)
            began = time.perf_counter()
            for arguments in (
                recorded.replay_of_buildings(recorded.BUILDINGS),
                recorded.replay_of_trip(),
            ):
                if run("replay", *arguments).process.wait(_PATIENCE_S):
                    raise CheckError(f"replay failed: {last_lines(log)}")
            _until(lambda: _number(conn, _STORED) == readings, collector, log)
            return time.perf_counter() - began


_STORED = "SELECT coalesce(sum(stored), 0) FROM collector_count"
_INTERVALS = "SELECT count(*) FROM consumption"


def _compute(database: str, conn: Connection) -> tuple[int, float]:
    """Run the consumption job until nothing is left; intervals made, and how long it took. [s]."""
    with psycopg.connect(database, autocommit=True) as worker:
        become(worker, Role.WORK)
        began = time.perf_counter()
        while update_consumption(worker, now=datetime.now(UTC)):
            pass
        took_s = time.perf_counter() - began
    return _number(conn, _INTERVALS), took_s


def _number(conn: Connection, query: LiteralString) -> int:
    row = conn.execute(query).fetchone()
    return int(row[0]) if row else 0


def _until(done: Callable[[], bool], child: Child, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not done():
        if child.has_ended() or time.monotonic() > deadline:
            raise CheckError(f"{child.name} stopped or is stuck: {last_lines(log)}")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
