"""Queries behind a dashboard, as a person of the bureau, with a year stored of 1,000 meters.

``python -m bench.dashboard [--full]``. From the question to the last row in Python, without HTTP:
`api_latency` measures the whole way.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from typing import Literal
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection

from bench.portfolio import METERS, seed
from bench.process import backend_cpu_s
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database
from bench.target import Target, print_all
from store.become import Role, become
from store.institution.figure import days, days_as_of
from store.money.interval_cost import costs_of_meter

RUNS, RUNS_FULL = 40, 200
WARM = 5
"""Questions that are not counted."""
CHARTED = 20
"""Main meters, that have a year of quarter hours."""
AIM_MS = 100.0
TARGETS = (
    Target("dashboard_year_of_a_meter", most=AIM_MS),
    Target("dashboard_portfolio_month", most=AIM_MS),
)
"""The questions that acceptance bounds; of the others the aim is only told."""
Ask = Callable[[int], Sequence[object]]
MOST = 50_000
ZONE = ZoneInfo("Asia/Shanghai")
_COSTS = """
    INSERT INTO tariff (code, medium, name_zh, name_en) VALUES ('t', 'electricity', 't', 't');
    INSERT INTO consumption_cost (meter_id, day, period, start_at, tariff_id, value, unmeasured,
                                  unshaped, covered_s, price, amount, basis, checked, known_at)
    SELECT c.meter_id, c.day, p.period, c.start_at, tariff_id, c.value::numeric / 3, 0, 0, 28800,
           0.6, 0.2 * c.value::numeric, 'published', true, now()
      FROM consumption_day c, tariff, unnest(ARRAY['peak', 'flat', 'valley']) AS p (period);
    ANALYZE consumption_cost"""
_METERS = """
    SELECT m.meter_id, p.role FROM meter m JOIN meter_position p USING (meter_id)
     ORDER BY m.meter_id"""


def main(arguments: Sequence[str]) -> int:
    """Measure every query and print its p95; 1 where one that is bounded takes longer."""
    runs = RUNS_FULL if "--full" in arguments else RUNS
    with database_server() as server, migrated_database(server) as url:
        seed(url, days=1, charted=CHARTED)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(_COSTS)
            found = conn.execute(_METERS).fetchall()
            person = conn.execute("SELECT person_id::text FROM person WHERE login = 'bureau'")
            named = person.fetchone()
            become(conn, Role.API)
            conn.execute("SELECT set_config('civicwatt.person', %s, false)", named)
            main_meters = [meter for meter, role in found if role == "main"]
            asked = _questions(conn, [meter for meter, _ in found], main_meters)
            conditions = described(server) | {"meters": METERS, "runs": runs, "aim_ms": AIM_MS}
            results = _results(conn, asked, runs, conditions)
            return print_all(results, TARGETS, program="bench.dashboard")


def _results(
    conn: Connection,
    asked: Mapping[str, tuple[int, Ask]],
    runs: int,
    conditions: Mapping[str, object],
) -> Iterator[Result]:
    for name, (wanted, ask) in asked.items():
        busy = _cpu_s(conn)
        took = sorted(_times(ask, wanted, runs))
        spread = {
            "least_ms": round(took[0], 1),
            "p50_ms": round(median(took), 1),
            "cpu_ms": round((_cpu_s(conn) - busy) / (runs + WARM) * 1e3, 1),
        }
        p95 = quantiles(took, n=20)[18]
        yield Result(f"dashboard_{name}", p95, "ms", {**conditions, **spread})


def _questions(conn: Connection, every: list[int], mains: list[int]) -> dict[str, tuple[int, Ask]]:
    """Rows wanted, and the question of a run, each about another meter."""
    end = datetime.now(ZONE).date()
    year = end - timedelta(days=364), end
    month = _month_before(end)
    now = datetime.now(UTC)

    def one(run: int) -> list[int]:
        return [mains[run % len(mains)]]

    def use(
        meters: list[int], span: tuple[date, date], bin_: Literal["day", "month"]
    ) -> Sequence[object]:
        return days(conn, meters, *span, bin_=bin_, at_most=MOST)

    def once(meters: list[int], as_of: datetime) -> Sequence[object]:
        return days_as_of(conn, meters, *year, bin_="day", zone=ZONE, as_of=as_of, at_most=MOST)

    # A week ago, by which no row of `consumption_day` stood yet.
    before = now - timedelta(days=7)
    return {
        "year_of_a_meter": (364, lambda run: use(one(run), year, "day")),
        "portfolio_month": (METERS, lambda _: use(every, month, "month")),
        "portfolio_month_by_day": (
            METERS * (month[1] - month[0]).days,
            lambda _: use(every, month, "day"),
        ),
        "year_as_of_unchanged": (364, lambda run: once(one(run), now)),
        "year_as_of_all_changed": (357, lambda run: once(one(run), before)),
        "year_of_costs": (
            3 * 364,
            lambda run: costs_of_meter(conn, *one(run), *year, bin_="day"),
        ),
    }


def _month_before(day: date) -> tuple[date, date]:
    end = day.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def _times(ask: Ask, wanted: int, runs: int) -> list[float]:
    """Time of every question but the first ones, which warm up. [ms]."""
    took = []
    for run in range(runs + WARM):
        began = time.perf_counter()
        found = ask(run)
        took.append((time.perf_counter() - began) * 1e3)
        if abs(len(found) - wanted) > 1:  # the newest day may not be over
            raise CheckError(f"{len(found)} rows, want {wanted}")
    return took[WARM:]


def _cpu_s(conn: Connection) -> float:
    """Processor time so far, of this process and of the database's. [s]."""
    return time.process_time() + backend_cpu_s(conn.info.backend_pid)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
