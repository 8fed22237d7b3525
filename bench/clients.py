"""Consoles that listen: how much memory each costs the server, and how late each hears of a change.

``python -m bench.clients [--full]``; `--full` says more changes. The server is the real one, as a
process of its own; the clients are plain connections that read their stream line by line.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx2
import psycopg

from bench.portfolio import PASSWORD, PEOPLE, seed
from bench.process import cpu_s, resident_bytes
from bench.result import CheckError, Result
from bench.servers import database_server, migrated_database
from bench.target import Target, print_all
from civicwatt.child import Child
from civicwatt.local_api import is_ready
from civicwatt.loopback import HOST, free_port

CLIENTS = 200
CHANGES, CHANGES_FULL = 10, 60
MIB = 2**20
TARGETS = (Target("clients_memory", most=50.0),)
_COOKIE = "civicwatt_session"
_PATIENCE_S = 30.0
_PAUSE_S = 1.2
"""Between two changes: a stream looks into the outbox once a second."""
_CHANGE = """
WITH made AS (
    INSERT INTO outbox (topic, meter_id, first_day, end_day)
    SELECT 'consumption', meter_id, current_date, current_date + 1 FROM meter ORDER BY 2 LIMIT 1
    RETURNING event_id)
SELECT event_id, pg_notify('civicwatt_outbox', '') FROM made
"""


class Listener:
    """One console: a connection with a stream, and when it heard of each change. [s]."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self.heard: dict[int, float] = {}

    async def listen(self) -> None:
        """Note the id of each event until the connection ends."""
        while line := await self._reader.readline():
            if line.startswith(b"id: "):
                self.heard.setdefault(int(line[4:]), time.monotonic())


async def connect(port: int, cookie: str) -> tuple[Listener, asyncio.StreamWriter]:
    """Open a stream, and wait until the server has begun it."""
    reader, writer = await asyncio.open_connection(HOST, port)
    head = f"GET /api/v1/stream HTTP/1.1\r\nHost: {HOST}\r\nCookie: {_COOKIE}={cookie}\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in answer.splitlines()[0]:
        raise CheckError(f"a stream was answered with {answer.splitlines()[0].decode()}")
    return Listener(reader), writer


async def listen(
    url: str, port: int, pid: int, cookies: Sequence[str], changes: int
) -> Iterator[Result]:
    """Let all listen at once, change something so many times, and tell what that took."""
    warm, first = await connect(port, cookies[0])
    waiting = [asyncio.create_task(warm.listen())]
    conn = await psycopg.AsyncConnection.connect(url, autocommit=True)
    await _change(conn, [warm])
    before, busy = resident_bytes(pid), cpu_s(pid)
    listeners, writers = [warm], [first]
    for n in range(1, CLIENTS):
        made, writer = await connect(port, cookies[n % len(cookies)])
        listeners.append(made)
        writers.append(writer)
        waiting.append(asyncio.create_task(made.listen()))
    late: list[float] = []
    for _ in range(changes):
        late += await _change(conn, listeners)
        await asyncio.sleep(_PAUSE_S)
    growth, spent = (resident_bytes(pid) - before) / MIB, cpu_s(pid) - busy
    await conn.close()
    for task, writer in zip(waiting, writers, strict=True):
        task.cancel()
        writer.close()
    shared = {"clients": CLIENTS, "changes": changes, "load": os.getloadavg()[0]}
    return iter((
        Result("clients_memory", growth, "MiB", shared | {"limit_mib": 50}),
        Result("clients_heard_p99", quantiles(late, n=100)[98] * 1000, "ms", shared),
        Result("clients_cpu", spent, "s", shared),
    ))  # fmt: skip


async def _change(conn: psycopg.AsyncConnection, listeners: Sequence[Listener]) -> list[float]:
    """Change something; how late each listener hears of it. [s].

    Raises
    ------
    CheckError
        If one does not hear of it.
    """
    began = time.monotonic()
    row = await (await conn.execute(_CHANGE)).fetchone()
    if row is None:
        raise CheckError("the portfolio has no meter")
    told = int(row[0])
    while not all(told in each.heard for each in listeners):
        if time.monotonic() - began > _PATIENCE_S:
            deaf = sum(told not in each.heard for each in listeners)
            raise CheckError(f"{deaf} of {len(listeners)} consoles did not hear of a change")
        await asyncio.sleep(0.005)
    return [each.heard[told] - began for each in listeners]


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """The server as a process of its own; its port and process id."""
    port, log = free_port(), folder / "serve.log"
    command = [str(Path(sys.executable).with_name("civicwatt")), "serve", "--port", str(port)]
    environment = {**os.environ, "CIVICWATT_DATABASE_URL": url}
    with (
        log.open("wb") as output,
        Child("civicwatt serve", command, output=output, env=environment) as child,
    ):
        child.wait_until(lambda: is_ready(port), within_s=60.0, log=log)
        yield port, child.process.pid


def sign_in(port: int) -> list[str]:
    """A session of each person."""
    cookies = []
    for login in PEOPLE:
        with httpx2.Client(base_url=f"http://{HOST}:{port}") as client:
            answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
            if answer.is_error:
                raise CheckError(f"sign-in as {login}: {answer.text}")
            cookies.append(client.cookies[_COOKIE])
    return cookies


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a target is missed."""
    changes = CHANGES_FULL if "--full" in arguments else CHANGES
    with (
        database_server() as server,
        migrated_database(server) as url,
        TemporaryDirectory() as folder,
    ):
        seed(url, days=1, charted=1)
        with serving(url, Path(folder)) as (port, pid):
            cookies = sign_in(port)[:1]  # the bureau's: it hears of every meter
            results = asyncio.run(listen(url, port, pid, cookies, changes))
            return print_all(results, TARGETS, program="bench.clients")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
