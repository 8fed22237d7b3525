"""What a batch says beside its readings: newest values, missing numbers, doubts, parts, facts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.epoch import to_us
from domain.reading import Value
from ingest.newest import NewestValues
from store.telemetry.arrival import Arrival, note
from store.telemetry.sequence import HeardNumbers, unite
from tests.estate import NOW

pytestmark = pytest.mark.db

DEVICE = 1
DAY = timedelta(days=1)
examples = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    return superuser


def written(conn: Connection, arrival: Arrival, *, now: datetime = NOW) -> None:
    with conn.transaction():
        note(conn, arrival, now=now)


def cut(items: Sequence[Any], data: st.DataObject) -> list[Sequence[Any]]:
    """The items in any order, some of them twice, in any number of batches."""
    repeated = [*items, *data.draw(st.lists(st.sampled_from(items), max_size=3))]
    shuffled = data.draw(st.permutations(repeated))
    places = sorted(data.draw(st.sets(st.integers(1, len(shuffled)), max_size=4)))
    return [shuffled[a:b] for a, b in zip([0, *places], [*places, len(shuffled)], strict=True)]


# Newest values

SAMPLES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.dictionaries(
            st.sampled_from(["active_power_kw", "gear", "odd"]),
            st.sampled_from([-1.5, 0.0, 1e-7, 1e15, 3, "D", "P", "", "电", '"']),
            min_size=1,
        ),
    ),
    min_size=1,
    max_size=8,
)


def newest(conn: Connection) -> tuple[Any, ...] | None:
    return conn.execute("SELECT said, ts, received_at FROM device_latest").fetchone()


def say(conn: Connection, batches: Sequence[Sequence[tuple[int, dict[str, Value]]]]) -> None:
    """Write batches as a collector does whose rows are always due."""
    conn.execute("DELETE FROM device_latest")
    values, now_s = NewestValues(), 0.0
    for batch in batches:
        for second, said in batch:
            at_us = to_us(NOW + timedelta(seconds=second))
            values.hear(tuple(said), [(DEVICE, (at_us, at_us, tuple(said.values())))])
        now_s += 10
        written(conn, Arrival(newest=values.take(now_s)))


@examples
@given(samples=SAMPLES, data=st.data())
def test_newest_values_do_not_depend_on_order_repeats_and_batches(
    conn: Connection, samples: list[tuple[int, dict[str, Value]]], data: st.DataObject
) -> None:
    say(conn, [samples])
    at_once = newest(conn)
    say(conn, cut(samples, data))
    assert newest(conn) == at_once


@examples
@given(SAMPLES)
def test_each_newest_value_is_the_last_or_the_greater_of_the_last(
    conn: Connection, samples: list[tuple[int, dict[str, Value]]]
) -> None:
    say(conn, [[sample] for sample in samples])
    found = newest(conn)
    assert found is not None
    wanted: dict[str, list[Any]] = {}
    for second, said in samples:
        at_ms = round((NOW.timestamp() + second) * 1000)
        for name, value in said.items():
            rank = (at_ms, not isinstance(value, str), value)
            known = wanted.get(name)
            if known is None or rank > (known[1], not isinstance(known[0], str), known[0]):
                wanted[name] = [value, at_ms]
    assert found[0] == wanted


def test_a_device_with_ever_new_names_is_not_known_by_all_of_them(conn: Connection) -> None:
    one_message = 500
    for batch in range(40):
        names = tuple(
            f"{batch}_{number}_{hash((batch, number)):x}" for number in range(one_message)
        )
        values, at_us = NewestValues(), to_us(NOW + timedelta(seconds=batch))
        values.hear(names, [(DEVICE, (at_us, at_us, (1.0,) * one_message))])
        written(conn, Arrival(newest=values.take(10.0)))
    row = conn.execute(
        "SELECT pg_column_size(said), (SELECT count(*) FROM jsonb_each(said)) FROM device_latest"
    ).fetchone()
    assert row is not None
    assert row[0] < 300_000
    assert row[1] >= one_message


# Numbers of messages


def hear(conn: Connection, numbers: Sequence[int], *, boot: str = "", days: int = 0) -> None:
    heard = HeardNumbers()
    heard.add([DEVICE] * len(numbers), [boot] * len(numbers), numbers)
    at = NOW + days * DAY
    written(conn, Arrival(numbers=heard), now=at)
    unite(conn, now=at)


def gaps(conn: Connection, *, still_open: bool = True) -> list[tuple[int, int]]:
    rows = conn.execute(
        "SELECT lower(missing), upper(missing) - 1 FROM sequence_gap"
        " WHERE (closed_at IS NULL) = %s ORDER BY 1, 2",
        [still_open],
    )
    return rows.fetchall()


def test_numbers_without_a_hole_open_no_gap_wherever_they_begin(conn: Connection) -> None:
    hear(conn, [812, 813])
    hear(conn, [814])
    hear(conn, [811, 812])
    assert gaps(conn) == []


def test_a_gap_is_opened_filled_in_part_and_closed(conn: Connection) -> None:
    hear(conn, [1, 2, 10])
    assert gaps(conn) == [(3, 9)]
    hear(conn, [5, 6], days=1)
    assert gaps(conn) == [(3, 4), (7, 9)]
    hear(conn, [3, 4, 7, 8, 9], days=2)
    assert gaps(conn) == []
    closed = conn.execute("SELECT noticed_at, closed_at FROM sequence_gap ORDER BY 1").fetchall()
    assert closed == [(NOW, NOW + 2 * DAY), (NOW + DAY, NOW + 2 * DAY)]


def test_a_device_that_counts_anew_without_saying_so_has_one_gap_that_shrinks(
    conn: Connection,
) -> None:
    hear(conn, [5000, 5001])
    for number in range(20):
        hear(conn, [number])
    assert gaps(conn) == [(20, 4999)]
    assert conn.execute("SELECT count(*) FROM sequence_gap").fetchone() == (1,)


def test_a_gap_that_stays_is_noticed_once(conn: Connection) -> None:
    hear(conn, [1, 3])
    for day in range(1, 4):
        hear(conn, [3, 3 + day], days=day)
    row = conn.execute("SELECT count(*), min(noticed_at) FROM sequence_gap").fetchone()
    assert row == (1, NOW)


def test_a_device_that_starts_again_and_says_so_has_no_gap(conn: Connection) -> None:
    hear(conn, [900, 901], boot="a")
    hear(conn, [0, 1], boot="b")
    assert gaps(conn) == []
    hear(conn, [904], boot="a")
    assert gaps(conn) == [(902, 903)]


@pytest.mark.parametrize(("hole", "noticed"), [(100_000, True), (100_001, False)])
def test_a_hole_of_more_than_a_hundred_thousand_is_a_new_count(
    conn: Connection, hole: int, noticed: bool
) -> None:
    hear(conn, [7])
    hear(conn, [8 + hole])
    assert gaps(conn) == ([(8, 7 + hole)] if noticed else [])


def test_the_greatest_number_a_device_may_send_is_a_number(conn: Connection) -> None:
    hear(conn, [2**62 - 1, 2**62 - 3, 0])
    assert gaps(conn) == [(2**62 - 2, 2**62 - 2)]


def test_a_device_that_does_not_count_in_order_is_given_up(conn: Connection) -> None:
    pieces = 3000
    hear(conn, range(0, 2 * pieces, 2))
    assert len(gaps(conn)) == pieces - 1
    hear(conn, [2 * pieces])
    assert gaps(conn) == []
    size = conn.execute("SELECT pg_column_size(heard) FROM device_sequence").fetchone()
    assert size is not None
    assert size[0] < 100


@examples
@given(numbers=st.sets(st.integers(0, 25), min_size=1), data=st.data())
def test_whatever_the_order_the_open_gaps_are_what_is_missing(
    conn: Connection, numbers: set[int], data: st.DataObject
) -> None:
    conn.execute("DELETE FROM device_sequence")
    conn.execute("DELETE FROM sequence_gap")
    for batch in cut(sorted(numbers), data):
        if batch:
            hear(conn, batch)
    missing = [n for first, last in gaps(conn) for n in range(first, last + 1)]
    assert missing == sorted(set(range(min(numbers), max(numbers) + 1)) - numbers)


# Doubts, raw parts, facts, status


def everything(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("reading_suspect", "raw_section", "device_fact", "codec_memory")
    return {t: conn.execute(f"SELECT * FROM {t} ORDER BY 1, 2, 3, 4").fetchall() for t in tables}


NOTES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"])),
    min_size=1,
    max_size=6,
)


def noted(batch: Sequence[tuple[int, str, str]]) -> Arrival:
    """Notes as a collector makes them of messages in the order of their arrival."""
    arrival = Arrival()
    for second, name, text in sorted(batch):
        at = NOW + timedelta(seconds=second)
        arrival.suspects.add((DEVICE, at, name, text))
        arrival.raw.add((DEVICE, at, name, text.encode()))
        arrival.facts[DEVICE, name] = text, at
        arrival.memory["codec", name] = text.encode(), at
    return arrival


@examples
@given(notes=NOTES, data=st.data())
def test_notes_do_not_depend_on_the_order_of_batches_and_repeats(
    conn: Connection, notes: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    notes = list({(second, name): (second, name, text) for second, name, text in notes}.values())
    for table in ("reading_suspect", "raw_section", "device_fact", "codec_memory"):
        conn.execute(f"DELETE FROM {table}")
    written(conn, noted(notes))
    at_once = everything(conn)
    for table in ("reading_suspect", "raw_section", "device_fact", "codec_memory"):
        conn.execute(f"DELETE FROM {table}")
    for batch in cut(notes, data):
        written(conn, noted(batch))
    assert everything(conn) == at_once


def test_a_status_lasts_since_it_changed_and_an_older_one_changes_nothing(
    conn: Connection,
) -> None:
    minute = timedelta(minutes=1)
    for online, at in ((True, NOW), (True, NOW + minute), (False, NOW + 5 * minute),
                       (True, NOW + 3 * minute)):  # fmt: skip
        written(conn, Arrival(statuses={DEVICE: (online, at)}))
    row = conn.execute("SELECT online, since FROM device_status").fetchone()
    assert row == (False, NOW + 5 * minute)


def test_devices_that_spoke_are_told_when_the_batch_commits(conn: Connection) -> None:
    conn.execute("LISTEN civicwatt_readings")
    with conn.transaction():
        note(conn, Arrival(spoke={3, 5}), now=NOW)
        assert list(conn.notifies(timeout=0.1)) == []
    (told,) = conn.notifies(timeout=5, stop_after=1)
    assert sorted(told.payload.split(",")) == ["3", "5"]
    written(conn, Arrival(spoke=set(range(100_000))))
    (told,) = conn.notifies(timeout=5, stop_after=1)
    assert told.payload == ""


def test_what_was_said_in_any_year_can_be_kept(conn: Connection) -> None:
    for year in (1970, 9998):
        ts = datetime(year, 1, 1, tzinfo=UTC)
        values = NewestValues()
        values.hear(("odd",), [(DEVICE, (to_us(ts), to_us(NOW), (1.0,)))])
        written(conn, Arrival(newest=values.take(10.0)))
    row = conn.execute("SELECT said -> 'odd' -> 1 FROM device_latest").fetchone()
    assert row == (datetime(9998, 1, 1, tzinfo=UTC).timestamp() * 1000,)
