"""The evaluator is killed at any point: no alert is lost, none is told twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.db.alerts.conftest import House
from tests.processes import ended

pytestmark = pytest.mark.db

DEVICES = [f"{name}-device-{number}" for name in ("school", "hospital") for number in range(3)]
OPEN = "SELECT count(*) FROM alert WHERE state = 'open' AND rule = 'voltage_low'"


@contextmanager
def watching(database: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real evaluator as a process; it is gone when the block ends."""
    command = [str(Path(sys.executable).with_name("civicwatt")), "watch"]
    environment = {**os.environ, "CIVICWATT_DATABASE_URL": database}
    with (
        log.open("ab") as output,
        ended(subprocess.Popen(command, env=environment, stderr=output)) as process,
    ):
        yield process


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def low(house: House) -> None:
    house.now = datetime.now(UTC)
    house.say('"voltage_a_v": 190.0', *DEVICES)


def test_an_evaluator_that_is_killed_loses_no_alert_and_doubles_none(
    house: House, database: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with watching(database, log) as process:
        until(lambda: house.one("SELECT count(*) FROM alert_progress") == 1)
        low(house)
        until(lambda: house.one("SELECT count(*) FROM alert") > 0)  # type: ignore[operator]  # a count
        process.kill()
    low(house)  # while nobody watches
    with watching(database, log) as process:
        low(house)
        until(lambda: house.one("SELECT max(hits) FROM alert") != 1)
        process.kill()

    killed_at = house.one("SELECT clock_timestamp()")
    with watching(database, log) as process:

        def all_are_open() -> bool:
            low(house)
            judged = house.one("SELECT at > %s FROM alert_progress", killed_at)
            return bool(judged) and house.one(OPEN) == len(DEVICES)

        until(all_are_open)
        process.terminate()
        assert process.wait(60) == 0
    assert house.one("SELECT count(*) FROM alert WHERE rule = 'voltage_low'") == len(DEVICES)
    opened = "SELECT count(*) FROM alert_event WHERE act = 'open'"
    assert house.one(opened) == len(DEVICES)
    assert house.one("SELECT count(*) FROM alert_interruption") == len(DEVICES)
    assert house.one("SELECT count(DISTINCT alert_id) FROM alert_interruption") == len(DEVICES)
