"""Meters' years of quarter hours: from their registers to consumption, days and costs.

``python -m bench.consumption [--full]``. First, with every day of the year touched: nothing was
known (a quarter of the meters after the other, which shows whether a meter costs the same however
many there are), and the same by two workers at a time. Then of some meters: nothing changed since;
every value corrected, so that each interval gets a second version; one late day at a time.
Ends with 1 and names what acceptance bounds and was missed.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from multiprocessing import get_context
from statistics import median, quantiles
from typing import NamedTuple

import psycopg
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.interval_costs import update_costs
from bench import recorded
from bench.process import backend_cpu_s
from bench.result import CheckError, Result, median_result
from bench.servers import database_server, described, migrated_database
from bench.target import Target, print_all
from domain.price_book import MonthPrice
from domain.tariff_file import shipped_tariffs
from store.become import Role, become
from store.money.tariff import MeterTariffRow, add_tariff, announce_prices, put_meter, tariff
from store.places import registry

LATE_DAY_MS = 50.0
TARGETS = (
    Target("consumption_growth", most=1.2),
    Target("consumption_late_day", most=LATE_DAY_MS),
)
"""A meter among many costs as one among few, a late day under its bound. [1], [ms]"""
RUNS = 3
METERS, METERS_FULL = 4, 1000
INTERVALS = 365 * 96
"""From the first midnight to the last, in London."""
QUARTERS = 4
SOME = 40
"""So many meters at most are computed again: what that takes depends on a meter alone."""
LATE_DAYS = 60
WARM_DAYS = 12
"""Late days before those that count: of a worker that runs, statements are prepared."""
_FILL = """
    INSERT INTO electricity_reading (device_id, ts, received_at, active_energy_import_kwh)
    SELECT device_id, ts, now(), 0.37 * row_number() OVER (ORDER BY ts)
      FROM device, generate_series('2025-01-01Z', '2026-01-01Z', interval '15 min') AS ts
     WHERE code = %s RETURNING device_id"""
_CORRECT = """
    UPDATE electricity_reading SET active_energy_import_kwh = 1.01 * active_energy_import_kwh
     WHERE device_id = ANY (%s)"""
_TOUCH = """
    INSERT INTO touched (device_id, day)
    SELECT device_id, day
      FROM unnest(%s::bigint[]) AS device_id,
           generate_series('2025-01-01'::date, '2026-01-01', interval '1 day') AS day"""
_LATE = """
    UPDATE electricity_reading SET active_energy_import_kwh = active_energy_import_kwh + 0.1
     WHERE ts = %(at)s AND device_id = %(device)s"""
_TOUCH_ONE = "INSERT INTO touched (device_id, day) VALUES (%(device)s, %(at)s::timestamptz::date)"
_PRICED = """
    SELECT count(DISTINCT (meter_id, day)), count(*) - count(amount),
           (SELECT count(*) FROM cost_work)
      FROM consumption_cost"""
_VERSIONS = "SELECT count(*), count(superseded_at) FROM consumption"
_BARE = "CREATE TABLE bare (LIKE consumption INCLUDING ALL)"
_COPY = "INSERT INTO bare SELECT * FROM consumption"
_PEER = "bare INSERT .. SELECT of the same rows"


class Took(NamedTuple):
    """Time on the clock, and of the processors: of the worker and its database process. [s]."""

    wall: float
    cpu: float


class Run(NamedTuple):
    """What one run took; days and costs of a quarter of the meters apart, late days one by one."""

    first: list[Took]
    costs: list[Took]
    bare: Took
    two_workers: Took
    unchanged: Took
    corrected: Took
    late_days: list[Took]


def main() -> int:
    """Measure every case and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.consumption", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{METERS_FULL} meters, once")
    parser.add_argument("--meters", type=int, help="as many meters, once")
    asked = parser.parse_args()
    once = asked.meters or (METERS_FULL if asked.full else None)
    meters = once or METERS
    with database_server() as server:
        runs = [_run(server, meters) for _ in range(1 if once else RUNS)]
        conditions = described(server) | {"meters": meters, "intervals": meters * INTERVALS}
    results = _results(runs, meters, conditions)
    return print_all(results, TARGETS, program="bench.consumption")


def _run(server: str, meters: int) -> Run:
    with (
        migrated_database(server) as database,
        psycopg.connect(database, autocommit=True) as conn,
    ):
        names = [f"b{i}" for i in range(meters)]
        registry.write(conn, recorded.registry(names))
        devices = [_fill(conn, name) for name in names]
        _put_on_tariff(conn)
        parts = [
            devices[n * meters // QUARTERS : (n + 1) * meters // QUARTERS] for n in range(QUARTERS)
        ]
        first, costs = [], []
        for part in filter(None, parts):
            first.append(_figures(database, conn, part, "first"))
            costs.append(_costs(database))
        _expect_priced(conn, meters)
        bare = _bare(conn)
        some = devices[:SOME]
        unchanged = _figures(database, conn, some, "unchanged")
        _expect(conn, (meters * INTERVALS, 0))
        late_days = _late(database, conn, devices)
        conn.execute("TRUNCATE consumption, consumption_day, consumption_cost")
        conn.execute(_TOUCH, [devices])
        two_workers = _two_workers(database, conn)
        _expect(conn, (meters * INTERVALS, 0))
        _expect_priced(conn, meters)
        conn.execute(_CORRECT, [some])
        corrected = _figures(database, conn, some, "corrected")
        again = len(some) * INTERVALS
        _expect(conn, (meters * INTERVALS + again, again))
    return Run(first, costs, bare, two_workers, unchanged, corrected, late_days)


def _fill(conn: Connection, name: str) -> int:
    """Store a meter's year of readings; its device."""
    found = conn.execute(_FILL, (f"{recorded.PREFIX}{name}",))
    row = found.fetchone()
    if row is None or found.rowcount != INTERVALS + 1:
        raise CheckError(f"{found.rowcount} readings of {name}, want {INTERVALS + 1}")
    return int(row[0])


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


def _figures(database: str, conn: Connection, devices: Sequence[int], case: str) -> Took:
    """Touch every day of some devices and compute them."""
    conn.execute(_TOUCH, [[*devices]])
    conn.execute("CHECKPOINT")
    with _worker(database) as worker:
        took = _took(worker, lambda: update_consumption(worker, now=datetime.now(UTC)))
    return _told(case, took)


def _costs(database: str) -> Took:
    with _worker(database) as worker:
        took = _took(worker, lambda: update_costs(worker, now=datetime.now(UTC)))
    return _told("costs", took)


def _bare(conn: Connection) -> Took:
    conn.execute(_BARE)
    conn.execute("CHECKPOINT")
    took = _told("bare", _took(conn, lambda: conn.execute(_COPY)))
    conn.execute("DROP TABLE bare")
    return took


def _late(database: str, conn: Connection, devices: Sequence[int]) -> list[Took]:
    """A changed reading at noon of a day, and its day computed, of one meter after the other."""
    took = []
    with _worker(database) as worker:
        for number in range(WARM_DAYS + LATE_DAYS):
            at = datetime(2025, 1 + number % 12, 3 + number // 12, 12, tzinfo=UTC)
            late = {"at": at, "device": devices[number % len(devices)]}
            conn.execute(_LATE, late)
            conn.execute(_TOUCH_ONE, late)
            took.append(_took(worker, lambda: _whole(worker)))
    return took[WARM_DAYS:]


def _two_workers(database: str, conn: Connection) -> Took:
    """Figures and costs by two workers, each a process of its own that is running already."""
    conn.execute("CHECKPOINT")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        for each in [workers.submit(time.sleep, 0.2) for _ in range(2)]:
            each.result()
        began = time.perf_counter()
        both = [each.result() for each in [workers.submit(_work, database) for _ in range(2)]]
        return _told("two workers", Took(time.perf_counter() - began, _sum(both).cpu))


def _work(database: str) -> Took:
    with _worker(database) as worker:
        return _took(worker, lambda: _whole(worker))


def _whole(worker: Connection) -> None:
    """What a worker does with touched days, as `analytics/jobs/worker.py` puts it together."""
    update_consumption(worker, now=datetime.now(UTC))
    update_costs(worker, now=datetime.now(UTC))


def _worker(database: str) -> Connection:
    conn = psycopg.connect(database, autocommit=True)
    become(conn, Role.WORK)
    return conn


def _took(conn: Connection, work: Callable[[], object]) -> Took:
    """Time what is done on a connection."""
    began, busy = time.perf_counter(), _cpu_s(conn)
    work()
    return Took(time.perf_counter() - began, _cpu_s(conn) - busy)


def _told(case: str, took: Took) -> Took:
    """Say at once what a case took: full size takes most of an hour."""
    told = f"bench.consumption: {case} took {took.wall:.1f} s, processors {took.cpu:.1f} s"
    print(told, file=sys.stderr)
    return took


def _cpu_s(conn: Connection) -> float:
    return time.process_time() + backend_cpu_s(conn.info.backend_pid)


def _expect(conn: Connection, wanted: tuple[int, int]) -> None:
    found = conn.execute(_VERSIONS).fetchone()
    if found != wanted:
        raise CheckError(f"versions, superseded: {found}, want {wanted}")


def _expect_priced(conn: Connection, meters: int) -> None:
    found, wanted = conn.execute(_PRICED).fetchone(), (365 * meters, 0, 0)
    if found != wanted:
        raise CheckError(f"days with costs, without a price, waiting: {found}, want {wanted}")


def _sum(parts: Iterable[Took]) -> Took:
    wall, cpu = (sum(each) for each in zip(*parts, strict=True))
    return Took(wall, cpu)


def _results(runs: Sequence[Run], meters: int, conditions: dict[str, object]) -> Iterator[Result]:
    rows, again = meters * INTERVALS, min(meters, SOME)
    first = [_sum(run.first) for run in runs]
    whole = [_sum([*run.first, *run.costs]) for run in runs]
    bare = [run.bare for run in runs]
    for name, cases in (
        ("consumption_rows", first),
        ("consumption_rows_with_costs", whole),
        ("consumption_rows_two_workers", [run.two_workers for run in runs]),
    ):
        # Of a busy machine the ratio of processor times tells more than that of the clock.
        ratio = median(b.cpu / case.cpu for b, case in zip(bare, cases, strict=True))
        spent = {
            "cpu_us_a_row": round(median(case.cpu for case in cases) / rows * 1e6, 2),
            "cpu_ratio": round(ratio, 3),
        }
        rates, peer = ([rows / each.wall for each in column] for column in (cases, bare))
        told = conditions | spent
        yield median_result(name, "rows/s", rates, told, peer=_PEER, peer_values=peer)
    years = {
        "first": [each.wall / meters for each in first],
        "costs": [_sum(run.costs).wall / meters for run in runs],
        "unchanged": [run.unchanged.wall / again for run in runs],
        "corrected": [run.corrected.wall / again for run in runs],
    }
    for case, times in years.items():
        yield median_result(f"consumption_year_{case}", "s", times, conditions)
    for run in runs:
        quarters = [_sum(each).cpu for each in zip(run.first, run.costs, strict=True)]
        each_ms = [round(4 * each / meters * 1e3, 1) for each in quarters]
        yield Result(
            "consumption_growth",
            quarters[-1] / quarters[0],
            "1",
            conditions | {"cpu_ms_a_meter_of_each_quarter": each_ms},
        )
    late = [each for run in runs for each in run.late_days]
    walls = sorted(each.wall * 1e3 for each in late)
    spread = {
        "days": len(late),
        "p95_ms": round(quantiles(walls, n=20)[18], 1),
        "cpu_ms": round(median(each.cpu for each in late) * 1e3, 1),
        "aim_ms": LATE_DAY_MS,
    }
    yield Result("consumption_late_day", median(walls), "ms", conditions | spread)


if __name__ == "__main__":
    sys.exit(main())
