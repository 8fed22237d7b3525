"""The PostgreSQL of the wheel: kept from run to run, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from civicwatt.embedded_postgres import running_postgres
from domain.errors import ConfigurationError
from tests.processes import ended

PARENT = """
import sys, time
from pathlib import Path
from civicwatt.embedded_postgres import running_postgres
with running_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


@contextmanager
def running_parent(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that runs a server, and the server's address."""
    command = [sys.executable, "-c", PARENT, str(data_dir)]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as parent:
        assert parent.stdout
        yield parent, parent.stdout.readline().strip()


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "cluster" / "postmaster.pid").read_text().split()[0])


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)


def test_data_stay_from_one_run_to_the_next(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as url, psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE note AS SELECT 'kept' AS text")
    with running_postgres(tmp_path) as url, psycopg.connect(url) as conn:
        assert conn.execute("SELECT text FROM note").fetchone() == ("kept",)


def test_it_listens_on_loopback_only_and_wants_its_password(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as url:
        with psycopg.connect(url) as conn:
            assert conn.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
            assert conn.execute("SHOW unix_socket_directories").fetchone() == ("",)
        password = (tmp_path / "password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "guessed"))


def test_nothing_runs_after_the_block(tmp_path: Path) -> None:
    with running_postgres(tmp_path):
        pid = server_pid(tmp_path)
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not (tmp_path / "cluster" / "postmaster.pid").exists()


def test_a_second_start_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        running_postgres(tmp_path),
        pytest.raises(ConfigurationError, match="another process already runs on"),
        running_postgres(tmp_path),
    ):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of the death")
def test_killing_the_parent_ends_the_server(tmp_path: Path) -> None:
    with running_parent(tmp_path) as (parent, _):
        pid = server_pid(tmp_path)
        parent.kill()
    wait_until_gone(pid)


def test_ctrl_c_reaches_the_parent_only_and_ends_both(tmp_path: Path) -> None:
    with running_parent(tmp_path) as (parent, url):
        pid = server_pid(tmp_path)
        assert os.getsid(pid) != os.getsid(parent.pid)
        with psycopg.connect(url):
            parent.send_signal(signal.SIGINT)
            parent.wait(60)
    wait_until_gone(pid)


def test_a_killed_server_comes_back_with_what_was_committed(tmp_path: Path) -> None:
    with running_parent(tmp_path) as (parent, url):
        with psycopg.connect(url) as conn:
            conn.execute("CREATE TABLE note AS SELECT 'committed' AS text")
        os.kill(server_pid(tmp_path), signal.SIGKILL)
        parent.kill()
    with running_postgres(tmp_path) as url, psycopg.connect(url) as conn:
        assert conn.execute("SELECT text FROM note").fetchone() == ("committed",)


def test_a_pid_file_that_names_a_stranger_is_cleared_and_the_stranger_lives(tmp_path: Path) -> None:
    with running_postgres(tmp_path):
        written = (tmp_path / "cluster" / "postmaster.pid").read_text()
    with ended(subprocess.Popen(["sleep", "60"])) as stranger:
        lines = [str(stranger.pid), *written.splitlines()[1:]]
        (tmp_path / "cluster" / "postmaster.pid").write_text("\n".join(lines))
        with running_postgres(tmp_path) as url, psycopg.connect(url):
            assert stranger.poll() is None
