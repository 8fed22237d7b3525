"""The demo as a user sees it: it starts, says where, shows figures, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from civicwatt.loopback import free_port

SMALL = ["--institutions", "1", "--vehicles", "1", "--days", "2"]
WAIT_S = 120.0


class RunningDemo:
    """`civicwatt demo` as a child, with its own data folder and port."""

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

    def wait_for(self, text: str) -> None:
        """Read on until the demo says `text`."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if text in line:
                return
        pytest.fail(f"the demo ended without saying {text!r}:\n{self.said}")

    def end(self, number: signal.Signals | None = None) -> int:
        """Exit status, after the signal if one is given."""
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=WAIT_S)
        self.said += rest
        return self.process.returncode

    def left_behind(self) -> list[str]:
        """Commands of processes that know the data folder."""
        known = str(self.folder).encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                environment = (process / "environ").read_bytes()
            except OSError:  # gone, or not ours
                continue
            if known in command or known in environment:
                found.append(command.decode().replace("\0", " "))
        return found


def is_ready(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        return bool(answer.status == 200)


def test_its_figures_are_those_of_the_simulators_truth(tmp_path: Path) -> None:
    demo = RunningDemo(tmp_path, *SMALL, "--once")
    assert demo.end() == 0, demo.said
    assert "0 in quarantine" in demo.said
    assert re.search(r"electricity +\d+\.\d kWh = \d+\.\d kWh of the truth", demo.said)
    assert demo.left_behind() == []


def test_ctrl_c_ends_everything_and_a_second_start_goes_on(tmp_path: Path) -> None:
    first = RunningDemo(tmp_path, *SMALL)
    first.wait_for("simulate: live")
    assert is_ready(first.port)
    password = re.search(r"password 密码 +(\S+)", first.said)
    assert first.end(signal.SIGINT) == 0
    assert first.left_behind() == []

    second = RunningDemo(tmp_path, *SMALL)
    began = time.monotonic()
    second.wait_for("Ctrl-C stops everything")
    assert time.monotonic() - began < 20
    assert is_ready(second.port)
    assert password
    assert password[1] in second.said
    assert second.end(signal.SIGTERM) == 0
    assert "history 50%" not in second.said  # nothing is sent again
    assert second.left_behind() == []


def test_a_process_that_falls_is_reported_and_takes_the_demo_along(tmp_path: Path) -> None:
    demo = RunningDemo(tmp_path, *SMALL)
    demo.wait_for("Ctrl-C stops everything")
    (collector,) = (
        path.parent
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"collect\0--metrics-port" in path.read_bytes()
        and str(tmp_path).encode() in (path.parent / "environ").read_bytes()
    )
    os.kill(int(collector.name), signal.SIGKILL)
    assert demo.end() == 1
    assert "civicwatt demo: collect has ended by itself" in demo.said
    assert demo.left_behind() == []


def test_a_busy_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = RunningDemo(tmp_path, *SMALL, port=port)
        assert demo.end() == 1
    assert demo.said == (f"civicwatt demo: port {port} is in use: name another one with --port\n")


def test_killing_the_supervisor_leaves_no_process(tmp_path: Path) -> None:
    demo = RunningDemo(tmp_path, *SMALL)
    demo.wait_for("Ctrl-C stops everything")
    demo.process.kill()
    demo.process.communicate()
    deadline = time.monotonic() + 60
    while demo.left_behind():
        assert time.monotonic() < deadline, demo.left_behind()
        time.sleep(0.2)
