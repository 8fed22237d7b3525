"""GB/T 32960: alarms and lists of faults."""

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from domain.reading import Quality
from ingest.codecs.value import LONGEST_TEXT
from tests.unit.ingest_codecs.vehicle_reports import only, report


def test_alarms_with_fault_lists() -> None:
    section = terminal.alarm(Edition.OF_2016, 3, 0x40802, faults=([1, 2], [0xAA], [], []))
    sample = only(report(section))
    assert sample.values == {
        "alarm_level": 3,
        "alarm_flags": 0x40802,
        "faults_battery_pack": "00000001 00000002",
        "faults_motor": "000000aa",
    }
    assert sample.raw == ()


def test_alarms_of_2025_have_a_level_for_each_flag() -> None:
    section = terminal.alarm(Edition.OF_2025, 4, 1 << 23, levels=[(23, 4), (1, 2)])
    sample = only(report(section, edition=Edition.OF_2025))
    assert sample.values == {
        "alarm_level": 4,
        "alarm_flags": 1 << 23,
        "alarm_flag_levels": "1704 0102",
    }
    assert sample.quality == Quality.GOOD


def test_a_long_list_of_faults_is_cut_after_a_whole_code_and_kept_beside() -> None:
    codes = list(range(1, 254))
    section = terminal.alarm(Edition.OF_2016, 1, 0, faults=(codes, [], [], []))
    sample = only(report(section))
    text = str(sample.values["faults_battery_pack"])
    assert len(text) <= LONGEST_TEXT
    assert [int(code, 16) for code in text.split(" ")] == codes[:55]
    ((name, content),) = sample.raw
    assert (name, len(content)) == ("faults_battery_pack", 4 * 253)
