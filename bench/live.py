"""Live messages: meters that speak at a steady pace, and how late each row of one of them is seen.

The probe's instants are the moments at which it spoke, so a row tells by itself how late it is.
Publisher and watcher share a clock.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import psycopg

from bench import telemetry
from bench.flood import Flood
from bench.result import CheckError

_TICK_S = 0.01
"""The probe speaks once in this time, and before it the meters whose turn it is."""
_LEAST_S = 0.002
"""Instants are whole milliseconds, and nobody may say the same one twice."""
_MILLISECOND = timedelta(milliseconds=1)
_LOOK_AGAIN_S = 0.2
_LEFT_S = 30.0
_ROWS = """
    SELECT ts FROM electricity_reading WHERE device_id = %s AND ts > %s ORDER BY ts
"""


def speak(broker: str, *, rate: float, seconds: float, devices: int) -> int:
    """Let `devices` meters speak in turn, the last of them being the probe.

    Parameters
    ----------
    rate : float
        Messages a second of all together. [1/s]

    Returns
    -------
    int
        Messages; fewer than `rate` asks for on a machine that is too busy.
    """
    ticks = 0
    turns = _Turns(devices - 1)
    with Flood(broker, "bench-live") as flood:
        began = time.monotonic()
        while (passed_s := time.monotonic() - began) < seconds:
            due = max(0, round((rate - 1 / _TICK_S) * passed_s) - turns.done)
            flood.send(turns.next(due))
            flood.send([telemetry.message(devices - 1, ticks, datetime.now(UTC))])
            ticks += 1
            time.sleep(max(_LEAST_S, began + ticks * _TICK_S - time.monotonic()))
    return turns.done + ticks


class _Turns:
    """Meters that speak round by round; those of a round name one instant."""

    def __init__(self, devices: int) -> None:
        self._devices = devices
        self._instant = datetime.now(UTC)
        self.done = 0

    def next(self, count: int) -> Iterator[tuple[str, bytes]]:
        for turn in range(self.done, self.done + count):
            number, device = divmod(turn, self._devices)
            if not device:
                self._instant = max(self._instant + _MILLISECOND, datetime.now(UTC))
            self.done += 1
            yield telemetry.message(device, number, self._instant)


@dataclass(slots=True)
class Seen:
    """When the probe spoke and when its rows were seen, in the order of both. [s since 1970]."""

    spoken: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)

    def delays(self) -> list[float]:
        """How late each row was seen. [s]."""
        return [seen - spoken for spoken, seen in zip(self.spoken, self.seen, strict=True)]


@contextmanager
def watched(database: str, probe: int) -> Iterator[Seen]:
    """Note every row of the probe as its commit is announced; to the end, all that have spoken.

    Parameters
    ----------
    probe : int
        Number of the meter, as `speak` counts it.
    """
    seen = Seen()
    done = Event()
    with psycopg.connect(database, autocommit=True) as conn:
        device_id = telemetry.device_id(conn, probe)
        conn.execute("LISTEN civicwatt_readings")
        thread = Thread(target=_watch, args=(conn, device_id, seen, done))
        thread.start()
        try:
            yield seen
        finally:
            done.set()
            thread.join(_LEFT_S)
    if not seen.spoken:
        raise CheckError("no row of the probe was seen")


def _watch(conn: psycopg.Connection, device_id: int, seen: Seen, done: Event) -> None:
    last = datetime.now(UTC)
    while not done.is_set():
        for _ in conn.notifies(timeout=_LOOK_AGAIN_S, stop_after=1):
            pass
        rows = conn.execute(_ROWS, (device_id, last)).fetchall()
        now = time.time()
        for (ts,) in rows:
            seen.spoken.append(ts.timestamp())
            seen.seen.append(now)
            last = ts
