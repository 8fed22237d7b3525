"""How long the API takes to answer over 1,000 meters.

``python -m bench.api_latency [--full]``; on CIVICWATT_TEST_COMMUNITY_URL when that is set.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

import psycopg
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from bench.portfolio import METERS, PASSWORD, PEOPLE, seed
from bench.result import CheckError, Result
from bench.servers import database_server, migrated_database
from store.server import inspect

RUNS = 30
RUNS_FULL = 200
DAYS, DAYS_FULL = 3, 21
"""Of quarter hours of every meter; those that are charted have a year of them."""
CHARTED = 40
NOTHING = "the session alone"
"""A question that reads no figure: what any answer costs on this machine at this hour."""
LIMIT_MS = {"single": 300.0, "portfolio": 1000.0}
"""p95 that one meter or building, and a list over everything, must stay under. [ms]"""


@dataclass(frozen=True, slots=True)
class Question:
    """One request a console makes; `kind` says which limit holds for it."""

    name: str
    kind: str
    path: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Timed:
    """Time from request to whole answer. [ms]."""

    question: Question
    login: str
    p50: float
    p95: float


@contextmanager
def signed_in(url: str, login: str) -> Iterator[TestClient]:
    """Client of an API on this database, for one of `PEOPLE`."""
    with TestClient(create_app(ApiSettings(database_url=url))) as client:
        answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        if answer.is_error:
            raise CheckError(f"sign-in as {login}: {answer.text}")
        yield client


def questions(meter: int, building: int, device: int, root: str) -> list[Question]:
    """What a console asks about one meter, one building, and everything."""
    now = datetime.now(UTC)

    def over(days: int, **more: object) -> dict[str, str]:
        span = {"from": (now - timedelta(days=days)).isoformat(), "to": now.isoformat()}
        return span | {name: str(value) for name, value in more.items()}

    def use(days: int, step: str) -> dict[str, str]:
        first = now.date() - timedelta(days=days)
        return {"medium": "electricity", "step": step,
                "first_day": str(first), "end_day": str(now.date())}  # fmt: skip

    return [
        Question(NOTHING, "nothing", "/session", {}),
        Question("series 14 d", "single", "/series", over(14, meter=meter)),
        Question("series 90 d", "single", "/series", over(90, meter=meter)),
        Question("series 365 d", "single", "/series", over(365, meter=meter)),
        Question(
            "gauge 90 d", "single", "/series", over(90, device=device, quantity="active_power_kw")
        ),
        Question("consumption day 365 d", "single", "/consumption",
                 over(365, meter=meter, step="day")),
        Question("consumption month 365 d", "single", "/consumption",
                 over(365, meter=meter, step="month")),
        Question("today", "single", f"/buildings/{building}/today", {}),
        Question("building", "single", f"/buildings/{building}", {}),
        Question("meters of a building", "single", "/meters", {"organisation": str(building)}),
        Question("meters", "portfolio", "/meters", {}),
        Question("devices", "portfolio", "/devices", {}),
        Question("organisations", "portfolio", "/organisations", {}),
        Question("buildings", "portfolio", "/buildings", {}),
        Question("latest readings", "portfolio", "/readings/latest", {}),
        Question("indicators", "portfolio", "/indicators", {"year": str(now.year)}),
        Question("use by day 31 d", "portfolio", f"/organisations/{root}/use", use(31, "day")),
        Question("use by month 365 d", "portfolio", f"/organisations/{root}/use",
                 use(365, "month")),
    ]  # fmt: skip


def measure(client: TestClient, login: str, runs: int) -> list[Timed]:
    """Ask every question `runs` times, each time about another building.

    Raises
    ------
    CheckError
        If an answer is an error.
    """
    mains = [m for m in _items(client, "/meters") if m["role"] == "main"]
    root = _items(client, "/organisations")[0]["code"]
    took: dict[str, list[float]] = {}
    asked: dict[str, Question] = {}
    for run in range(runs + 1):
        main = mains[run % len(mains)]
        for q in questions(main["id"], main["organisation_id"], main["device_id"], root):
            began = time.perf_counter()
            answer = client.get(f"/api/v1{q.path}", params=q.query)
            if answer.is_error or not answer.content:
                raise CheckError(f"{q.name} as {login}: {answer.status_code} {answer.text[:200]}")
            asked[q.name] = q
            if run:  # the first one warms up
                took.setdefault(q.name, []).append((time.perf_counter() - began) * 1000)
    return [
        Timed(asked[name], login, quantiles(ms, n=20)[9], quantiles(ms, n=20)[18])
        for name, ms in took.items()
    ]


def main(arguments: Sequence[str]) -> int:
    """Measure, print one result per kind of question, and say by the exit code if a limit holds."""
    runs, days = (RUNS_FULL, DAYS_FULL) if "--full" in arguments else (RUNS, DAYS)
    with _server() as server, migrated_database(server) as url:
        seed(url, days=days, charted=CHARTED)
        with psycopg.connect(url) as conn:
            floor = inspect(conn).floor
        timed: list[Timed] = []
        for login in PEOPLE:
            with signed_in(url, login) as client:
                timed += measure(client, login, runs)
    nothing = max(t.p95 for t in timed if t.question.name == NOTHING)
    slow = []
    for kind, limit in LIMIT_MS.items():
        of_kind = [t for t in timed if t.question.kind == kind]
        _print(kind, of_kind, floor, limit, runs, nothing)
        slow += [f"{t.question.name} as {t.login}" for t in of_kind if t.p95 > limit]
    if slow:
        raise CheckError(f"p95 over the limit: {', '.join(slow)}")
    return 0


def _print(
    kind: str, timed: list[Timed], floor: str, limit: float, runs: int, nothing: float
) -> None:
    routes = {f"{t.question.name}, {t.login}": f"{t.p50:.0f} / {t.p95:.0f}" for t in timed}
    worst = max(t.p95 for t in timed)
    conditions = {
        "floor": floor,
        "meters": METERS,
        "runs": runs,
        "load": os.getloadavg()[0],
        "limit_ms": limit,
        "p50_p95_ms": routes,
    }
    peer = f"p95 of {NOTHING}"
    Result(f"api_p95_{kind}", worst, "ms", conditions, peer, worst / nothing).print()


def _items(client: TestClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/api/v1{path}").json()["items"]
    return items


@contextmanager
def _server() -> Iterator[str]:
    community = os.environ.get("CIVICWATT_TEST_COMMUNITY_URL")
    if community:
        yield community
    else:
        with database_server() as server:
            yield server


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
