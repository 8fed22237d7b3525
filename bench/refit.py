"""Baselines of many meters fitted to one year and applied to the next, as the worker does it.

``python -m bench.refit [--full | --meters N]``. Every meter has a baseline of its own; buildings
share one source of weather and one calendar. An eighth of the meters first, then a quarter, half
and all: what one costs must stay. Then all of them again after each training has changed, by one
worker and by two.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from multiprocessing import get_context
from typing import NamedTuple

import psycopg
from psycopg import Connection

from analytics.jobs.baselines import update_baselines
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database
from bench.target import Target, missed
from domain.local_day import day_start
from domain.registry import (
    Medium,
    Meter,
    MeterRole,
    Organisation,
    OrganisationKind,
    Registry,
)
from store.become import Role, become
from store.places import registry
from tests.baselined_building import FIRST, TRAINED, plant_surroundings, used
from tests.estate import SHANGHAI

METERS, METERS_FULL = 1_000, 10_000
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
TARGETS = (
    Target("refit_growth", most=1.1),
    Target("refit_memory", most=256.0),
)
"""What a meter costs, of the last and most over that of the first; memory of a worker [MB]."""
_CHANGE = "UPDATE consumption_day SET value = value + 1 WHERE day = %s"
_MODELS = "SELECT count(*), count(model) FROM baseline_version"


class Turn(NamedTuple):
    """What a worker has done: time on the clock and of its processor [s], peak memory [MB]."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> int:
    """Measure and print; ends with 1 where cost grows with the meters, or memory has no bound."""
    parser = argparse.ArgumentParser(prog="python -m bench.refit", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help=f"{METERS_FULL} meters")
    size.add_argument("--meters", type=int, default=METERS, help=f"usually {METERS}")
    given = parser.parse_args()
    meters = METERS_FULL if given.full else given.meters
    parts = [meters // 8, meters // 8, meters // 4]
    parts.append(meters - sum(parts))
    with database_server() as server, migrated_database(server) as url:
        conditions = described(server) | {"meters": meters, "years": 2, "load": os.getloadavg()[0]}
        with psycopg.connect(url, autocommit=True) as conn:
            _plant(conn, meters)
            firsts = []
            for part in parts:
                _want(conn, part)
                firsts += _turns(url, NOW, workers=1)
            _expect(conn, meters)
            lacking = _print_firsts(parts, firsts, conditions)
            agains = {}
            for workers in (1, 2):
                conn.execute(_CHANGE, [FIRST])
                agains[workers] = _turns(url, NOW + timedelta(days=2 * workers), workers=workers)
                _expect(conn, (1 + workers) * meters)
    _print_agains(meters, agains, conditions)
    for each in lacking:
        print(f"bench.refit: missed: {each}", file=sys.stderr)
    return 1 if lacking else 0


def _print_firsts(
    parts: Sequence[int], firsts: Sequence[Turn], conditions: dict[str, object]
) -> list[str]:
    """What one costs as there are more of them, and how much memory; names what was missed."""
    each = [turn.cpu_s / part * 1000 for part, turn in zip(parts, firsts, strict=True)]
    wall = [turn.wall_s / part * 1000 for part, turn in zip(parts, firsts, strict=True)]
    peak = [turn.peak_mb for turn in firsts]
    told = conditions | {
        "of": [*accumulate(parts)],
        "cpu_ms_a_meter": [round(one, 2) for one in each],
        "wall_ms_a_meter": [round(one, 2) for one in wall],
    }
    memory = {"peak_mb": [round(one, 1) for one in peak]}
    cpu_ms = sum(turn.cpu_s for turn in firsts) / sum(parts) * 1000
    results = (
        Result("refit_cpu", cpu_ms, "ms/meter", told),
        Result("refit_growth", each[-1] / each[0], "1", told),
        Result("refit_memory", max(peak), "MB", told | memory),
    )
    for result in results:
        result.print()
    return [line for result in results for line in missed(result, TARGETS)]


def _print_agains(
    meters: int, agains: Mapping[int, Sequence[Turn]], conditions: dict[str, object]
) -> None:
    """How long all of them take one worker, and two; processor time is that of the workers."""
    cpu = {workers: sum(turn.cpu_s for turn in turns) for workers, turns in agains.items()}
    wall = {workers: max(turn.wall_s for turn in turns) for workers, turns in agains.items()}
    told = conditions | {
        "load_after": os.getloadavg()[0],
        "one_worker_s": round(wall[1], 1),
        "cpu_s_of_one": round(cpu[1], 1),
        "cpu_s_of_two": [round(turn.cpu_s, 1) for turn in agains[2]],
        "peak_mb": [round(turn.peak_mb, 1) for turns in agains.values() for turn in turns],
        "per_10000_s": round(wall[2] * 10_000 / meters, 1),
    }
    Result("refit_two_workers", wall[2], "s", told).print()
    Result("refit_two_workers_cpu", cpu[2] / cpu[1], "1", told).print()


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
