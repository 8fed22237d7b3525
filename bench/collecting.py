"""Watch a collector empty the broker's queue.

Run as a program this is the collector itself, with the product's link or with plain paho-mqtt::

    python -m bench.collecting NAME [--plain]

It takes its addresses from the environment as `civicwatt collect` does.
"""

import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.plain_link import PlainLink
from bench.process import cpu_s
from civicwatt.child import Child
from civicwatt.signals import stop_on_signal
from domain.errors import CivicwattError
from ingest import collector
from ingest.settings import CollectorSettings

_LOOK_EVERY_S = 0.05
_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Collected:
    """What emptying the queue took, from the first commit seen to the last one.

    Attributes
    ----------
    rate : float
        Messages committed and acknowledged. [1/s]
    collector_us, database_us : float
        Processor time of the collector and of its database backend. [us per message]
    """

    rate: float
    collector_us: float
    database_us: float


def empty_queue(
    broker: str, database: str, *, name: str, messages: int, plain: bool = False
) -> Collected:
    """Start a collector and wait until it has committed `messages`.

    Raises
    ------
    CivicwattError
        If it stops before that.
    """
    addresses = {"CIVICWATT_DATABASE_URL": database, "CIVICWATT_MQTT_URL": broker}
    command = [sys.executable, "-m", "bench.collecting", name, *(["--plain"] if plain else [])]
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with (
            log.open("wb") as output,
            Child(name, command, output=output, env=os.environ | addresses) as child,
            psycopg.connect(database, autocommit=True) as conn,
        ):
            first = _wait(conn, child, name, 1, log)
            last = _wait(conn, child, name, messages, log)
            child.stop(within_s=30)
    return between(first, last)


@dataclass(frozen=True, slots=True)
class Sight:
    """How far a collector is, and what it has used so far."""

    received: int
    as_of: datetime  # the collector's clock when it began to write the last of them
    collector_s: float
    database_s: float


def look(conn: psycopg.Connection, child: Child, name: str) -> Sight | None:
    """See how far a running collector is; None before its first batch."""
    row = conn.execute(
        "SELECT c.received, c.as_of, a.pid FROM collector_count c, pg_stat_activity a"
        " WHERE c.collector = %s AND a.application_name = %s",
        (name, f"civicwatt collect {name}"),
    ).fetchone()
    if row is None:
        return None
    received, as_of, backend = row
    return Sight(received, as_of, cpu_s(child.process.pid), cpu_s(backend))


def between(first: Sight, last: Sight) -> Collected:
    """What it took from one sight to another."""
    done = last.received - first.received
    return Collected(
        rate=done / (last.as_of - first.as_of).total_seconds(),
        collector_us=1e6 * (last.collector_s - first.collector_s) / done,
        database_us=1e6 * (last.database_s - first.database_s) / done,
    )


def _wait(conn: psycopg.Connection, child: Child, name: str, messages: int, log: Path) -> Sight:
    deadline = time.monotonic() + _PATIENCE_S
    while not child.has_ended() and time.monotonic() < deadline:
        sight = look(conn, child, name)
        if sight is not None and sight.received >= messages:
            return sight
        time.sleep(_LOOK_EVERY_S)
    raise CivicwattError(f"{name} did not collect {messages} messages: {log.read_text()[-500:]}")


if __name__ == "__main__":
    if "--plain" in sys.argv:
        vars(collector)["Link"] = PlainLink  # the one thing that is to differ
    collector.collect(
        CollectorSettings(), name=sys.argv[1], metrics_port=None, stop=stop_on_signal()
    )
