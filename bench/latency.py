"""How late a message is: from its publication to its row, and to the event at a signed-in client.

``python -m bench.latency [--full]``. First the full rate is measured, by emptying a queue; then
live messages arrive at a tenth and at half of it. A row is seen when its commit is announced and a
query finds it. Its event is the first that the client hears from then on.
"""

import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Thread

import httpx2
import psycopg

from api.password import hash_password
from bench import telemetry
from bench.collecting import empty_queue
from bench.live import speak, watched
from bench.product import command, running_collector
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker
from civicwatt.loopback import HOST, answers, free_port
from store.people.person import add_person, grant

RUNS = 5
SECONDS = 4.0
SECONDS_FULL = 60.0
WARM_UP_S = 2.0
QUEUED = 60_000
DEVICES = 2000
SHARES = (0.1, 0.5)
AIM_MS = 500.0
_LOGIN, _PASSWORD = "bench", "correct horse battery"
_PERCENT = (50, 99)
_AHEAD_S = 0.05


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    seconds = SECONDS_FULL if "--full" in arguments else SECONDS
    with database_server() as server:
        full = _full_rate(server)
        for share in SHARES:
            runs = [_run(server, share * full, seconds) for _ in range(RUNS)]
            conditions = described(server) | {
                "share_of_full_rate": share,
                "full_rate": round(full),
                "kept_rate": round(median(run[0] for run in runs)),
                "devices": DEVICES,
                "seconds": seconds,
                "aim_p99_ms": AIM_MS,
            }
            _print("row", [run[1] for run in runs], conditions)
            _print("event", [run[2] for run in runs], conditions)
    return 0


def _print(name: str, runs: Sequence[Sequence[float]], conditions: dict[str, object]) -> None:
    for percent in _PERCENT:
        ms = [1000 * quantiles(delays, n=100)[percent - 1] for delays in runs]
        spread = {"runs": len(ms), "least": round(min(ms), 1), "most": round(max(ms), 1)}
        share = round(100 * float(str(conditions["share_of_full_rate"])))
        line = f"publish_to_{name}_p{percent}_at_{share}_percent"
        Result(line, median(ms), "ms", conditions | spread).print()


def _full_rate(server: str) -> float:
    with own_broker() as broker, migrated_database(server) as database:
        telemetry.register(database)
        telemetry.leave_session(broker, "civicwatt-full")
        telemetry.publish(broker, telemetry.messages(QUEUED, datetime.now(UTC)))
        return empty_queue(broker, database, name="full", messages=QUEUED).rate


def _run(server: str, rate: float, seconds: float) -> tuple[float, list[float], list[float]]:
    """The rate that was kept, and delays of rows and of events. [1/s, s, s]."""
    with own_broker() as broker, migrated_database(server) as database:
        telemetry.register(database, DEVICES)
        _add_person(database)
        told: list[float] = []
        with (
            running_collector(database, broker, "live"),
            _served(database, broker) as address,
            _following(address, told),
            watched(database, DEVICES - 1) as seen,
        ):
            speak(broker, rate=rate, seconds=WARM_UP_S, devices=DEVICES)
            began = time.time()
            kept = speak(broker, rate=rate, seconds=seconds, devices=DEVICES) / seconds
            time.sleep(1.0)  # for the last ones
    counted = bisect_left(seen.spoken, began)
    events = []
    for spoken, row in zip(seen.spoken[counted:], seen.seen[counted:], strict=True):
        at = bisect_left(told, row)
        if at == len(told) and told[-1:] < [row - _AHEAD_S]:
            raise CheckError("a row was told in no event")
        # The last event may have overtaken the query that looked for its row.
        events.append(max(row, told[min(at, len(told) - 1)]) - spoken)
    return kept, seen.delays()[counted:], events


def _add_person(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        add_person(conn, login=_LOGIN, name=_LOGIN, password_hash=hash_password(_PASSWORD))
        grant(conn, login=_LOGIN, role="operator", organisation="bench")


@contextmanager
def _served(database: str, broker: str) -> Iterator[str]:
    port = free_port()
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        serve = ("serve", "--host", HOST, "--port", str(port))
        with command(*serve, database=database, broker=broker, log=log) as child:
            child.wait_until(lambda: answers(port), within_s=30.0, log=log)
            yield f"http://{HOST}:{port}"


@contextmanager
def _following(address: str, told: list[float]) -> Iterator[None]:
    """Sign in and note when events of readings arrive. [s since 1970]."""
    with httpx2.Client(base_url=address, timeout=20) as client:
        answer = client.post("/api/v1/session", json={"login": _LOGIN, "password": _PASSWORD})
        if answer.is_error:
            raise CheckError(f"sign-in: {answer.text}")
        with client.stream("GET", "/api/v1/stream") as response:
            thread = Thread(target=_hear, args=(response, told), daemon=True)
            thread.start()
            yield


def _hear(response: httpx2.Response, told: list[float]) -> None:
    try:
        told.extend(time.time() for line in response.iter_lines() if line == "event: readings")
    except httpx2.HTTPError:
        return  # the server was stopped, which ends the measurement


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
