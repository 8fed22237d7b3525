"""A database that stops and starts in full work costs time and nothing else."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from store.migrate import migrate
from store.places.registry import write as write_registry
from tests.broker.conftest import CIVICWATT, Publisher, until
from tests.broker.test_collector import sample, stored
from tests.estate import estate
from tests.faults.database import OwnDatabase
from tests.processes import ended

pytestmark = [pytest.mark.db, pytest.mark.broker]

TOTAL = 20_000


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[OwnDatabase]:
    """A PostgreSQL of the test's own, with the small estate."""
    database = OwnDatabase(tmp_path)
    try:
        database.start()
        with psycopg.connect(database.url, autocommit=True) as conn:
            migrate(conn)
            write_registry(conn, estate())
        yield database
    finally:
        database.remove()


@pytest.mark.timeout(240)
def test_batches_in_flight_when_the_database_stops_are_written_when_it_is_back(
    own_database: OwnDatabase, own_broker_url: str, publisher: Publisher, tmp_path: Path
) -> None:
    log = tmp_path / "collector.log"
    with log.open("wb") as output:
        collecting = subprocess.Popen(
            [CIVICWATT, "collect"],
            env={
                "CIVICWATT_DATABASE_URL": own_database.url,
                "CIVICWATT_MQTT_URL": own_broker_url,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    sending = threading.Thread(
        target=publisher.send, args=([sample(number) for number in range(TOTAL)],)
    )
    with ended(collecting) as process:
        until(lambda: b"connected to" in log.read_bytes(), process=process)
        sending.start()
        try:
            interrupt_in_full_work(own_database, process)
        finally:
            sending.join(60)
        until(lambda: len(stored(own_database.url)) == TOTAL, process=process)
        assert stored(own_database.url) == list(range(TOTAL))
        with psycopg.connect(own_database.url) as conn:
            row = conn.execute(
                "SELECT stored, conflicting, quarantined FROM collector_count"
            ).fetchone()
        assert row == (TOTAL, 0, 0)


def interrupt_in_full_work(database: OwnDatabase, collector: "subprocess.Popen[bytes]") -> None:
    """Stop the database and kill it, each time while readings are being written."""
    seen = [0]

    def in_full_work() -> bool:
        before, seen[0] = seen[0], len(stored(database.url))
        return before < seen[0] or seen[0] == TOTAL

    for end in (database.stop, database.kill):
        until(in_full_work, process=collector)
        end()
        time.sleep(1)
        database.start()
