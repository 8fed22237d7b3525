"""How long people wait at the desks of the ledger: entry board, review, metrology, closing.

``python -m bench.desk [--full]``. From the request to the whole answer. What is timed is held
against what was planted: 300 institutions of which 20 are metered, and 1,000 meters with a year of
days, a certificate and a year of bills each.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from fastapi.testclient import TestClient

from bench import portfolio, yearly_statistics
from bench.api_latency import signed_in
from bench.portfolio import METERS
from bench.process import backend_cpu_s
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database
from store.money.tariff import add_tariff

RUNS, RUNS_FULL = 11, 60
AIM_MS = 500.0
CHARTED = 20
"""Main meters with a year of quarter hours; the month of the first institution's is closed."""
ZONE = ZoneInfo("Asia/Shanghai")
_SEED = Path(__file__).with_suffix(".sql")
_TARIFF = """
schema = "tariff/1"
code = "desk"
medium = "electricity"
name_zh = "desk"
name_en = "desk"
[[version]]
first_day = 2020-01-01
checked = false
source = "planted"
[[version.component]]
name = "energy"
price = "0.50"
"""
_ON_TARIFF = """
    INSERT INTO meter_tariff (meter_id, tariff_id, during)
    SELECT meter_id, tariff_id, daterange('2020-01-01', NULL) FROM meter, tariff
     WHERE meter.code = 'm1' AND tariff.code = 'desk'"""
_Ask = tuple[str, dict[str, object], Callable[[Any], None]]
"""Path, query, and what holds the answer against the truth."""


def main(arguments: Sequence[str]) -> int:
    """Measure every question and print its median and p95."""
    runs = RUNS_FULL if "--full" in arguments else RUNS
    with database_server() as server:
        conditions = described(server) | {"runs": runs, "aim_ms": AIM_MS}
        with migrated_database(server) as url:
            yearly_statistics.seed(url)
            with signed_in(url, yearly_statistics.LOGIN) as client:
                _measure(url, client, _of_entries(), runs, conditions)
        with migrated_database(server) as url:
            _plant(url)
            with signed_in(url, "bureau") as client:
                _measure(url, client, _of_meters(client), runs, conditions)
    return 0


def _plant(url: str) -> None:
    portfolio.seed(url, days=1, charted=CHARTED)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(_SEED.read_bytes())
        if add_tariff(conn, _TARIFF, place="desk") is None:
            raise CheckError("the tariff is there already")
        conn.execute(_ON_TARIFF)
        conn.execute("VACUUM ANALYZE")


def _of_entries() -> dict[str, _Ask]:
    units, metered = len(yearly_statistics.UNITS), len(yearly_statistics.METERED)

    def board(found: Any) -> None:
        cells = [row["cells"]["electricity_kwh"] for row in found["items"]]
        states = [cell["state"] for row in cells for cell in row]
        _same((states.count("metered"), len(states)), (12 * metered, 12 * units))

    def entries(found: Any) -> None:
        _same({row["state"] for row in found["items"]}, {"approved"})
        _same(len(found["items"]), 100)

    year = yearly_statistics.YEAR
    return {
        "entry_board": ("/entry-board", {"year": year}, board),
        "entry_list": ("/manual-entries", {"year": year, "limit": 100}, entries),
    }


def _of_meters(client: TestClient) -> dict[str, _Ask]:
    end = datetime.now(ZONE).date().replace(day=1)
    first = (end - timedelta(days=1)).replace(day=1)
    places = client.get("/api/v1/organisations").json()["items"]
    institution = next(row["id"] for row in places if row["code"] == "institution-1")
    # Billed are 100 to 104 % of what was counted; beyond 2 % of the bill are those of 103 and 104.
    beyond = 2 * METERS // 5

    def overview(found: Any) -> None:
        kinds = [each["kind"] for each in found["findings"]]
        _same((len(found["meters"]), kinds.count("no_certificate")), (METERS, 0))
        if kinds.count("bill_differs") not in (11 * beyond, 12 * beyond):
            raise CheckError(f"{kinds.count('bill_differs')} bills differ, want 12 x {beyond}")

    def preview(found: Any) -> None:
        kwh = Decimal(96 * 2 * (end - first).days)
        _same(Decimal(found["document"]["totals"]["electricity"]["amount"]), kwh)
        _same(Decimal(found["document"]["totals"]["cost"]["amount"]), kwh / 2)

    month = f"{first:%Y-%m}"
    at = datetime(end.year, end.month, end.day, tzinfo=UTC).isoformat()
    return {
        "metrology": ("/metrology", {}, overview),
        "metrology_remarks": (
            "/metrology/remarks", {"organisation": institution, "at": at}, _anything,
        ),
        "closing_preview": (
            "/ledger-months/preview", {"organisation": institution, "month": month}, preview,
        ),
    }  # fmt: skip


def _anything(_found: object) -> None:
    """An answer of which only the time is asked."""


def _same(seen: object, wanted: object) -> None:
    if seen != wanted:
        raise CheckError(f"{seen}, want {wanted}")


def _backends(url: str) -> list[int]:
    """Processes of the database that serve the API's pool."""
    with psycopg.connect(url) as conn:
        found = conn.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'civicwatt serve'"
        )
        return [pid for (pid,) in found]


def _cpu_s(backends: Sequence[int]) -> float:
    """Processor time so far of the API, which is this process, and of its database. [s]."""
    return time.process_time() + sum(backend_cpu_s(pid) for pid in backends)


def _measure(
    url: str, client: TestClient, asked: dict[str, _Ask], runs: int, conditions: dict[str, object]
) -> None:
    pids = _backends(url)
    for name, (path, query, check) in asked.items():
        took, worked = [], []
        for run in range(runs + 2):
            began, busy = time.perf_counter(), _cpu_s(pids)
            answer = client.get(f"/api/v1{path}", params={k: str(v) for k, v in query.items()})
            spent, busy = (time.perf_counter() - began) * 1e3, _cpu_s(pids) - busy
            if answer.is_error:
                raise CheckError(f"{path}: {answer.status_code} {answer.text[:200]}")
            if run < 2:  # these warm up, and are held against the truth
                check(answer.json())
            else:
                took.append(spent)
                worked.append(busy * 1e3)
        spread = {
            "cpu_ms": round(median(worked), 1),
            "least_ms": round(min(took), 1),
            "p95_ms": round(quantiles(took, n=20)[18], 1),
            "load": os.getloadavg()[0],
        }
        Result(f"desk_{name}", median(took), "ms", conditions | spread).print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
