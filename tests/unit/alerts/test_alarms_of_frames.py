"""Every alarm that GB/T 32960.3 knows, from the frame on, is an alert with its priority."""

from datetime import UTC, datetime

import numpy as np
import pytest

from analytics.alerts.course import Says
from analytics.alerts.live_rule import Device, judge_said
from analytics.fleet.alarms import FLAGS, alarms, name_of
from analytics.rules.finding import Priority
from device_sim.vendors.gb32960 import Edition, alarm
from domain.reading import Value
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.vehicle_reports import CODEC, report

BITS = {Edition.OF_2016: 19, Edition.OF_2025: 28}
LEVELS = {Edition.OF_2016: 3, Edition.OF_2025: 4}
PRIORITIES = {1: Priority.LOW, 2: Priority.HIGH, 3: Priority.URGENT, 4: Priority.URGENT}
EDITIONS = [Edition.OF_2016, Edition.OF_2025]
NAMES = {"alarm_level", "alarm_flags"}


def told(edition: Edition, level: int, flags: int) -> dict[str, Value]:
    """What a frame says of alarms; nothing, where none of it is a value."""
    decoded = decode(CODEC, report(alarm(edition, level, flags), edition=edition))
    assert decoded.errors == []
    values = decoded.samples[0].values if decoded.samples else {}
    return {name: value for name, value in values.items() if name in NAMES}


def alert(values: dict[str, Value]) -> Priority | None:
    """Priority of the alert that the values raise; None: they raise none."""
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    found = judge_said(numbers, datetime(2026, 7, 1, tzinfo=UTC), Device("vehicle"))
    raised = [each for each in found if each.rule == "vehicle_alarm" and each.says is Says.BAD]
    return raised[0].priority if raised else None


def named(values: dict[str, Value]) -> list[str]:
    """Alarms of the page of the vehicle."""
    level, flags = (int(values.get(name, -1)) for name in ("alarm_level", "alarm_flags"))
    found = alarms(np.array([0]), np.array([level]), np.array([flags]))
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
