import json
import time

import pytest
from psycopg import Connection

from tests.broker.conftest import Publisher, StartCollector, until
from tests.conftest import connected

pytestmark = [pytest.mark.db, pytest.mark.broker, pytest.mark.timeout(240)]

DEVICE = "school-device-0"
AT_ONCE = 40_000  # no client holds many more
BACKLOG = 3 * AT_ONCE
HOUR_MS = 3_600_000


def message(ts_ms: int) -> tuple[str, str]:
    payload = {"ts": ts_ms, "values": {"active_power_kw": float(ts_ms % 1000)}}
    return f"cw/v1/{DEVICE}/up", json.dumps(payload)


def stored_at(conn: Connection, ts_ms: int) -> float | None:
    """Epoch second at which the reading was received, once it is there."""
    row = conn.execute(
        "SELECT extract(epoch FROM received_at) FROM electricity_reading"
        " WHERE ts = to_timestamp(%s)",
        [ts_ms / 1000],
    ).fetchone()
    return None if row is None else float(row[0])


def test_what_happens_now_is_stored_while_the_queue_of_an_outage_still_drains(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    start_collector().terminate()  # it leaves its session with the broker
    time.sleep(2)
    now_ms = int(time.time() * 1000)
    for first in range(0, BACKLOG, AT_ONCE):
        publisher.send(message(now_ms - HOUR_MS - first - number) for number in range(AT_ONCE))
    process = start_collector()
    with connected(estate_database) as conn:

        def rows() -> int:
            row = conn.execute("SELECT count(*) FROM electricity_reading").fetchone()
            return int(row[0]) if row else 0

        until(lambda: rows() > BACKLOG // 10, process=process)
        live_ms = int(time.time() * 1000)
        publisher.send([message(live_ms)])
        until(lambda: stored_at(conn, live_ms) is not None, process=process)
        assert rows() < BACKLOG  # the queue was not empty yet
        until(lambda: rows() == BACKLOG + 1, within_s=120, process=process)
        counts = "SELECT stored, duplicate, received FROM collector_count"
        until(lambda: conn.execute(counts).fetchone() == (BACKLOG + 1, 1, BACKLOG + 2))
