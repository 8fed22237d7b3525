"""From MQTT to rows, arrival order, repeats and the cutting into messages leave no trace."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.collector import collect
from ingest.settings import CollectorSettings
from tests.broker.conftest import Publisher, received, until
from tests.conftest import connected

pytestmark = [pytest.mark.db, pytest.mark.broker]

START = datetime(2026, 7, 1, tzinfo=UTC)
READINGS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.dictionaries(
            st.sampled_from(["active_power_kw", "voltage_a_v", "soc_pct", "gear", "odd"]),
            st.integers(0, 3),
            min_size=1,
        ),
    ),
    min_size=1,
    max_size=8,
)


def settled(database: str) -> bool:
    """Whether nothing more arrives."""
    before = received(database)
    time.sleep(0.5)
    return received(database) == before


@pytest.fixture
def running_collector(estate_database: str, own_broker_url: str) -> Iterator[str]:
    stop = Event()
    settings_ = CollectorSettings(database_url=estate_database, mqtt_url=own_broker_url)
    thread = Thread(
        target=collect, args=(settings_,), kwargs={"name": "c", "metrics_port": None, "stop": stop}
    )
    thread.start()
    try:
        with connected(estate_database) as conn:
            listening = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE %s"
            until(lambda: conn.execute(listening, ["civicwatt collect%"]).fetchone() == (1,))
        say_hello(estate_database, own_broker_url)
        until(lambda: settled(estate_database))
        yield estate_database
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def say_hello(database: str, broker_url: str) -> None:
    """Publish until it is heard: before the collector's session, messages go nowhere."""
    publisher = Publisher(broker_url)

    def is_heard() -> bool:
        publisher.values("hello", START.isoformat(), active_power_kw=1.0)
        return received(database) > 0

    try:
        until(is_heard)
    finally:
        publisher.close()


def payload(second: int, values: dict[str, int]) -> dict[str, Any]:
    said = {name: "PRND"[v] if name == "gear" else v for name, v in values.items()}
    return {"ts": (START + timedelta(seconds=second)).isoformat(), "values": said}


def stored(database: str, device: str) -> list[list[tuple[Any, ...]]]:
    """Every row a device left behind, but for its id and when it arrived."""
    found = []
    with connected(database) as conn:
        for table in (
            "electricity_reading", "vehicle_reading", "other_reading", "reading_conflict"
        ):  # fmt: skip
            rows = conn.execute(
                f"SELECT to_jsonb(r) - '{{received_at,noticed_at,device_id}}'::text[] "
                f"FROM {table} r JOIN device d USING (device_id) WHERE d.code = %s ORDER BY 1",
                [device],
            )
            found.append(rows.fetchall())
    return found


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(readings=READINGS, data=st.data())
def test_the_same_readings_in_any_order_and_cutting_leave_identical_rows(
    running_collector: str,
    publisher: Publisher,
    readings: list[tuple[int, dict[str, int]]],
    data: st.DataObject,
) -> None:
    before = received(running_collector)
    number = before  # a new pair of devices for every example
    orderly, chaotic = f"orderly-{number}", f"chaotic-{number}"
    in_order = [payload(second, values) for second, values in readings]
    pieces = [
        payload(second, {name: value})
        for second, values in readings
        for name, value in values.items()
    ]
    pieces += data.draw(st.lists(st.sampled_from(pieces), max_size=6))
    shuffled = data.draw(st.permutations(pieces))
    publisher.send((f"cw/v1/{orderly}/up", json.dumps(item)) for item in in_order)
    publisher.send((f"cw/v1/{chaotic}/up", json.dumps(item)) for item in shuffled)
    total = before + len(in_order) + len(shuffled)
    until(lambda: received(running_collector) == total, within_s=30)
    assert stored(running_collector, orderly) == stored(running_collector, chaotic)
