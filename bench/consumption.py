"""Meters' years of quarter hours: from their registers to consumption and days.

``python -m bench.consumption [--full]``. Three cases, every day of the year touched: nothing was
known; nothing changed since; every value corrected, so that each interval gets a second
version. Then what the year costs by day and period, the whole with two workers at a time, and one
late day of one meter at a time.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple

import psycopg
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.interval_costs import update_costs
from bench import recorded
from bench.result import CheckError, median_result
from bench.servers import database_server, described, migrated_database
from domain.price_book import MonthPrice
from domain.tariff_file import shipped_tariffs
from store import registry
from store.become import Role, become
from store.tariff import MeterTariffRow, add_tariff, announce_prices, put_meter, tariff

RUNS = 3
METERS, METERS_FULL = 4, 1000
INTERVALS = 365 * 96
"""From the first midnight to the last, in London."""
LATE_DAYS = 20
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
_LATE = """
    UPDATE electricity_reading SET active_energy_import_kwh = active_energy_import_kwh + 0.1
     WHERE ts = %(at)s AND device_id = (SELECT min(device_id) FROM electricity_reading)"""
_TOUCH_ONE = """
    INSERT INTO touched (device_id, day)
    SELECT min(device_id), %(at)s::timestamptz::date FROM electricity_reading"""
_UNPRICED = "SELECT count(*) - count(amount) FROM consumption_cost"
_VERSIONS = "SELECT count(*), count(superseded_at) FROM consumption"
_COPY = "INSERT INTO bare SELECT * FROM consumption"


class Run(NamedTuple):
    """What one run took. [s]."""

    first: float
    costs: float
    unchanged: float
    corrected: float
    two_workers: float
    bare: float
    late_day: float


def main() -> int:
    """Measure every case and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.consumption", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{METERS_FULL} meters, once")
    full = parser.parse_args().full
    meters = METERS_FULL if full else METERS
    with database_server() as server:
        runs = [_run(server, meters) for _ in range(1 if full else RUNS)]
        conditions = described(server) | {"meters": meters, "intervals": meters * INTERVALS}
    rows = meters * INTERVALS
    median_result(
        "consumption_rows",
        "rows/s",
        [rows / run.first for run in runs],
        conditions,
        peer="bare INSERT .. SELECT of the same rows",
        peer_values=[rows / run.bare for run in runs],
    ).print()
    peer = "bare INSERT .. SELECT of the same rows"
    for name, took in (
        ("consumption_rows_with_costs", [run.first + run.costs for run in runs]),
        ("consumption_rows_two_workers", [run.two_workers for run in runs]),
    ):
        rates = [rows / seconds for seconds in took]
        bare = [rows / run.bare for run in runs]
        median_result(name, "rows/s", rates, conditions, peer=peer, peer_values=bare).print()
    for case in ("first", "costs", "unchanged", "corrected"):
        times = [getattr(run, case) / meters for run in runs]
        median_result(f"consumption_year_{case}", "s", times, conditions).print()
    late = [run.late_day * 1e3 for run in runs]
    median_result("consumption_late_day", "ms", late, conditions).print()
    return 0


def _run(server: str, meters: int) -> Run:
    with (
        migrated_database(server) as database,
        psycopg.connect(database, autocommit=True) as conn,
    ):
        names = [f"b{i}" for i in range(meters)]
        registry.write(conn, recorded.registry(names))
        for name in names:
            conn.execute(_FILL, (f"{recorded.PREFIX}{name}",))
        _put_on_tariff(conn)
        rows = meters * INTERVALS
        conn.execute(_TOUCH)
        first = _told("first", _time(database, conn))
        costs = _told("costs", _time_costs(database, conn))
        bare = _told("bare", _bare(conn))
        conn.execute(_TOUCH)
        unchanged = _told("unchanged", _time(database, conn))
        _expect(conn, (rows, 0))
        late_day = median(_late(database, conn, number) for number in range(LATE_DAYS))
        conn.execute("TRUNCATE consumption, consumption_day")
        conn.execute(_TOUCH)
        two_workers = _told("two workers", _time_two(database, conn))
        _expect(conn, (rows, 0))
        conn.execute(_CORRECT)
        conn.execute(_TOUCH)
        corrected = _time(database, conn)
        _expect(conn, (2 * rows, rows))
    return Run(first, costs, unchanged, corrected, two_workers, bare, late_day)


def _told(case: str, took_s: float) -> float:
    """Say at once what a case took: the whole takes an hour and more at full size."""
    print(f"bench.consumption: {case} took {took_s:.1f} s", file=sys.stderr)
    return took_s


def _put_on_tariff(conn: Connection) -> None:
    """Put every meter on a tariff by time of use, with prices for every month."""
    text = shipped_tariffs()["tianjin.toml"]
    tariff_id = add_tariff(conn, text, place="tianjin.toml")
    known = None if tariff_id is None else tariff(conn, tariff_id)
    if tariff_id is None or known is None:
        raise CheckError("the tariff is there already")
    version = known.in_force(date(2025, 1, 1))
    for month in range(1, 13):
        announced = [
            MonthPrice(date(2025, month, 1), part.name, period, Decimal("0.1"), checked=True)
            for part in version.components
            for period in version.periods_of(part)
        ]
        announce_prices(conn, tariff_id, date(2025, month, 1), announced, source="bench")
    for (meter_id,) in conn.execute("SELECT meter_id FROM meter").fetchall():
        terms = MeterTariffRow(tariff_id, known.code, None, None, None, None, None)
        put_meter(conn, meter_id, terms)


def _time(database: str, conn: Connection) -> float:
    conn.execute("CHECKPOINT")
    with psycopg.connect(database, autocommit=True) as worker:
        become(worker, Role.WORK)
        began = time.perf_counter()
        update_consumption(worker, now=datetime.now(UTC))
        return time.perf_counter() - began


def _time_costs(database: str, conn: Connection) -> float:
    with psycopg.connect(database, autocommit=True) as worker:
        become(worker, Role.WORK)
        began = time.perf_counter()
        update_costs(worker, now=datetime.now(UTC))
        took = time.perf_counter() - began
    if conn.execute(_UNPRICED).fetchone() != (0,):
        raise CheckError("some days have no price")
    return took


def _time_two(database: str, conn: Connection) -> float:
    """The same by two workers, each a process of its own that is running already."""
    conn.execute("CHECKPOINT")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        for each in [workers.submit(time.sleep, 0.2) for _ in range(2)]:
            each.result()
        began = time.perf_counter()
        for each in [workers.submit(_work, database) for _ in range(2)]:
            each.result()
        return time.perf_counter() - began


def _work(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as worker:
        become(worker, Role.WORK)
        update_consumption(worker, now=datetime.now(UTC))


def _late(database: str, conn: Connection, number: int) -> float:
    """One changed reading at noon of a day, and its day computed."""
    day = {"at": datetime(2025, 1 + number % 12, 3 + number, 12, tzinfo=UTC)}
    conn.execute(_LATE, day)
    conn.execute(_TOUCH_ONE, day)
    with psycopg.connect(database, autocommit=True) as worker:
        become(worker, Role.WORK)
        update_consumption(worker, now=datetime.now(UTC))  # a worker is warm
        conn.execute(_LATE, day)
        conn.execute(_TOUCH_ONE, day)
        began = time.perf_counter()
        update_consumption(worker, now=datetime.now(UTC))
        return time.perf_counter() - began


def _bare(conn: Connection) -> float:
    conn.execute("CREATE TABLE bare (LIKE consumption INCLUDING ALL)")
    conn.execute("CHECKPOINT")
    began = time.perf_counter()
    conn.execute(_COPY)
    return time.perf_counter() - began


def _expect(conn: Connection, wanted: tuple[int, int]) -> None:
    found = conn.execute(_VERSIONS).fetchone()
    if found != wanted:
        raise CheckError(f"versions, superseded: {found}, want {wanted}")


if __name__ == "__main__":
    sys.exit(main())
