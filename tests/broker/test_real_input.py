"""Real meters and a real trip through the real commands: what comes out is what the files say.

A part of ``python -m bench.real_input``: four buildings over 2016, a leap year with both changes of
the clock, and the whole trip.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import recorded
from civicwatt.child import Child, last_lines
from store.places.registry import write as write_registry
from tests.broker.conftest import until
from tests.conftest import connected
from tests.servers import OwnBroker

pytestmark = [
    pytest.mark.db,
    pytest.mark.broker,
    pytest.mark.skipif(
        not recorded.DATA.exists(), reason="no ../shared/data: nothing real to replay"
    ),
]

BUILDINGS = ("b1", "b2", "b25", "b112")
HOURS_OF_2016 = 8784
Run = Callable[..., Child]


@pytest.fixture
def year(tmp_path: Path) -> Path:
    """2016 of a few buildings, cut out of the file of all."""
    with gzip.open(recorded.BUILDINGS, "rt") as whole:
        header = whole.readline().rstrip().split(",")
        kept = [0, *(header.index(building) for building in BUILDINGS)]
        lines = [header, *(whole.readline().rstrip().split(",") for _ in range(HOURS_OF_2016))]
    path = tmp_path / "2016.csv.gz"
    with gzip.open(path, "wt") as part:
        part.writelines(",".join(line[column] for column in kept) + "\n" for line in lines)
    return path


@pytest.fixture
def estate(database: str) -> str:
    with connected(database) as conn:
        write_registry(conn, recorded.registry(BUILDINGS))
    return database


@pytest.fixture
def run(estate: str, own_broker: OwnBroker, tmp_path: Path) -> Run:
    """Start a command on the test's servers."""

    def start(name: str, *arguments: str) -> Child:
        log = tmp_path / f"{name}.log"
        return recorded.command(name, *arguments, database=estate, broker=own_broker.url, log=log)

    return start


def completes(child: Child, log: Path) -> None:
    assert child.process.wait(60) == 0, last_lines(log)


def test_days_add_up_to_the_files_and_the_trip_has_its_length(
    run: Run, estate: str, year: Path, tmp_path: Path
) -> None:
    with run("collect") as collector, run("work") as worker, connected(estate) as conn:
        log = tmp_path / "collect.log"
        until(lambda: b"connected to" in log.read_bytes(), process=collector.process)
        completes(run("replay", *recorded.replay_of_buildings(year)), tmp_path / "replay.log")
        completes(run("replay", *recorded.replay_of_trip()), tmp_path / "replay.log")

        def stored() -> int:
            row = conn.execute("SELECT coalesce(sum(stored), 0) FROM collector_count").fetchone()
            return int(row[0]) if row else 0

        # One more reading than hours: the register at the very beginning.
        expected = len(BUILDINGS) * (HOURS_OF_2016 + 1) + recorded.rows_in(recorded.TRIP)
        until(lambda: stored() == expected, process=collector.process)
        # A day leaves the list in the transaction that writes its consumption.
        until(
            lambda: conn.execute("SELECT count(*) FROM waiting_day").fetchone() == (0,),
            process=worker.process,
        )

        assert len(recorded.amounts_by_year(year)) == len(BUILDINGS)
        recorded.expect_years(conn, recorded.amounts_by_year(year))
        recorded.expect_trip(conn)
        short_and_long = conn.execute(
            "SELECT DISTINCT day::text, day_s / 3600 FROM consumption_day WHERE day_s <> 86400"
            " ORDER BY 1"
        ).fetchall()
        assert short_and_long == [("2016-03-27", 23), ("2016-10-30", 25)]
        quarantined = conn.execute("SELECT reason FROM quarantine").fetchall()
        assert quarantined == []
