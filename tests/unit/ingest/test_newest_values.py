"""The newest each device has said: whatever the order, and never more rows than the budget."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.epoch import to_us
from domain.reading import Value
from ingest.newest import MOST_ROWS_A_SECOND, WRITE_EVERY_S, NewestValues

START = datetime(2026, 7, 1, tzinfo=UTC)
Said = tuple[int, int, dict[str, Value]]
"""Device, instant in seconds, values."""

VALUES = st.floats(-5, 5) | st.sampled_from(["a", "b"])
SAID: st.SearchStrategy[list[Said]] = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.integers(0, 3),
        st.dictionaries(st.sampled_from(["p", "u", "odd"]), VALUES, min_size=1),
    ),
    min_size=1,
    max_size=8,
)


def hear(newest: NewestValues, said: Sequence[Said]) -> None:
    for device, second, values in said:
        at_us = to_us(START + timedelta(seconds=second))
        newest.hear(tuple(values), [(device, (at_us, at_us, tuple(values.values())))])


def taken(newest: NewestValues, now_s: float) -> dict[int, dict[str, tuple[Value, int]]]:
    return {device: row.said for device, row in newest.take(now_s).items()}


@given(SAID, st.data())
def test_the_order_in_which_samples_come_cannot_be_told(
    said: list[Said], data: st.DataObject
) -> None:
    in_order, shuffled = NewestValues(), NewestValues()
    hear(in_order, said)
    hear(shuffled, data.draw(st.permutations(said)))
    assert taken(in_order, 1.0) == taken(shuffled, 1.0)


@given(SAID, SAID)
def test_rows_given_back_come_again_with_what_has_been_said_since(
    before: list[Said], after: list[Said]
) -> None:
    undisturbed, failed = NewestValues(), NewestValues()
    hear(undisturbed, before + after)
    hear(failed, before)
    rows = failed.take(1.0)
    hear(failed, after)
    failed.give_back(rows)
    assert taken(failed, 1.0) == taken(undisturbed, 1.0)


def test_each_quantity_keeps_its_own_instant() -> None:
    newest = NewestValues()
    hear(newest, [(1, 10, {"p": 5.0}), (1, 20, {"u": 230.0}), (1, 15, {"p": 6.0, "u": 0.0})])
    (row,) = newest.take(1.0).values()
    instants = {name: at_ms / 1000 - START.timestamp() for name, (_, at_ms) in row.said.items()}
    assert instants == {"p": 15, "u": 20}
    assert (row.said["p"][0], row.said["u"][0]) == (6.0, 230.0)
    assert ((row.oldest - START).seconds, (row.ts - START).seconds) == (15, 20)


def test_a_device_is_written_at_most_once_a_second() -> None:
    newest = NewestValues()
    hear(newest, [(1, 0, {"p": 1.0})])
    assert newest.take(100.0)
    hear(newest, [(1, 1, {"p": 2.0})])
    assert newest.take(100.0 + WRITE_EVERY_S / 2) == {}
    assert taken(newest, 100.0 + WRITE_EVERY_S)[1]["p"][0] == 2.0


def test_a_flood_is_written_within_the_budget_and_those_that_wait_longest_first() -> None:
    newest, devices = NewestValues(), 3 * MOST_ROWS_A_SECOND
    hear(newest, [(device, 0, {"p": 1.0}) for device in range(devices)])
    first = newest.take(100.0)
    assert list(first) == list(range(MOST_ROWS_A_SECOND))
    assert newest.take(100.0) == {}
    half = newest.take(100.5)
    assert list(half) == list(range(MOST_ROWS_A_SECOND, 3 * MOST_ROWS_A_SECOND // 2))
    rest = newest.take(1000.0), newest.take(1001.0)
    assert [len(rows) for rows in rest] == [MOST_ROWS_A_SECOND, MOST_ROWS_A_SECOND // 2]


def test_what_is_given_back_costs_no_budget() -> None:
    newest = NewestValues()
    hear(newest, [(device, 0, {"p": 1.0}) for device in range(MOST_ROWS_A_SECOND)])
    rows = newest.take(100.0)
    newest.give_back(rows)
    assert newest.take(100.0) == rows


def test_what_is_forgotten_is_not_written() -> None:
    newest = NewestValues()
    hear(newest, [(1, 0, {"p": 1.0})])
    newest.forget()
    assert newest.take(1.0) == {}


def test_a_sample_without_values_tells_only_when_it_was() -> None:
    newest = NewestValues()
    hear(newest, [(1, 10, {})])
    row = newest.take(1.0)[1]
    assert (row.said, row.oldest, row.ts) == ({}, START + timedelta(seconds=10), row.oldest)
