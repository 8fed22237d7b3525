"""The demo as a user sees it: it starts, says where, shows figures, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

from civicwatt.local_api import is_ready
from civicwatt.loopback import free_port
from tests.processes import ended

SMALL = ["--institutions", "1", "--vehicles", "1", "--days", "2"]
WAIT_S = 120.0
UP = "Ctrl-C stops everything"
"""Said once the page is up; the simulator's lines come when they come."""
LIVE = "simulate: live"


class RunningDemo:
    """`civicwatt demo` as a child, with its own data folder and port; gone with the block."""

    def __init__(self, folder: Path, *arguments: str, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        outside = ("CIVICWATT_DATABASE_URL", "CIVICWATT_MQTT_URL")
        env = {name: value for name, value in os.environ.items() if name not in outside}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "civicwatt", "demo", "--port", str(self.port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=env | {"CIVICWATT_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        )
        self.said = ""
        self._block = ExitStack()

    def __enter__(self) -> Self:
        self._block.callback(self.wait_until_alone)
        self._block.enter_context(ended(self.process))
        return self

    def __exit__(self, *_: object) -> None:
        self._block.close()

    def wait_for(self, *texts: str) -> None:
        """Read on until the demo has said all of the texts, in any order."""
        assert self.process.stdout
        while missing := [text for text in texts if text not in self.said]:
            line = self.process.stdout.readline()
            if not line:
                pytest.fail(f"the demo ended without saying {missing}:\n{self.said}")
            self.said += line

    def end(self, number: signal.Signals | None = None) -> int:
        """Exit status, after the signal if one is given."""
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=WAIT_S)
        self.said += rest
        return self.process.returncode

    def samples_sent(self) -> int:
        """What the simulator said at its end."""
        (sent,) = re.findall(r"simulate: (\d+) samples sent", self.said)
        return int(sent)

    def wait_until_alone(self) -> None:
        """Wait until the processes of a killed demo have noticed."""
        deadline = time.monotonic() + 60
        while self.left_behind():
            assert time.monotonic() < deadline, self.left_behind()
            time.sleep(0.2)

    def left_behind(self) -> list[str]:
        """Commands of processes that know the data folder."""
        return list(self.running().values())

    def running(self) -> dict[int, str]:
        """Commands, by process id, of processes that know the data folder."""
        known = str(self.folder).encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                environment = (process / "environ").read_bytes()
            except OSError:  # gone, or not ours
                continue
            if known in command or known in environment:
                found[int(process.name)] = command.decode().replace("\0", " ")
        return found


StartDemo = Callable[..., RunningDemo]


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[StartDemo]:
    """Start `civicwatt demo` with any options; whatever happens, none runs after the test."""
    with ExitStack() as demos:

        def start(*options: str, port: int | None = None) -> RunningDemo:
            return demos.enter_context(RunningDemo(tmp_path, *SMALL, *options, port=port))

        yield start


def test_its_figures_are_those_of_the_simulators_truth(start_demo: StartDemo) -> None:
    demo = start_demo("--once")
    assert demo.end() == 0, demo.said
    assert "0 in quarantine" in demo.said
    assert re.search(r"electricity +\d+\.\d kWh = \d+\.\d kWh of the truth", demo.said)
    assert demo.left_behind() == []


def test_ctrl_c_ends_everything_and_a_second_start_goes_on(start_demo: StartDemo) -> None:
    first = start_demo()
    first.wait_for(UP, LIVE)
    assert is_ready(first.port)
    password = re.search(r"password 密码 +(\S+)", first.said)
    assert first.end(signal.SIGINT) == 0
    assert first.left_behind() == []

    second = start_demo()
    second.wait_for(UP, LIVE)
    assert is_ready(second.port)
    assert password
    assert password[1] in second.said
    assert second.end(signal.SIGTERM) == 0
    assert second.samples_sent() < first.samples_sent() / 2  # history is not sent again
    assert second.left_behind() == []


def test_a_process_that_falls_is_reported_and_takes_the_demo_along(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.wait_for(UP)
    (collector,) = (
        pid for pid, command in demo.running().items() if "collect --metrics-port" in command
    )
    os.kill(collector, signal.SIGKILL)
    assert demo.end() == 1
    assert "civicwatt demo: collect has ended by itself" in demo.said
    assert demo.left_behind() == []


def test_a_busy_port_is_one_clear_line(start_demo: StartDemo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start_demo(port=port)
        assert demo.end() == 1
    assert demo.said == (f"civicwatt demo: port {port} is in use: name another one with --port\n")


def test_killing_the_supervisor_leaves_no_process(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.wait_for(UP)
    demo.process.kill()
    demo.process.communicate()
    demo.wait_until_alone()
