"""Server-sent events over a real server: what changed, at once, and to nobody else."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread

import httpx2
import pytest
import uvicorn
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from api.app import create_app
from api.bell import Ear
from api.settings import ApiSettings
from civicwatt.loopback import free_port
from store.become import Role
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, estate, registers, store_messages
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db

MIDNIGHT = datetime(2026, 6, 30, 16, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    for login in ("school", "hospital"):
        add_person(superuser, login=login, name=login, password_hash=PASSWORD_HASH)
        grant(superuser, login=login, role="operator", organisation=login)
    return superuser


@pytest.fixture
def server(conn: Connection, database: str) -> Iterator[str]:
    assert conn.info.dbname in database
    port = free_port()
    config = uvicorn.Config(
        create_app(ApiSettings(database_url=database)),
        port=port,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    running = uvicorn.Server(config)
    thread = Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(15)
    assert not thread.is_alive()


@contextmanager
def stream(server: str, login: str, **headers: str) -> Iterator[Iterator[str]]:
    """Lines of a signed-in person's stream."""
    with httpx2.Client(base_url=server, timeout=20) as client:
        answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200
        with client.stream("GET", "/api/v1/stream", headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield response.iter_lines()


def change(conn: Connection, name: str, first: float) -> None:
    """New readings of one institution, and their figures."""
    values = [first + i for i in range(5)]
    start = MIDNIGHT + timedelta(days=first)
    store_messages(conn, registers(f"{name}-device-0", start, values, step=QUARTER))
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)


def next_of(lines: Iterator[str], field: str) -> str:
    return next(line for line in lines if line.startswith(f"{field}: ")).partition(": ")[2]


def until_blank(lines: Iterator[str]) -> Iterator[str]:
    """The lines of the next event."""
    for line in lines:
        if line.startswith("event: "):
            yield line
            break
    for line in lines:
        if not line:
            return
        yield line


def test_a_change_is_told_with_the_ids_of_what_changed(server: str, conn: Connection) -> None:
    with stream(server, "school") as lines:
        assert next_of(lines, "retry") == "3000"
        change(conn, "school", 1)
        assert next_of(lines, "event") == "readings"
        while next_of(lines, "event") != "consumption":
            pass
        told = json.loads(next_of(lines, "data"))
    row = conn.execute("SELECT meter_id FROM meter WHERE code = 'school-meter-0'").fetchone()
    assert row is not None
    assert told == {"meter_ids": [row[0]], "first_day": "2026-07-02", "end_day": "2026-07-03"}


def test_a_change_elsewhere_is_not_told(server: str, conn: Connection) -> None:
    with stream(server, "school") as lines:
        next_of(lines, "retry")
        change(conn, "hospital", 1)
        change(conn, "school", 2)
        next_of(lines, "event")
        devices = json.loads(next_of(lines, "data"))["device_ids"]
    rows = conn.execute("SELECT device_id FROM device WHERE code = 'school-device-0'")
    assert [(device,) for device in devices] == rows.fetchall()


def test_after_a_break_the_browser_is_told_what_it_missed(server: str, conn: Connection) -> None:
    with stream(server, "school") as lines:
        last = next_of(lines, "id")
    change(conn, "school", 1)
    with stream(server, "school", **{"Last-Event-ID": last}) as lines:
        assert next_of(lines, "event") == "readings"


def test_one_that_has_missed_too_much_is_told_to_reload(server: str, conn: Connection) -> None:
    conn.execute(
        "INSERT INTO outbox (topic, device_id, first_day, end_day) "
        "SELECT 'readings', device_id, '2026-07-01', '2026-07-02' FROM device, "
        "generate_series(1, 600) WHERE code = 'school-device-0'"
    )
    with stream(server, "school", **{"Last-Event-ID": "0"}) as lines:
        assert next_of(lines, "event") == "resync"


def test_a_stream_ends_with_its_session(server: str, conn: Connection) -> None:
    with stream(server, "school") as lines:
        next_of(lines, "retry")
        conn.execute("DELETE FROM session")
        change(conn, "school", 1)
        assert [line for line in lines if line.startswith("event")] == []


def test_a_stranger_is_refused(server: str) -> None:
    assert httpx2.get(f"{server}/api/v1/stream", timeout=20).status_code == 401


def device_id(conn: Connection, code: str) -> int:
    row = conn.execute("SELECT device_id FROM device WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def commit_readings(conn: Connection, *devices: int) -> None:
    """What a collector says when it has committed a batch."""
    conn.execute("SELECT pg_notify('civicwatt_readings', %s)", [",".join(map(str, devices))])


def test_committed_readings_are_told_at_once_and_without_an_id(
    server: str, conn: Connection
) -> None:
    mine, foreign = device_id(conn, "school-device-0"), device_id(conn, "hospital-device-0")
    with stream(server, "school") as lines:
        next_of(lines, "retry")
        time.sleep(0.5)
        began = time.monotonic()
        commit_readings(conn, foreign, mine)
        told = list(until_blank(lines))
    assert told == ["event: readings", f'data: {{"device_ids": [{mine}]}}']
    assert time.monotonic() - began < 1.0


def test_of_foreign_readings_a_stream_hears_nothing(server: str, conn: Connection) -> None:
    foreign = device_id(conn, "hospital-device-0")
    with stream(server, "school") as lines:
        next_of(lines, "retry")
        commit_readings(conn, foreign)
        time.sleep(1.5)  # that it is the next thing told shows that nothing was before it
        change(conn, "school", 1)
        assert json.loads(next_of(lines, "data")) == {
            "device_ids": [device_id(conn, "school-device-0")]
        }


def test_a_burst_is_told_in_few_words(server: str, conn: Connection) -> None:
    mine = device_id(conn, "school-device-0")
    with stream(server, "school") as lines:
        next_of(lines, "retry")
        for _ in range(200):
            commit_readings(conn, mine)
        time.sleep(1.5)
        change(conn, "school", 1)
        told = 0
        while next_of(lines, "event") != "consumption":
            told += 1
    assert told < 10


def test_readings_of_many_devices_are_told_as_many(server: str, conn: Connection) -> None:
    with stream(server, "school") as lines:
        next_of(lines, "retry")
        commit_readings(conn)
        assert next_of(lines, "event") == "readings"
        assert json.loads(next_of(lines, "data")) == {"many": True}


def test_what_a_slow_stream_has_not_been_told_is_bounded() -> None:
    ear = Ear()
    for first in range(0, 10_000, 100):
        ear.hear_of(set(range(first, first + 100)))
        assert len(ear.devices) <= 2000
    assert ear.take() == (set(), True)
    ear.hear_of({1})
    assert ear.take() == ({1}, False)
