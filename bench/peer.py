"""Another program that empties a queue of the same broker into the same database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.process import cpu_s
from bench.result import CheckError
from civicwatt.child import Child, last_lines

_LOOK_EVERY_S = 0.02
_START_S = 30.0
_STANDSTILL_S = 5.0
"""So long without a row, and the peer is taken to be done."""


class MissingPeerError(Exception):
    """The peer cannot be had on this machine; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Emptied:
    """What a peer made of its queue.

    Attributes
    ----------
    rate : float
        Rows a second, from the first seen to the last. [1/s]
    cpu_us : float
        Processor time of its process. [us per row]
    stored : float
        Share of what it was sent that is in its table in the end. [1]
    """

    rate: float
    cpu_us: float
    stored: float


def cache() -> Path:
    """Where peers are kept between runs, outside the project."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "civicwatt-bench")


def python_with(name: str, packages: Sequence[str]) -> Path:
    """Python of a virtual environment that has some packages, made when there is none.

    Parameters
    ----------
    name : str
        Of the environment, with the version of the peer.

    Raises
    ------
    MissingPeerError
        If they cannot be installed.
    """
    folder = cache() / name
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", *packages]
    for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], install):
        if (folder / ".complete").exists():
            break
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if done.returncode:
            raise MissingPeerError(f"{name}: {done.stderr.strip()[-200:]}")
    (folder / ".complete").touch()
    return python


def watch(child: Child, conn: psycopg.Connection, rows: int, log: Path) -> Emptied:
    """Wait until a peer has written `rows` rows into `peer_row`, or writes no more; end it then.

    The table numbers its rows from a sequence, which tells without counting them how far it is,
    also within a transaction that is not committed yet. That is in the peer's favour.

    Raises
    ------
    CheckError
        If it writes nothing.
    """
    first = _wait(child, conn, lambda written: written > 1, _START_S)
    if first is None:
        raise CheckError(f"{child.name} wrote nothing: {last_lines(log)}")
    last = seen = first
    while last is not None and last.written < rows:
        seen = last
        more = seen.written
        last = _wait(child, conn, lambda written, more=more: written > more, _STANDSTILL_S)
    last = last or seen
    child.stop(within_s=30.0)  # it commits what it has
    stored = conn.execute("SELECT count(*) FROM peer_row").fetchone()
    done = last.written - first.written
    return Emptied(
        rate=done / (last.at_s - first.at_s),
        cpu_us=1e6 * (last.cpu_s - first.cpu_s) / done,
        stored=(stored[0] if stored else 0) / rows,
    )


@dataclass(frozen=True, slots=True)
class _Sight:
    written: int
    at_s: float
    cpu_s: float


def _wait(
    child: Child, conn: psycopg.Connection, reached: Callable[[int], bool], within_s: float
) -> _Sight | None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and not child.has_ended():
        row = conn.execute("SELECT last_value FROM peer_row_number_seq").fetchone()
        if row is not None and reached(row[0]):
            return _Sight(row[0], time.monotonic(), cpu_s(child.process.pid))
        time.sleep(_LOOK_EVERY_S)
    return None
