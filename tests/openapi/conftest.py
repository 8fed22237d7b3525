"""The demo's house with a few days of history, and a server in front of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from civicwatt.child import Child
from civicwatt.local_api import is_ready
from civicwatt.loopback import HOST, free_port
from tests.conftest import connected, new_database
from tests.openapi.house import House

_SMALL = ("--institutions", "1", "--vehicles", "2", "--days", "12")
_WAIT_S = 240.0
_OF_TESTS = {"CIVICWATT_TEST_DATABASE_URL", "CIVICWATT_TEST_MQTT_URL", "CIVICWATT_MQTT_URL"}
_SETTINGS = {
    "CIVICWATT_SECRET_KEY": "of a test, and nothing but a test",
    "CIVICWATT_BROKER_PUBLIC_URL": "mqtts://broker.example:8883",
    "CIVICWATT_REQUESTS_PER_MINUTE": "1000000",
    "CIVICWATT_STRANGER_REQUESTS_PER_MINUTE": "1000000",
}


@pytest.fixture(scope="module")
def house(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Meters, vehicles, entries, contracts, statements: something of nearly everything."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    with new_database(database_server) as url:
        environment = {name: value for name, value in os.environ.items() if name not in _OF_TESTS}
        environment |= {"CIVICWATT_DATABASE_URL": url, "CIVICWATT_DATA_DIR": str(folder)}
        _build(environment, folder)
        command = [sys.executable, "-m", "civicwatt", "serve", "--port", str(port)]
        with (
            (folder / "serve").open("ab") as log,
            Child("serve", command, output=log, env=environment | _SETTINGS) as server,
            connected(url) as conn,
        ):
            server.wait_until(lambda: is_ready(port), within_s=_WAIT_S, log=folder / "serve")
            yield House(f"http://{HOST}:{port}", conn, datetime.now(UTC))


def _build(environment: dict[str, str], folder: Path) -> None:
    """Let `civicwatt demo --once` fill a database."""
    done = subprocess.run(
        [sys.executable, "-m", "civicwatt", "demo", "--once", "--port", str(free_port()), *_SMALL],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
