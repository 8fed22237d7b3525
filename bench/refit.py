"""Baselines of many meters fitted to one year and applied to the next, as the worker does it.

``python -m bench.refit [--full]``. Every meter has a baseline of its own; buildings share one
source of weather and one calendar. Half of the meters first, then all: what one costs must stay.
Then all of them again after each training has changed, with two workers.
"""

import argparse
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from typing import NamedTuple

import psycopg
from psycopg import Connection

from analytics.jobs.baselines import update_baselines
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database
from domain.local_day import day_start
from domain.registry import (
    Medium,
    Meter,
    MeterRole,
    Organisation,
    OrganisationKind,
    Registry,
)
from store import registry
from store.become import Role, become
from tests.baselined_building import FIRST, TRAINED, plant_surroundings, used
from tests.estate import SHANGHAI

METERS, METERS_FULL = 400, 10_000
METERS_A_BUILDING = 20
NOW = datetime(2026, 1, 2, tzinfo=UTC)
"""The clock of the first fits: the day after the last one of the reporting year."""
_DAYS = """
    INSERT INTO consumption_day (meter_id, quantity, day, start_at, value, quantity_grade,
                                 shape_grade, flags, covered_s, day_s, unmeasured, known_at)
    SELECT m.meter_id, m.quantity, d.day, d.day::timestamp AT TIME ZONE 'Asia/Shanghai',
           d.kwh * (1 + m.meter_id %% 7)
             + 20 * sin(m.meter_id * 1.7 + extract(doy FROM d.day) * 2.3),
           'measured', 'measured', 0, 86400, 86400, 0, now()
      FROM meter m, unnest(%s::date[], %s::float8[]) AS d (day, kwh)"""
_WANT = """
    INSERT INTO baseline (organisation_id, meter_id, medium, train, reporting_from, cvrmse_limit,
                          nmbe_limit, limit_source, first_at, end_at, person_id)
    SELECT p.place_id, m.meter_id, m.medium, daterange(%(first)s, %(end)s), %(end)s, 0.25, 0.005,
           'bench', %(first_at)s, %(end_at)s, (SELECT min(person_id) FROM person)
      FROM meter m JOIN meter_position p USING (meter_id)
     WHERE NOT EXISTS (SELECT FROM baseline b WHERE b.meter_id = m.meter_id)
     ORDER BY m.meter_id LIMIT %(at_most)s"""
_CHANGE = "UPDATE consumption_day SET value = value + 1 WHERE day = %s"
_MODELS = "SELECT count(*), count(model) FROM baseline_version"


class Turn(NamedTuple):
    """What a worker has done: time on the clock and of its processor [s], peak memory [MB]."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.refit", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{METERS_FULL} meters")
    meters = METERS_FULL if parser.parse_args().full else METERS
    with database_server() as server, migrated_database(server) as url:
        conditions = described(server) | {"meters": meters, "years": 2}
        with psycopg.connect(url, autocommit=True) as conn:
            _plant(conn, meters)
            _want(conn, meters // 2)
            half = _turns(url, NOW, workers=1)
            _want(conn, meters)
            whole = _turns(url, NOW, workers=1)
            _expect(conn, meters)
            conn.execute(_CHANGE, [FIRST])
            again = _turns(url, NOW + timedelta(days=2), workers=2)
            _expect(conn, 2 * meters)
    _print(meters, half, whole, again, conditions)
    return 0


def _print(
    meters: int,
    half: list[Turn],
    whole: list[Turn],
    again: list[Turn],
    conditions: dict[str, object],
) -> None:
    first, second = (turns[0].cpu_s / (meters / 2) * 1000 for turns in (half, whole))
    told = conditions | {"cpu_ms_a_meter_of_the_first_half": round(first, 3)}
    Result("refit_cpu", second, "ms/meter", told).print()
    Result("refit_growth", second / first, "1", conditions).print()
    wall = max(turn.wall_s for turn in again)
    Result(
        "refit_two_workers", wall, "s", conditions | {"per_10000_s": wall * 10_000 / meters}
    ).print()
    peak = max(turn.peak_mb for turn in (*half, *whole, *again))
    Result("refit_memory", peak, "MB", conditions).print()


def _plant(conn: Connection, meters: int) -> None:
    places = -(-meters // METERS_A_BUILDING)
    organisations = [
        Organisation("bureau", None, OrganisationKind.BUREAU, "b", "b", SHANGHAI.key),
        *(
            Organisation(f"p{n}", "bureau", OrganisationKind.BUILDING, "p", "p")
            for n in range(places)
        ),
    ]
    points = [
        Meter(f"m{n}", f"p{n % places}", Medium.ELECTRICITY, MeterRole.MAIN, None, "m", "m")
        for n in range(meters)
    ]
    registry.write(conn, Registry(tuple(organisations), tuple(points), ()))
    conn.execute("INSERT INTO person (login, name, password_hash) VALUES ('bench', 'bench', '')")
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'bureau'").fetchone()
    plant_surroundings(conn, row[0] if row else 0)
    each = used()
    conn.execute(_DAYS, [list(each), list(each.values())])
    conn.execute("ANALYZE")


def _want(conn: Connection, at_most: int) -> None:
    first_at, end_at = day_start(FIRST, SHANGHAI), day_start(TRAINED, SHANGHAI)
    span: dict[str, date | datetime | int] = {
        "first": FIRST, "end": TRAINED, "first_at": first_at, "end_at": end_at, "at_most": at_most
    }  # fmt: skip
    conn.execute(_WANT, span)


def _turns(url: str, now: datetime, *, workers: int) -> list[Turn]:
    """Let workers, each a process of its own, do what waits."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return [*pool.map(_turn, [url] * workers, [now] * workers)]


def _turn(url: str, now: datetime) -> Turn:
    began, cpu = time.perf_counter(), time.process_time()
    with psycopg.connect(url, autocommit=True) as conn:
        become(conn, Role.WORK)
        while update_baselines(conn, now=now):
            pass
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Turn(time.perf_counter() - began, time.process_time() - cpu, peak_kb / 1024)


def _expect(conn: Connection, versions: int) -> None:
    if conn.execute(_MODELS).fetchone() != (versions, versions):
        raise CheckError(f"{conn.execute(_MODELS).fetchone()} versions and models, want {versions}")


if __name__ == "__main__":
    sys.exit(main())
