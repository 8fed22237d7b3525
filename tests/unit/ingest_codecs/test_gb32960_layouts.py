"""GB/T 32960: a layout serves the reports built like its own, and no others."""

from dataclasses import asdict
from random import Random

import pytest

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from ingest.codecs.gb32960 import edition2016, edition2025
from ingest.codecs.gb32960.layouts import Layouts
from ingest.codecs.gb32960.sections import Private, Section
from tests.unit.ingest_codecs.vehicle_reports import only, report

TIME = bytes.fromhex("1a0701083b32")


def test_reports_as_long_as_each_other_and_built_otherwise_are_told_apart() -> None:
    motors = terminal.motors(Edition.OF_2016, [{"torque_nm": 1}, {"torque_nm": 2}])
    first = report(motors)
    second = report(motors[:2] + b"\x07" + motors[3:])
    for _ in range(2):
        assert only(first).values == {"motor_1_torque_nm": 1.0, "motor_2_torque_nm": 2.0}
        assert only(second).values == {"motor_7_torque_nm": 1.0, "motor_2_torque_nm": 2.0}


def test_a_fault_that_goes_from_one_list_to_another_changes_its_name() -> None:
    lists: list[list[int]] = [[0xAA], [], [], []]
    for place, name in enumerate(("battery_pack", "motor", "engine", "other")):
        faults = lists[-place:] + lists[:-place]
        section = terminal.alarm(Edition.OF_2016, 1, 0, faults=tuple(faults))
        assert only(report(section)).values[f"faults_{name}"] == "000000aa"


def test_more_layouts_than_are_remembered_are_read_all_the_same() -> None:
    for _ in range(2):
        for number in range(1, 254):
            for size in (1, 2, 3):
                content = terminal.private(0x80, bytes(size)) + b"\x02\x01" + bytes((number,))
                sample = only(report(content + bytes(11)))
                assert sample.values[f"motor_{number}_speed_rpm"] == -20_000.0


@pytest.mark.parametrize("edition", [edition2016.SECTIONS, edition2025.SECTIONS])
def test_what_was_read_before_makes_no_difference(edition: dict[int, Section]) -> None:
    sections = edition | {0x80: Private(0x80)}
    random = Random(1)  # noqa: S311 - the same every time, no secret
    for number in sections:
        used = Layouts(sections)
        for _ in range(300):
            # Few different bytes: bodies often are alike in what decides, and differ in the rest
            body = TIME + bytes((number, *random.choices(b"\0\1\2\xfe", (3, 2, 1, 1), k=30)))
            (layout, error), (fresh, fault) = used.of(body), Layouts(sections).of(body)
            assert asdict(layout.read(body)) == asdict(fresh.read(body))
            assert str(error) == str(fault)
