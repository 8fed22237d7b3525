"""Alarms of GB/T 32960 from samples: each flag has a beginning and an end, invalid codes none."""

import numpy as np
import pytest

from analytics.fleet.alarms import FLAGS, Alarm, alarms, name_of, priority, shown

SECOND = 1_000_000


def told(level: list[int], flags: list[int]) -> list[Alarm]:
    ts = np.arange(len(level), dtype=np.int64) * SECOND
    return alarms(ts, np.array(level, np.int64), np.array(flags, np.int64))


def test_an_alarm_lasts_from_the_first_sample_with_it_to_the_first_without() -> None:
    assert told([0, 1, 3, 0], [0, 0b10, 0b10, 0]) == [
        Alarm("battery_hot", 3, SECOND, 2 * SECOND, 3 * SECOND)
    ]


def test_an_alarm_that_is_still_on_has_no_end() -> None:
    assert told([0, 2], [0, 1 << 18]) == [Alarm("overcharge", 2, SECOND, SECOND, None)]


@pytest.mark.parametrize("bit", range(19))
def test_every_flag_of_the_standard_is_an_alarm_of_its_own(bit: int) -> None:
    assert [each.code for each in told([1, 0], [1 << bit, 0])] == [FLAGS[bit]]


def test_flags_of_the_edition_of_2025_without_a_name_go_by_their_number() -> None:
    assert [each.code for each in told([4, 0], [1 << 27, 0])] == ["alarm_bit_27"]
    assert name_of(19) == "alarm_bit_19"


def test_a_level_without_a_flag_is_an_alarm_too() -> None:
    assert [(each.code, each.level) for each in told([2, 0], [0, 0])] == [("alarm_unnamed", 2)]


@pytest.mark.parametrize(
    ("level", "flags"),
    [(0xFF, 0xFFFFFFFF), (0xFE, 0xFFFFFFFE), (5, 1 << 28), (-1, -1), (0, 0), (255, 0)],
)
def test_invalid_codes_are_never_an_alarm(level: int, flags: int) -> None:
    assert told([level, 0], [flags, 0]) == []


@pytest.mark.parametrize(
    ("level", "wanted"), [(4, "urgent"), (3, "urgent"), (2, "high"), (1, "low"), (0, "low")]
)
def test_levels_are_priorities(level: int, wanted: str) -> None:
    assert priority(level) == wanted
    assert Alarm("soc_low", level, 0, 0, None).priority == wanted


def test_a_flag_has_the_highest_level_of_its_own_while_it_lasts() -> None:
    ts = np.arange(3, dtype=np.int64) * SECOND
    level, flags = np.array([3, 3, 0]), np.array([0b11, 0b11, 0])
    own = {0: "0003 0101", SECOND: "0002 0102"}
    assert [(each.code, each.level, each.start) for each in alarms(ts, level, flags, own)] == [
        ("battery_hot", 2, 0),
        ("temperature_difference", 3, 0),
        ("alarm_unnamed", 3, SECOND),
    ]


@pytest.mark.parametrize("text", ["zz01", "01", "010203", "0101,0102", "ÿ1", "0 1 0 1"])
def test_text_that_is_no_list_of_levels_says_nothing(text: str) -> None:
    assert shown(2, 0b10, text) == {"battery_hot": 2}
