"""Twenty-five people at their consoles at once, by Locust, on 1,000 meters with a year of data.

``python -m bench.load [--full] [--people N] [--seconds N] [--meters-with-a-year N]``. The server is
the real one, a process of its own; Locust is another, on the same machine. Sign-ins and what each
asks once are not counted. 1 where the p95 of all requests misses its target, or any is an error.
"""

import argparse
import csv
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.clients import serving
from bench.portfolio import METERS, seed
from bench.process import cpu_s
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database
from bench.target import Target, print_all
from civicwatt.loopback import HOST

PEOPLE = 25
SECONDS, SECONDS_FULL = 60, 300
CHARTED, CHARTED_FULL = 40, METERS
"""Meters with a year of quarter hours; every meter has a year of days."""
TARGETS = (Target("load_p95", most=100.0), Target("load_errors", most=0.0))
_SEED = Path(__file__).with_suffix(".sql")
_PEOPLE = Path(__file__).with_name("load_people.py")
_ALL = "Aggregated"
_SIGN_INS_PER_S = 2


def plant(url: str, *, charted: int) -> None:
    """Fill a migrated database with the portfolio, its vehicles and its alerts."""
    seed(url, days=3, charted=charted)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(_SEED.read_bytes())


def loaded(port: int, folder: Path, *, people: int, seconds: int) -> dict[str, dict[str, str]]:
    """Let so many people ask for so long; a row of Locust's figures for each operation.

    Raises
    ------
    CheckError
        If Locust tells of no requests.
    """
    command = [
        str(Path(sys.executable).with_name("locust")), "--headless", "--only-summary",
        "--locustfile", str(_PEOPLE), "--host", f"http://{HOST}:{port}",
        "--users", str(people), "--spawn-rate", str(_SIGN_INS_PER_S), "--reset-stats",
        "--run-time", f"{seconds + people // _SIGN_INS_PER_S}s", "--stop-timeout", "10s",
        "--csv", str(folder / "load"), "--exit-code-on-error", "0",
    ]  # fmt: skip
    root = Path(__file__).parents[1]
    log = folder / "locust.log"
    with log.open("wb") as output:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
            stdout=output, stderr=output, check=False,
        )  # fmt: skip
    stats = folder / "load_stats.csv"
    lines = stats.read_text(encoding="utf-8").splitlines() if stats.exists() else []
    found = {row["Name"]: row for row in csv.DictReader(lines)}
    if done.returncode or not int(found.get(_ALL, {}).get("Request Count", 0)):
        raise CheckError(f"locust ended with {done.returncode}: {log.read_text()[-2000:]}")
    return found


def results(stats: dict[str, dict[str, str]], conditions: dict[str, object]) -> Iterator[Result]:
    """The figures of all requests, with those of each operation in the conditions."""
    whole = stats[_ALL]
    by_operation = {
        name: f"{row['50%']} / {row['95%']} / {row['99%']}"
        for name, row in stats.items()
        if name != _ALL and not name.startswith(("once ", "/api/"))
    }
    told = conditions | {
        "tool": f"locust {version('locust')}",
        "requests": int(whole["Request Count"]),
        "p50_ms": int(whole["50%"]),
        "p99_ms": int(whole["99%"]),
        "p50_p95_p99_ms": by_operation,
    }
    yield Result("load_p95", float(whole["95%"]), "ms", told)
    yield Result("load_rate", float(whole["Requests/s"]), "1/s", conditions)
    yield Result("load_errors", float(whole["Failure Count"]), "1", conditions)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a year of every meter; 300 s")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--meters-with-a-year", type=int)
    asked = parser.parse_args(arguments)
    seconds = asked.seconds or (SECONDS_FULL if asked.full else SECONDS)
    charted = asked.meters_with_a_year or (CHARTED_FULL if asked.full else CHARTED)
    with (
        database_server() as server,
        migrated_database(server) as url,
        TemporaryDirectory() as folder,
    ):
        plant(url, charted=charted)
        load_before = os.getloadavg()[0]
        with serving(url, Path(folder)) as (port, pid):
            busy = cpu_s(pid)
            stats = loaded(port, Path(folder), people=asked.people, seconds=seconds)
            spent = cpu_s(pid) - busy
        conditions = described(server) | {
            "meters": METERS, "with_a_year_of_quarter_hours": charted, "people": asked.people,
            "seconds": seconds, "server_cpu_s": round(spent, 1), "load_before": load_before,
            "load_after": os.getloadavg()[0],
        }  # fmt: skip
        return print_all(results(stats, conditions), TARGETS, program="bench.load")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
