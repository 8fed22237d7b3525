"""Who watches the watcher: real processes, killed one by one; a listener outside notices."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from tests.broker.conftest import CIVICWATT, Publisher, StartCollector, until
from tests.processes import ended
from tests.receiver import receiver

pytestmark = [pytest.mark.db, pytest.mark.broker]

MARKS = """
SELECT (SELECT max(as_of) FROM collector_count),
       (SELECT at FROM alert_progress WHERE part = 'live'), (SELECT at FROM delivery_progress)"""


@contextmanager
def readings(publisher: Publisher) -> Iterator[None]:
    """A meter that sends all the while."""
    over = Event()

    def send() -> None:
        while not over.wait(0.2):
            publisher.values("school-device-0", int(time.time() * 1000), active_power_kw=7.0)

    thread = Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def running(command: str, env: dict[str, str], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """One of our processes."""
    with (
        (folder / f"{command}.log").open("ab") as log,
        ended(subprocess.Popen([CIVICWATT, command], env=env, stdout=log, stderr=log)) as process,
    ):
        yield process


def test_each_process_that_is_killed_is_noticed_outside(
    estate_database: str, publisher: Publisher, start_collector: StartCollector, tmp_path: Path
) -> None:
    with (
        receiver() as outside,
        psycopg.connect(estate_database, autocommit=True) as conn,
        readings(publisher),
    ):
        env = {
            "CIVICWATT_DATABASE_URL": estate_database,
            "CIVICWATT_HEARTBEAT_URL": outside.url,
            "CIVICWATT_HEARTBEAT_EVERY_S": "0.2",
            "CIVICWATT_DELIVERY_NETWORKS": "127.0.0.0/8",
        }

        def heard_again() -> None:
            before = len(outside.requests)
            until(lambda: len(outside.requests) >= before + 2)

        def silent_while_others_go_on(dead: int | None) -> None:
            """Only what was under way may still come; the others take three steps, in silence."""
            before = len(outside.requests)
            for _ in range(3):
                last = conn.execute(MARKS).fetchone()
                assert last is not None
                alive = [mark for number, mark in enumerate(last) if number != dead]

                def moved(alive: list[object] = alive) -> bool:
                    now = conn.execute(MARKS).fetchone()
                    assert now is not None
                    others = [mark for number, mark in enumerate(now) if number != dead]
                    return all(new > old for new, old in zip(others, alive, strict=True))  # type: ignore[operator]  # instants

                until(moved)
            assert len(outside.requests) <= before + 1

        collector = start_collector()
        with running("deliver", env, tmp_path) as deliver, running("work", env, tmp_path) as work:
            with running("watch", env, tmp_path) as watch:
                heard_again()
                watch.kill()
                watch.wait()
                silent_while_others_go_on(dead=1)
            with running("watch", env, tmp_path):
                heard_again()
                collector.kill()
                collector.wait()
                silent_while_others_go_on(dead=0)
                start_collector()
                heard_again()
                work.kill()
                work.wait()
                # Three quarters of a minute pass, in which a worker would have told that it lives.
                conn.execute(
                    "UPDATE queue.procrastinate_workers"
                    " SET last_heartbeat = last_heartbeat - interval '1 minute'"
                )
                silent_while_others_go_on(dead=None)
            with running("watch", env, tmp_path), running("work", env, tmp_path):
                heard_again()
                deliver.kill()
                deliver.wait()
                silent_while_others_go_on(dead=2)
