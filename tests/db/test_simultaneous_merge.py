"""Two collectors that write the same instants at the same moment."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from psycopg import Connection

from domain.epoch import to_us
from store.become import Role
from store.telemetry.reading import prepare
from store.telemetry.reading_merge import Outcome, merge_rows
from store.telemetry.reading_rows import Rows
from store.telemetry.reading_table import shape_of
from tests.conftest import connected
from tests.estate import NOW

pytestmark = pytest.mark.db

ELECTRICITY = shape_of("electricity_reading")
Said = tuple[int, float | None, float | None]
"""Minute, power and voltage."""


def rows(*said: Said) -> list[Rows]:
    part = Rows(("active_power_kw", "voltage_a_v"), ("float8", "float8"))
    for minute, *values in said:
        part.devices.append(1)
        part.instants_us.append(to_us(NOW + timedelta(minutes=minute)))
        part.received_us.append(to_us(NOW))
        part.qualities.append(0)
        part.samples.append(0)
        part.values += values
    return [part]


def put(conn: Connection, *said: Said) -> list[Outcome]:
    with conn.transaction():
        return merge_rows(conn, ELECTRICITY, rows(*said), now=NOW)


def waits(conn: Connection, pid: int) -> bool:
    """Whether a backend waits for another."""
    row = conn.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchone()
    return row == (True,)


@pytest.mark.parametrize("repeat", [(0, 1.0, None), (0, None, 230.0)])
def test_what_another_collector_stores_at_this_moment_is_merged(
    superuser: Connection, repeat: Said
) -> None:
    dsn = superuser.info.dsn
    with connected(dsn, Role.COLLECT) as first, connected(dsn, Role.COLLECT) as second:
        prepare(first)
        prepare(second)
        with ThreadPoolExecutor(1) as pool:
            with first.transaction():
                put(first, (1, 5.0, None))
                batch = pool.submit(
                    put, second, (0, 1.0, None), repeat, (1, 7.0, None), (2, 3.0, None)
                )
                while not waits(superuser, second.info.backend_pid):
                    assert not batch.done(), batch.exception()
                    time.sleep(0.01)
            outcomes = batch.result(timeout=20)
    merged = Outcome.DUPLICATE if repeat[1] else Outcome.MERGED
    assert outcomes == [Outcome.STORED, merged, Outcome.CONFLICTING, Outcome.STORED]
    found = superuser.execute("SELECT active_power_kw FROM electricity_reading ORDER BY ts")
    assert found.fetchall() == [(1.0,), (7.0,), (3.0,)]
    assert superuser.execute("SELECT count(*) FROM reading_conflict").fetchone() == (2,)
