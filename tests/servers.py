"""The real servers the tests stand on: a PostgreSQL, if possible with TimescaleDB, and a Mosquitto.

Taken from the environment; else from `.local/timescale.env`, which `make timescale` writes; else
started here. Each process of pytest-xdist has its own fixtures, so what is started here is private
to it; what comes from outside is shared, and a test keeps to databases and topics of its own.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest

from civicwatt.embedded_broker import find_mosquitto, start_mosquitto
from civicwatt.embedded_postgres import running_postgres
from civicwatt.loopback import answers, free_port

if TYPE_CHECKING:
    from civicwatt.child import Child

LOCAL_SERVERS = Path(__file__).parents[1] / ".local" / "timescale.env"


def server_address(name: str) -> str | None:
    """Address of an outside server, from the environment or from `make timescale` if it runs."""
    if given := os.environ.get(name):
        return given
    lines = LOCAL_SERVERS.read_text().splitlines() if LOCAL_SERVERS.exists() else []
    local = dict(line.split("=", 1) for line in lines)
    address = local.get(name)
    return address if address and answers(urlsplit(address).port or 0) else None


def pytest_report_header() -> str:
    """Say once, in the head of the run, what the tests of the database stand on."""
    if address := server_address("CIVICWATT_TEST_DATABASE_URL"):
        return f"database: {urlsplit(address).hostname}:{urlsplit(address).port}"
    return "database: embedded PostgreSQL; tests of TimescaleDB do not run (`make timescale`)"


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Superuser's address of a PostgreSQL server that tests may make databases on."""
    if address := server_address("CIVICWATT_TEST_DATABASE_URL"):
        with psycopg.connect(address, connect_timeout=10):
            pass  # a wrong address fails here, once, with its own message
        yield address
        return
    if "CI" in os.environ:
        pytest.fail("no TimescaleDB: set CIVICWATT_TEST_DATABASE_URL or run `make timescale`")
    with running_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Mosquitto that other tests may be using too."""
    if address := server_address("CIVICWATT_TEST_MQTT_URL"):
        yield address
        return
    broker = OwnBroker(tmp_path_factory.mktemp("mosquitto"))
    broker.start()
    yield broker.url
    broker.stop()


class OwnBroker:
    """A Mosquitto that belongs to one test, which may stop, kill and start it again."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._process: Child | None = None

    def start(self) -> None:
        """Start, or start again with what it kept, at the same address."""
        program = find_mosquitto()
        if not program:
            missing = "no Mosquitto: install it, or set CIVICWATT_TEST_MQTT_URL"
            (pytest.fail if "CI" in os.environ else pytest.skip)(missing)
        self._process = start_mosquitto(program, self.data_dir, self.port)

    def stop(self) -> None:
        """Stop in an orderly way: it saves sessions and queues."""
        if self._process:
            self._process.stop(within_s=30.0)

    def kill(self) -> None:
        """Stop as a crash would: what it has not saved is gone."""
        if self._process:
            self._process.kill()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[OwnBroker]:
    """A running Mosquitto of the test's own."""
    broker = OwnBroker(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()
