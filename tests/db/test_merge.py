"""Arrival order, repeats and splitting of messages cannot be told from what is stored."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.reading import Message, Quality
from store.places.registry import write as write_registry
from tests.estate import NOW, estate, say, store_messages

pytestmark = pytest.mark.db

DEVICE = "school-device-0"
TABLES = ("electricity_reading", "vehicle_reading", "other_reading")


def at(minute: int, **values: float | str) -> Message:
    ts = (NOW - timedelta(minutes=minute)).isoformat()
    return say(DEVICE, json.dumps({"ts": ts, "values": values}).encode())


def stored(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that readings left behind, but for when it arrived."""
    found = {}
    for table in TABLES:
        rows = conn.execute(
            f"SELECT to_jsonb(r) - 'received_at' FROM {table} r ORDER BY device_id, ts, 1"
        )
        found[table] = rows.fetchall()
    found["reading_conflict"] = conn.execute(
        "SELECT device_id, ts, quantity, value FROM reading_conflict ORDER BY 1, 2, 3, 4"
    ).fetchall()
    return found


def forget(conn: Connection) -> None:
    for table in (*TABLES, "reading_conflict", "touched", "device_latest", "collector_count"):
        conn.execute(f"DELETE FROM {table}")


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    return superuser


def test_a_repeated_sample_is_a_duplicate(conn: Connection) -> None:
    assert store_messages(conn, [at(1, active_power_kw=3.0)])["stored"] == 1
    before = stored(conn)
    counts = store_messages(conn, [at(1, active_power_kw=3.0), at(1, active_power_kw=3.0)])
    assert (counts["received"], counts["duplicate"]) == (2, 2)
    assert stored(conn) == before


def test_a_second_message_fills_what_the_first_left_open(conn: Connection) -> None:
    store_messages(conn, [at(1, active_power_kw=3.0)])
    assert store_messages(conn, [at(1, voltage_a_v=231.0)])["merged"] == 1
    row = conn.execute("SELECT active_power_kw, voltage_a_v FROM electricity_reading").fetchall()
    assert row == [(3.0, 231.0)]


def test_one_quantity_per_message_in_one_batch_makes_one_row(conn: Connection) -> None:
    counts = store_messages(
        conn, [at(1, active_power_kw=3.0), at(1, voltage_a_v=231.0), at(1, current_a_a=13.0)]
    )
    assert (counts["stored"], counts["merged"], counts["received"]) == (1, 2, 3)
    assert conn.execute("SELECT count(*) FROM electricity_reading").fetchone() == (1,)


def test_a_disagreement_keeps_every_value_and_flags_the_row(conn: Connection) -> None:
    store_messages(conn, [at(1, active_power_kw=3.0)])
    assert store_messages(conn, [at(1, active_power_kw=2.0)])["conflicting"] == 1
    row = conn.execute("SELECT active_power_kw, quality FROM electricity_reading").fetchone()
    assert row == (3.0, Quality.CONFLICT)
    values = conn.execute("SELECT value FROM reading_conflict ORDER BY 1").fetchall()
    assert values == [("2",), ("3",)]


def test_a_disagreement_over_a_code_and_an_odd_name_is_kept_too(conn: Connection) -> None:
    store_messages(conn, [at(1, gear="D", odd=1.0), at(1, gear="P", odd=2.0)])
    rows = conn.execute("SELECT quantity, value FROM reading_conflict ORDER BY 1, 2").fetchall()
    assert rows == [("gear", "D"), ("gear", "P"), ("odd", "1"), ("odd", "2")]


def test_a_sample_that_fills_two_tables_is_counted_once(conn: Connection) -> None:
    counts = store_messages(conn, [at(1, active_power_kw=3.0, speed_kmh=50.0, odd=1.0)])
    assert (counts["received"], counts["stored"]) == (1, 1)


def test_in_a_batch_of_many_weeks_every_message_has_its_own_outcome(conn: Connection) -> None:
    weeks = [week * 7 * 24 * 60 for week in range(6)]
    store_messages(conn, [at(week, active_power_kw=3.0) for week in weeks[::2]])
    batch = [at(week + late, active_power_kw=3.0) for late in (0, 1) for week in weeks]
    batch += [at(week, voltage_a_v=231.0) for week in weeks[1::2]]
    counts = store_messages(conn, batch)
    # known: every other week; new: the others, completed at once, and all a minute before
    assert (counts["duplicate"], counts["stored"], counts["merged"]) == (3, 9, 3)
    rows = conn.execute("SELECT count(*), count(voltage_a_v) FROM electricity_reading").fetchone()
    assert rows == (12, 3)


NAMES = st.sampled_from(["active_power_kw", "voltage_a_v", "speed_kmh", "odd"])
SAMPLES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.dictionaries(NAMES, st.sampled_from([-1.5, 0.0, 0.1, 2.0, 1e-7, 1e14]), min_size=1),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(samples=SAMPLES, data=st.data())
def test_any_order_batching_and_repeats_leave_the_same_rows(
    conn: Connection, samples: list[tuple[int, dict[str, float]]], data: st.DataObject
) -> None:
    forget(conn)
    store_messages(conn, [at(minute, **values) for minute, values in samples])
    in_order = stored(conn)

    forget(conn)
    pieces = [
        at(minute, **{name: value}) for minute, values in samples for name, value in values.items()
    ]
    pieces += data.draw(st.lists(st.sampled_from(pieces), max_size=5))
    shuffled = data.draw(st.permutations(pieces))
    cut = data.draw(st.integers(0, len(shuffled)))
    for batch in (shuffled[:cut], shuffled[cut:]):
        if batch:
            counts = store_messages(conn, batch)
            assert counts["received"] == len(batch)
    assert stored(conn) == in_order
