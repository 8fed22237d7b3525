"""What a device says again without a time of its own is no new measurement."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ingest.republication import Republications

NOW = datetime(2026, 7, 1, tzinfo=UTC)
WITHIN_S = 300.0


def told(said: Sequence[tuple[float, str, Mapping[str, float]]]) -> list[bool]:
    """Of each message whether it is a repetition: its second, device and values."""
    republications = Republications()
    return [
        republications.repeats(device, NOW + timedelta(seconds=second), values, WITHIN_S)
        for second, device, values in said
    ]


def test_the_same_values_a_moment_later_are_a_repetition() -> None:
    assert told([(0, "plug", {"p": 1.0}), (10, "plug", {"p": 1.0})]) == [False, True]


def test_repetitions_do_not_put_off_the_next_measurement() -> None:
    said = [(float(second), "plug", {"p": 1.0}) for second in range(0, 601, 100)]
    assert told(said) == [False, True, True, False, True, True, False]


@pytest.mark.parametrize(
    "later",
    [(10.0, "plug", {"p": 2.0}), (10.0, "plug", {"p": 1.0, "u": 1.0}), (10.0, "other", {"p": 1.0}),
     (300.0, "plug", {"p": 1.0}), (-10.0, "plug", {"p": 1.0})],
    ids=["another value", "one value more", "another device", "much later", "clock set back"],
)  # fmt: skip
def test_anything_else_is_a_measurement(later: tuple[float, str, dict[str, float]]) -> None:
    assert told([(0, "plug", {"p": 1.0}), later]) == [False, False]


def test_messages_read_again_after_a_failed_write_are_judged_as_before() -> None:
    republications = Republications()
    said = [(0, 1.0), (10, 2.0), (20, 1.0), (30, 1.0)]

    def judged() -> list[bool]:
        return [
            republications.repeats("plug", NOW + timedelta(seconds=second), {"p": value}, WITHIN_S)
            for second, value in said
        ]

    assert judged() == [False, False, False, True]
    assert judged() == [False, False, False, True]
