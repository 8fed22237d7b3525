"""The servers a benchmark stands on: a PostgreSQL that syncs to disk, a Mosquitto of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from civicwatt.embedded_broker import find_mosquitto, start_mosquitto
from civicwatt.embedded_postgres import running_postgres
from civicwatt.loopback import HOST, free_port
from domain.errors import ConfigurationError
from store.server import inspect
from tests.conftest import migrated_template, new_database
from tests.servers import server_address


@contextmanager
def database_server() -> Iterator[str]:
    """Superuser's address of the tests' TimescaleDB, or of an embedded PostgreSQL without it.

    Raises
    ------
    ConfigurationError
        If the server does not wait for its disk: its figures would be those of no real one.
    """
    address = server_address("CIVICWATT_TEST_DATABASE_URL")
    if address is None:
        with (
            TemporaryDirectory() as folder,
            running_postgres(Path(folder)) as url,
            _with_template(url),
        ):
            yield url
        return
    with psycopg.connect(address) as conn:
        if conn.execute("SHOW fsync").fetchone() != ("on",):
            raise ConfigurationError(f"{address} has fsync off: run `ops/timescale.sh start on`")
    with _with_template(address):
        yield address


_templates: dict[str, str] = {}
"""Name of a migrated database to be copied, by the server it is on."""


@contextmanager
def _with_template(server: str) -> Iterator[None]:
    """Migrate once: it takes longer than some of what is measured."""
    with migrated_template(server) as name:
        _templates[server] = name
        try:
            yield
        finally:
            del _templates[server]


@contextmanager
def migrated_database(server: str) -> Iterator[str]:
    """Superuser's address of a fresh database on a `database_server`, dropped afterwards."""
    with new_database(server, _templates[server]) as url:
        yield url


@contextmanager
def own_broker() -> Iterator[str]:
    """Address of a Mosquitto with the limits of production.

    Raises
    ------
    ConfigurationError
        If there is no Mosquitto on this machine.
    """
    program = find_mosquitto()
    if program is None:
        raise ConfigurationError("no Mosquitto on this machine: apt-get install mosquitto")
    with TemporaryDirectory() as folder:
        port = free_port()
        with start_mosquitto(program, Path(folder), port):
            yield f"mqtt://{HOST}:{port}"


def described(server: str) -> dict[str, object]:
    """Conditions that the servers impose, for the results."""
    with psycopg.connect(server, autocommit=True) as conn:
        version = conn.execute("SHOW server_version").fetchone()
        shared = conn.execute("SHOW shared_buffers").fetchone()
    with migrated_database(server) as url, psycopg.connect(url, autocommit=True) as conn:
        found = inspect(conn)
    numbers = ".".join(map(str, found.timescale or ()))
    database = f"PostgreSQL {version[0] if version else ''}, {found.floor} {numbers}".rstrip()
    return {
        "database": f"{database}, fsync on, shared_buffers {shared[0] if shared else ''}",
        "broker": _mosquitto_version(),
    }


def _mosquitto_version() -> str:
    program = find_mosquitto()
    if program is None:
        return "none"
    command = [program, "-h"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - found above
    return output.partition("\n")[0]
