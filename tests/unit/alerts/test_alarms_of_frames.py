"""Every alarm that GB/T 32960.3 knows, from the frame on, is an alert with its priority."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from analytics.alerts.course import Says
from analytics.alerts.live_rule import Device, judge_said
from analytics.fleet.alarms import CODES, FLAGS, UNNAMED, alarms, name_of
from analytics.rules.finding import Priority
from device_sim.vendors.gb32960 import Edition, alarm
from domain.reading import Value
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.vehicle_reports import CODEC, report

BITS = {Edition.OF_2016: 19, Edition.OF_2025: 28}
LEVELS = {Edition.OF_2016: 3, Edition.OF_2025: 4}
PRIORITIES = {1: Priority.LOW, 2: Priority.HIGH, 3: Priority.URGENT, 4: Priority.URGENT}
EDITIONS = [Edition.OF_2016, Edition.OF_2025]
NAMES = {"alarm_level", "alarm_flags", "alarm_flag_levels"}
Pairs = Sequence[tuple[int, int]]


def told(edition: Edition, level: int, flags: int, levels: Pairs = ()) -> dict[str, Value]:
    """What a frame says of alarms; nothing, where none of it is a value."""
    section = alarm(edition, level, flags, levels=levels)
    decoded = decode(CODEC, report(section, edition=edition))
    assert decoded.errors == []
    values = decoded.samples[0].values if decoded.samples else {}
    return {name: value for name, value in values.items() if name in NAMES}


def alerts(values: dict[str, Value]) -> dict[str, Priority]:
    """Priority of each alert that the values raise, by the alarm it is of."""
    known = {name: value for name, value in values.items() if isinstance(value, int | float | str)}
    found = judge_said(known, datetime(2026, 7, 1, tzinfo=UTC), Device("vehicle"))
    raised = [each for each in found if each.rule == "vehicle_alarm" and each.says is Says.BAD]
    return {each.code: each.priority for each in raised}


def alert(values: dict[str, Value]) -> Priority | None:
    """Priority of the one alert that the values raise; None: they raise none."""
    (only,) = alerts(values).values() or (None,)
    return only


def ended(values: dict[str, Value]) -> set[str]:
    """Alarms that the values speak against."""
    known = {name: value for name, value in values.items() if isinstance(value, int | float | str)}
    found = judge_said(known, datetime(2026, 7, 1, tzinfo=UTC), Device("vehicle"))
    return {each.code for each in found if each.says is Says.GOOD}


def named(values: dict[str, Value]) -> list[str]:
    """Alarms of the page of the vehicle."""
    level, flags = (int(values.get(name, -1)) for name in ("alarm_level", "alarm_flags"))
    pairs = {0: str(values.get("alarm_flag_levels", ""))}
    found = alarms(np.array([0]), np.array([level]), np.array([flags]), pairs)
    return [each.code for each in found]


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_flag_at_each_level_is_an_alert_with_the_priority_of_its_level(
    edition: Edition,
) -> None:
    for bit in range(BITS[edition]):
        for level in range(1, LEVELS[edition] + 1):
            values = told(edition, level, 1 << bit)
            assert alert(values) is PRIORITIES[level], (bit, level)
            assert named(values) == [FLAGS[bit] if bit < len(FLAGS) else name_of(bit)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_codes_for_abnormal_and_invalid_and_those_of_no_edition_are_never_an_alert(
    edition: Edition,
) -> None:
    # A 4 in a frame of 2016 is read as that of 2025: a fire does not wait for a header.
    for level in (*range(5, 256), 0):
        assert alert(told(edition, level, 0)) is None, level
        assert named(told(edition, level, 0)) == []
    for flags in (0xFFFF_FFFE, 0xFFFF_FFFF, *(1 << bit for bit in range(28, 32))):
        for level in (0, 0xFE, 0xFF):
            assert alert(told(edition, level, flags)) is None, (level, hex(flags))
            assert named(told(edition, level, flags)) == []


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("level", [0xFE, 0xFF])
def test_a_flag_beside_an_invalid_level_is_an_alert_all_the_same(
    edition: Edition, level: int
) -> None:
    assert alert(told(edition, level, 1 << 11)) is Priority.LOW
    assert named(told(edition, level, 1 << 11)) == ["insulation"]


def test_flags_at_once_are_alerts_each_with_its_own_level_where_the_frame_tells_it() -> None:
    hot, low, bit_19 = 1 << 1, 1 << 4, 1 << 19
    values = told(Edition.OF_2025, 3, hot | low | bit_19, [(1, 3), (4, 1), (19, 2)])
    assert alerts(values) == {
        "battery_hot": Priority.URGENT,
        "soc_low": Priority.LOW,
        "alarm_bit_19": Priority.HIGH,
    }
    assert ended(values) == {*CODES} - {*alerts(values)}


@pytest.mark.parametrize("edition", EDITIONS)
def test_flags_at_once_have_the_highest_level_where_no_level_of_theirs_is_told(
    edition: Edition,
) -> None:
    assert alerts(told(edition, 2, 0b10010)) == dict.fromkeys(
        ("battery_hot", "soc_low"), Priority.HIGH
    )


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        ([(1, 0xFE), (4, 0xFF)], {"battery_hot": 3, "soc_low": 3}),
        ([(1, 3), (28, 4), (0xFF, 4)], {"battery_hot": 3, "soc_low": 3}),
        ([(1, 3), (4, 0)], {"battery_hot": 3, "soc_low": 0}),
        ([(1, 1), (1, 3), (4, 1)], {"battery_hot": 3, "soc_low": 1}),
        ([(1, 3), (4, 1), (9, 2), (10, 0)], {"battery_hot": 3, "soc_low": 1, "pack_mismatch": 2}),
        ([(1, 1), (4, 1)], {"battery_hot": 1, "soc_low": 1, "alarm_unnamed": 3}),
    ],
)
def test_levels_of_flags_that_are_none_of_the_standards_say_nothing(
    levels: Pairs, wanted: dict[str, int]
) -> None:
    """Flags 1 and 4 at level 3; a flag set, or a level that no flag has, is never lost."""
    values = told(Edition.OF_2025, 3, 0b10010, levels)
    assert alerts(values) == {
        code: PRIORITIES.get(each, Priority.LOW) for code, each in wanted.items()
    }
    assert named(values) == sorted(wanted)


def test_flags_that_are_invalid_end_no_alarm_of_a_flag() -> None:
    assert ended(told(Edition.OF_2025, 2, 0xFFFF_FFFF)) == set()
    assert ended(told(Edition.OF_2025, 0xFF, 0b10)) == {*CODES} - {"battery_hot", UNNAMED}
