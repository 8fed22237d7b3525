"""Messages of the quarantine are read again when somebody asks: once, by one collector."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from device_sim.vendors import gb32960 as vehicle
from device_sim.vendors.gb32960_sealed import Algorithm, by_blocks, sealed
from domain.reading import Message, Sample
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.registry import codecs
from ingest.router import Router
from ingest.writer import Unavailable, Writer
from store.places.registry import write as write_registry
from store.telemetry.quarantine import ask_replay, discard, unsettled
from tests.conftest import connected
from tests.estate import NOW, SHANGHAI, estate

pytestmark = pytest.mark.db

DEVICE = "school-device-0"
StartWriter = Callable[[str], Writer]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate(accept_days=30))
    return superuser


@pytest.fixture
def start(conn: Connection, database: str) -> Iterator[StartWriter]:
    """A writer of a collector's name."""
    del conn
    started: list[Writer] = []

    def writer(name: str) -> Writer:
        made = Writer(database, collector=name, zone=SHANGHAI, router=Router(codecs()))
        started.append(made)
        return made

    yield writer
    for one in started:
        one.close()


@pytest.fixture
def writer(start: StartWriter) -> Writer:
    return start("one")


def message(*samples: tuple[datetime, float], device: str = DEVICE) -> Message:
    said = [{"ts": ts.isoformat(), "values": {"active_power_kw": kw}} for ts, kw in samples]
    payload = json.dumps({"samples": said}).encode()
    return Message(1, 1, f"cw/v1/{device}/up", payload, retained=False, received_at=NOW)


def old(days: int, kw: float = 1.0) -> Message:
    return message((NOW - timedelta(days=days), kw))


def ask(conn: Connection, *, any_age: bool = False) -> int:
    ids = unsettled(conn, reason_code=None, topic_prefix=None, at_most=1000)
    return ask_replay(conn, ids, any_age=any_age)


def quarantine(conn: Connection) -> list[tuple[Any, ...]]:
    return conn.execute(
        "SELECT reason_code, outcome, replay_asked_at IS NULL FROM quarantine ORDER BY 1, 2"
    ).fetchall()


def stored(conn: Connection) -> list[float]:
    rows = conn.execute("SELECT active_power_kw FROM electricity_reading ORDER BY ts")
    return [kw for (kw,) in rows]


def adds_up(conn: Connection) -> bool:
    row = conn.execute(
        "SELECT bool_and(received = stored + merged + duplicate + conflicting + quarantined"
        " + without_reading) FROM collector_count"
    ).fetchone()
    return row == (True,)


def test_what_nobody_asks_for_is_left_alone(conn: Connection, writer: Writer) -> None:
    writer.write([old(days=40)])
    assert writer.rest() == {}
    assert quarantine(conn) == [("too_old", None, True)]


def test_an_old_sample_is_stored_once_somebody_wants_any_age(
    conn: Connection, writer: Writer
) -> None:
    writer.write([message((NOW - timedelta(days=40), 2.0), (NOW - timedelta(days=1), 1.0))])
    assert stored(conn) == [1.0]
    ask(conn)
    writer.rest()
    assert quarantine(conn) == [("too_old", None, True)]
    ask(conn, any_age=True)
    writer.rest()
    assert quarantine(conn)[0][1] == "replayed"
    assert stored(conn) == [2.0, 1.0]
    assert adds_up(conn)


def test_what_still_cannot_be_read_waits_to_be_asked_for_again_with_its_new_reason(
    conn: Connection, writer: Writer
) -> None:
    writer.write([Message(1, 1, f"cw/v1/{DEVICE}/up", b"{", retained=False, received_at=NOW)])
    conn.execute("UPDATE quarantine SET reason_code = 'before', reason = 'before'")
    ask(conn)
    writer.rest()
    assert quarantine(conn) == [("not_json", None, True)]
    assert writer.rest() == {}


def test_a_message_is_read_again_as_if_it_came_when_it_came(
    conn: Connection, start: StartWriter
) -> None:
    start("one").write([old(days=40)])
    conn.execute("UPDATE device SET accept_back = '50 days'")
    ask(conn)
    start("two").rest()
    rows = conn.execute("SELECT received_at FROM electricity_reading").fetchall()
    assert rows == [(NOW,)]


def test_a_settled_message_is_not_read_a_second_time(conn: Connection, writer: Writer) -> None:
    writer.write([old(days=40)])
    ask(conn, any_age=True)
    writer.rest()
    assert ask(conn, any_age=True) == 0
    assert writer.rest() == {}
    assert stored(conn) == [1.0]


def test_a_discarded_message_is_not_read(conn: Connection, writer: Writer) -> None:
    writer.write([old(days=40)])
    ids = unsettled(conn, reason_code=None, topic_prefix=None, at_most=10)
    ask(conn, any_age=True)
    discard(conn, ids)
    assert writer.rest() == {}
    assert quarantine(conn)[0][1] == "discarded"
    assert stored(conn) == []


def test_two_collectors_divide_what_is_asked_for(
    conn: Connection, start: StartWriter, database: str
) -> None:
    one, other = start("one"), start("other")
    one.write([old(days=40 + day, kw=float(day)) for day in range(6)])
    ask(conn, any_age=True)
    with connected(database) as held, held.transaction():
        # As if a third collector had the first of them in hand.
        held.execute("SELECT FROM quarantine ORDER BY quarantine_id LIMIT 1 FOR UPDATE")
        assert other.rest()["stored"] == 5
    assert one.rest()["stored"] == 1
    assert other.rest() == {}
    assert sorted(stored(conn)) == [float(day) for day in range(6)]
    assert {outcome for _, outcome, _ in quarantine(conn)} == {"replayed"}


def test_a_message_the_database_refuses_again_goes_back_with_that_reason(
    conn: Connection, writer: Writer
) -> None:
    messages: Sequence[Message] = [old(days=40, kw=5.0), old(days=41, kw=6.0)]
    writer.write(messages)
    conn.execute(
        "ALTER TABLE electricity_reading ADD CONSTRAINT poison CHECK (active_power_kw <> 5)"
    )
    ask(conn, any_age=True)
    writer.rest()
    assert quarantine(conn) == [("sqlstate_23514", None, True), ("too_old", "replayed", False)]
    assert stored(conn) == [6.0]
    assert adds_up(conn)


def test_one_poison_in_ten_thousand_messages_costs_none_of_its_neighbours(
    conn: Connection, writer: Writer
) -> None:
    conn.execute(
        "ALTER TABLE electricity_reading ADD CONSTRAINT poison CHECK (active_power_kw <> 5)"
    )
    seconds = range(10_000)
    messages = [message((NOW - timedelta(seconds=n), float(n)), device=DEVICE) for n in seconds]
    counts = writer.write(messages).counts
    assert (counts["stored"], counts["quarantined"]) == (9_999, 1)
    assert quarantine(conn) == [("sqlstate_23514", None, True)]
    assert sorted(stored(conn)) == [float(n) for n in seconds if n != 5]
    assert adds_up(conn)


@dataclass(frozen=True)
class Broken:
    """A codec with a mistake: it gives out what no part of the collector was made for."""

    name = "broken"
    filters = ("broken/+",)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Give out an instant without a zone, or a value of no type that has a column."""
        del around
        if message.payload == b"time":
            return Decoded("b", [Sample(NOW.replace(tzinfo=None), {"active_power_kw": 1.0})])
        value: Any = object()
        return Decoded("b", [Sample(message.received_at, {"active_power_kw": value})])


@pytest.mark.parametrize("payload", [b"time", b"value"])
def test_a_message_that_breaks_our_own_code_is_set_aside_and_ends_nothing(
    conn: Connection, database: str, payload: bytes
) -> None:
    router = Router((*codecs(), Broken()))
    with closing(Writer(database, collector="one", zone=SHANGHAI, router=router)) as writer:
        sound = [message((NOW - timedelta(seconds=n), float(n))) for n in range(20)]
        breaking = Message(1, 1, "broken/b", payload, retained=False, received_at=NOW)
        counts = writer.write([*sound[:7], breaking, *sound[7:]]).counts
        assert (counts["stored"], counts["quarantined"]) == (20, 1)
        ask(conn, any_age=True)
        writer.rest()
    assert quarantine(conn) == [("collector_failed", None, True)]
    (reason,) = conn.execute("SELECT reason FROM quarantine").fetchall()[0]
    assert reason.startswith("our own code fails on it: TypeError")
    assert adds_up(conn)


@pytest.mark.parametrize("ts", ["0001-01-01T00:00:00Z", "0001-01-02T00:00:00+14:00", 0])
def test_any_age_has_its_bound_in_the_calendar(
    conn: Connection, writer: Writer, ts: str | int
) -> None:
    payload = json.dumps({"ts": ts, "values": {"active_power_kw": 1.0}}).encode()
    writer.write([Message(1, 1, f"cw/v1/{DEVICE}/up", payload, False, NOW)])
    ask(conn, any_age=True)
    writer.rest()
    outcome = "replayed" if ts == 0 else None
    assert [row[:2] for row in quarantine(conn)] == [("too_old", outcome)]


def test_a_new_device_of_a_replayed_message_waits_to_be_let_in(
    conn: Connection, writer: Writer
) -> None:
    writer.write([message((NOW - timedelta(days=40), 1.0), device="new")])
    conn.execute("UPDATE quarantine SET topic = 'cw/v1/newer/up'")
    ask(conn, any_age=True)
    writer.rest()
    status = conn.execute("SELECT status FROM device WHERE code = 'newer'").fetchall()
    assert status == [("pending",)]
    assert stored(conn) == [1.0]


def test_a_replay_that_fails_leaves_no_readings_of_a_device_that_was_not_registered(
    conn: Connection, writer: Writer
) -> None:
    writer.write([message((NOW - timedelta(days=40), 1.0), device="new")])
    conn.execute("UPDATE quarantine SET topic = 'cw/v1/newer/up'")
    ask(conn, any_age=True)
    conn.execute(
        "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'civicwatt collect one'"
    )
    with pytest.raises(Unavailable):
        writer.rest()
    writer.write([message((NOW - timedelta(days=1), 2.0), device="newer")])
    rows = conn.execute("SELECT code FROM electricity_reading LEFT JOIN device USING (device_id)")
    assert rows.fetchall() == [("newer",)]


def test_an_encrypted_frame_is_read_again_once_its_key_is_there(
    conn: Connection, start: StartWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bytes(range(16))
    section = vehicle.vehicle(vehicle.Edition.OF_2025, {"speed_kmh": 42.0})
    report = vehicle.report(vehicle.Edition.OF_2025, DEVICE, NOW, [section])
    frame = sealed(report, Algorithm.SM4, by_blocks(Algorithm.SM4, key))
    topic = f"cw/v1/{DEVICE}/raw/gb32960"
    start("one").write([Message(1, 1, topic, frame, retained=False, received_at=NOW)])
    assert quarantine(conn) == [("no_key", None, True)]
    file = tmp_path / "keys.toml"
    file.write_text(f"[link.{DEVICE}]\nsm4_key = '{key.hex()}'\n")
    monkeypatch.setenv("CIVICWATT_GB32960_KEYS", str(file))
    ask(conn)
    start("two").rest()
    assert quarantine(conn) == [("no_key", "replayed", False)]
    assert conn.execute("SELECT speed_kmh FROM vehicle_reading").fetchall() == [(42.0,)]
    assert adds_up(conn)
