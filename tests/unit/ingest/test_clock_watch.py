"""A device's clock offset is found whatever delays its messages, and told once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.epoch import to_us
from ingest.clock_watch import ClockWatch

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DEVICE = 7


def heard(watch: ClockWatch, second: float, offset_s: float, delay_s: float) -> dict[int, float]:
    """Hear one live message of a device whose clock is off and whose way takes a while."""
    measured = NOW + timedelta(seconds=second)
    stamp, arrival = measured + timedelta(seconds=offset_s), measured + timedelta(seconds=delay_s)
    watch.hear(DEVICE, to_us(stamp), to_us(arrival))
    return watch.estimates()


def told(watch: ClockWatch, offsets_and_delays: list[tuple[float, float]]) -> float | None:
    """The last offset told."""
    last = None
    for number, (offset_s, delay_s) in enumerate(offsets_and_delays):
        last = heard(watch, 60.0 * number, offset_s, delay_s).get(DEVICE, last)
    return last


@given(
    st.floats(-5000, 5000),
    st.lists(st.floats(0, 2), min_size=15, max_size=40),
)
def test_the_true_offset_is_found_within_the_delay_of_the_way(
    offset_s: float, delays_s: list[float]
) -> None:
    found = told(ClockWatch(), [(offset_s, delay_s) for delay_s in delays_s])
    assert found is not None
    assert offset_s - 2 - 1 <= found <= offset_s + 1 + 1e-3  # 1 s of change is not told


def test_nothing_is_said_of_two_messages() -> None:
    assert told(ClockWatch(), [(500, 0)] * 2) is None


@pytest.mark.parametrize("stamp_s", [86_400.0, -86_400.0])
def test_one_bad_stamp_among_many_changes_nothing(stamp_s: float) -> None:
    live = [(0.0, 0.3)] * 15
    assert told(ClockWatch(), [*live, (stamp_s, 0.3), *live]) == pytest.approx(-0.3)


def test_a_burst_after_an_outage_is_forgotten_when_live_messages_follow() -> None:
    watch = ClockWatch()
    assert told(watch, [(0.0, 0.5)] * 15) == pytest.approx(-0.5)
    backlog = [(0.0, 3600.0 - 60 * n) for n in range(30)]
    assert told(watch, [*backlog, *[(0.0, 0.5)] * 15]) == pytest.approx(-0.5)


def test_a_backlog_that_arrives_in_one_batch_counts_as_one_message() -> None:
    watch = ClockWatch()
    assert told(watch, [(0.0, 0.5)] * 15) == pytest.approx(-0.5)
    for second in range(3600):
        watch.hear(DEVICE, to_us(NOW + timedelta(seconds=second)), to_us(NOW + timedelta(hours=1)))
    assert watch.estimates() == {}


def test_an_offset_is_told_once_and_again_when_it_has_changed() -> None:
    watch = ClockWatch()
    told_each_time = [heard(watch, 60.0 * n, 100.0, 0.0) for n in range(10)]
    assert [bool(one) for one in told_each_time] == [False, False, True, *[False] * 7]
    corrected = [heard(watch, 600 + 60.0 * n, 0.0, 0.0) for n in range(15)]
    assert [one for one in corrected if one] == [{DEVICE: 0.0}]


def test_a_batch_that_was_not_written_tells_again_and_counts_its_messages_once() -> None:
    watch = ClockWatch()
    stamps = [NOW + timedelta(seconds=60 * n) for n in range(3)]
    for stamp in stamps[:2]:
        watch.hear(DEVICE, to_us(stamp + timedelta(seconds=90)), to_us(stamp))
        assert watch.estimates() == {}
    for _ in range(30):  # the third is tried for as long as the database is away
        watch.hear(DEVICE, to_us(stamps[2] + timedelta(seconds=9000)), to_us(stamps[2]))
        assert watch.estimates() == {DEVICE: 90.0}
