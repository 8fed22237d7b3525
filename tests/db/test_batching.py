"""Which batches messages are written in, and how, leaves no trace in any table."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.reading import Message
from ingest.acquaintance import Acquaintance
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.router import Router
from store.places.registry import write as write_registry
from store.telemetry.reading import prepare, write
from store.telemetry.reading_table import shapes
from store.telemetry.sequence import unite
from store.telemetry.touched import spread
from tests.estate import NOW, SHANGHAI, estate

pytestmark = pytest.mark.db

Said = tuple[str, int, int, dict[str, float | str]]
"""Device, second, number of the message, values."""

TRACES = (
    "device_id, ts, quantity, value FROM reading_conflict",
    "device_id, said, ts, received_at FROM device_latest",
    "device_id, boot, heard FROM device_sequence",
    "device_id, boot, missing FROM sequence_gap WHERE closed_at IS NULL",
    "topic, reason_code, payload FROM quarantine",
    "device_id, day FROM touched",
    *(f"device_id, ts, to_jsonb(r) FROM {shape.name} r" for shape in shapes()),
)
TABLES = [trace.partition("FROM ")[2].split()[0] for trace in TRACES]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    prepare(superuser)
    return superuser


def message(said: Said) -> Message:
    device, second, seq, values = said
    at = NOW - timedelta(seconds=second)
    payload = {"ts": at.isoformat(), "seq": seq, "values": values}
    topic = f"cw/v1/{device}/up"
    return Message(1, 1, topic, json.dumps(payload).encode(), retained=False, received_at=NOW)


def left_by(conn: Connection, batches: Sequence[Sequence[Said]]) -> dict[str, list[Any]]:
    """Write messages batch by batch into empty tables; returns what is in them then."""
    for table in (*TABLES, "collector_count"):
        conn.execute(f"DELETE FROM {table}")
    acquaintance = Acquaintance(Router(codecs()), SHANGHAI)
    intake, counts = Intake(), Counter[str]()
    for number, batch in enumerate(batches):
        plain, reads = acquaintance.read(conn, [message(said) for said in batch])
        prepared, _ = intake.sort(plain, reads, acquaintance.world)
        prepared.arrival.newest = intake.newest.take(10.0 * number + 1)
        counts += write(conn, prepared, collector="test", now=NOW)
        unite(conn, now=NOW)
        spread(conn)
    assert counts["received"] == sum(map(len, batches))
    assert counts["received"] == counts.total() / 2  # it is the sum of all others
    return {trace: sorted(conn.execute(f"SELECT DISTINCT {trace}"), key=repr) for trace in TRACES}


SAID = st.lists(
    st.tuples(
        st.sampled_from(["school-device-0", "hospital-device-0"]),
        st.integers(0, 3),
        st.integers(0, 9),
        st.dictionaries(
            st.sampled_from(["active_power_kw", "voltage_a_v", "speed_kmh", "odd"]),
            st.sampled_from([-1.5, 0.0, 0.1, 1e-7, 1e14]),
            min_size=1,
        )
        | st.fixed_dictionaries({"odd": st.sampled_from([1.0, "text", "电"])})
        | st.just({"voltage_a_v": "no number"}),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SAID, data=st.data())
def test_any_batches_order_and_repeats_leave_the_same_rows_conflicts_newest_and_gaps(
    conn: Connection, said: list[Said], data: st.DataObject
) -> None:
    at_once = left_by(conn, [said])
    repeats = data.draw(st.lists(st.sampled_from(said), max_size=4))
    shuffled = data.draw(st.permutations([*said, *repeats]))
    places = sorted(data.draw(st.sets(st.integers(1, len(shuffled)), max_size=5)))
    batches = [shuffled[a:b] for a, b in zip([0, *places], [*places, None], strict=True)]
    assert left_by(conn, [batch for batch in batches if batch]) == at_once


def test_messages_that_go_straight_in_and_merged_ones_leave_the_same_rows(
    conn: Connection,
) -> None:
    wide: dict[str, float | str] = dict.fromkeys(shapes()[0].values, 1.5)
    said: list[Said] = [
        (device, second, second, {**wide, "gear": "D", "alarm_level": 2, "odd": 1.0, "state": "x"})
        for device in ("school-device-0", "hospital-device-0")
        for second in range(50)
    ]
    straight = left_by(conn, [said])
    clash = [said[0]]  # a batch with a known instant is merged, all of it
    assert left_by(conn, [clash, said]) == straight
    assert left_by(conn, [[*said, *clash]]) == straight
