"""GB/T 32960: driving, motors, engine and cells that are not of the battery."""

import pytest

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from domain.reading import Quality, Value
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.vehicle_reports import AT, CODEC, DRIVING, EDITIONS, VIN, only, report


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_whole_vehicle_comes_out_to_the_digit(edition: Edition) -> None:
    sample = only(report(terminal.vehicle(edition, DRIVING), edition=edition))
    assert (sample.ts, sample.device, sample.quality) == (AT, VIN, Quality.GOOD)
    assert sample.values == DRIVING


def test_the_offset_of_a_current_is_that_of_the_edition() -> None:
    section = terminal.vehicle(Edition.OF_2016, {"pack_current_a": 15.0})
    assert only(report(section)).values["pack_current_a"] == 15.0
    # the same bytes in the other edition's frame, without the pedals
    frame = report(section[:-2], edition=Edition.OF_2025)
    assert only(frame).values["pack_current_a"] == 15.0 - 2000


def test_only_the_2016_edition_has_pedals() -> None:
    pedals: dict[str, Value] = {"accelerator_pct": 30.0, "brake_pct": 101.0}
    sample = only(report(terminal.vehicle(Edition.OF_2016, pedals)))
    assert sample.values == pedals | {"insulation_kohm": 65_535.0}
    assert [name for name, _ in sample.suspect] == ["insulation_kohm"]


def test_what_was_not_measured_is_not_there() -> None:
    decoded = decode(CODEC, report(terminal.vehicle(Edition.OF_2025, {}), edition=Edition.OF_2025))
    assert (decoded.samples, decoded.errors) == ([], [])
    assert len(decoded.replies) == 1


@pytest.mark.parametrize("sentinel", ["fe", "ff"])
def test_abnormal_and_invalid_are_no_numbers(sentinel: str) -> None:
    one, two, four = (bytes.fromhex("ff" * (size - 1) + sentinel) for size in (1, 2, 4))
    body = one * 3 + two + four + two * 2 + one * 2 + b"\x8f" + two
    decoded = decode(CODEC, report(b"\x01" + body, edition=Edition.OF_2025))
    assert (decoded.samples, decoded.errors) == ([], [])


def test_a_code_the_standard_has_no_word_for_is_told_as_such() -> None:
    section = bytearray(terminal.vehicle(Edition.OF_2016, DRIVING))
    section[1] = 9
    assert only(report(bytes(section))).values["vehicle_state"] == "reserved_0x09"


def test_a_number_out_of_the_standards_range_is_kept_and_doubted() -> None:
    sample = only(report(terminal.vehicle(Edition.OF_2025, {"soc_pct": 150}), edition=EDITIONS[1]))
    assert sample.values == {"soc_pct": 150.0}
    assert sample.quality == Quality.SUSPECT
    assert sample.suspect == (
        ("soc_pct", "raw 150 is above 100, the greatest the standard allows"),
    )


@pytest.mark.parametrize(
    ("gear", "word"), [("N", "N"), ("1", "1"), ("12", "12"), ("R", "R"), ("D", "D"), ("P", "P")]
)
def test_gears(gear: str, word: str) -> None:
    values = only(report(terminal.vehicle(Edition.OF_2016, {"gear": gear}))).values
    assert (values["gear"], values["brake_force"], values["drive_force"]) == (word, "off", "off")


def test_a_gear_of_2025_can_be_invalid() -> None:
    section = bytearray(terminal.vehicle(Edition.OF_2025, {"gear": "D"}))
    section[-3] |= 0x80
    assert decode(CODEC, report(bytes(section), edition=Edition.OF_2025)).samples == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_motors_are_told_by_their_number(edition: Edition) -> None:
    motor: dict[str, Value] = {
        "state": "generating",
        "controller_temperature_c": -5.0,
        "speed_rpm": -1200.0,
        "torque_nm": -350.5,
        "temperature_c": 71.0,
    }
    if edition is Edition.OF_2016:
        motor |= {"voltage_v": 373.9, "current_a": -18.2}
    values = only(report(terminal.motors(edition, [motor, motor]), edition=edition)).values
    assert values == {f"motor_{n}_{name}": value for n in (1, 2) for name, value in motor.items()}


def test_two_motors_of_one_number_are_not_mistaken_for_each_other() -> None:
    section = bytearray(terminal.motors(Edition.OF_2025, [{"torque_nm": 1}, {"torque_nm": 2}]))
    section[12] = 1
    values = only(report(bytes(section), edition=Edition.OF_2025)).values
    assert values == {"motor_1_torque_nm": 1.0, "motor_1_row_2_torque_nm": 2.0}


def test_more_motors_than_any_vehicle_has_are_kept_as_bytes() -> None:
    section = terminal.motors(Edition.OF_2016, [{"torque_nm": 1}] * 33)
    sample = only(report(section))
    assert (sample.values, sample.raw) == ({}, (("motor_rows", section[1:]),))


def test_the_engine_of_each_edition() -> None:
    engine: dict[str, Value] = {
        "engine_state": "on",
        "engine_speed_rpm": 2100.0,
        "fuel_consumption_l_100km": 6.55,
    }
    assert only(report(terminal.engine(Edition.OF_2016, engine))).values == engine
    frame = report(terminal.engine(Edition.OF_2025, engine), edition=Edition.OF_2025)
    assert only(frame).values == {"engine_speed_rpm": 2100.0}


def test_fuel_cell_stacks_and_supercapacitors_of_2025() -> None:
    cell = b"\x03" + bytes.fromhex("0055 01 2710 01 015e 01 01 32 64".replace(" ", ""))
    stack = b"\x30\x01" + bytes.fromhex("01 0bb8 0320 07d0 03e8 41 0002 5051".replace(" ", ""))
    capacitor = b"\x31" + bytes.fromhex("01 0fa0 7594 0002 0a8c0a8d 0001 46".replace(" ", ""))
    extremes = b"\x32" + bytes.fromhex("0100020a8d0100010a8c01000146010001 46".replace(" ", ""))
    sample = only(report(cell, stack, capacitor, extremes, edition=Edition.OF_2025))
    assert sample.values == {
        "hydrogen_temperature_max_c": 45.0,
        "hydrogen_concentration_max_pct": 1.0,
        "hydrogen_pressure_max_mpa": 35.0,
        "fuel_cell_dcdc_state": "on",
        "hydrogen_left_pct": 50.0,
        "fuel_cell_dcdc_temperature_c": 60.0,
        "fuel_cell_stack_1_voltage_v": 300.0,
        "fuel_cell_stack_1_current_a": 80.0,
        "fuel_cell_stack_1_hydrogen_pressure_kpa": 100.0,
        "fuel_cell_stack_1_air_pressure_kpa": 0.0,
        "fuel_cell_stack_1_air_temperature_c": 25.0,
        "supercapacitor_1_voltage_v": 400.0,
        "supercapacitor_1_current_a": 10.0,
        "supercapacitor_cell_voltage_max_v": 2.701,
        "supercapacitor_cell_voltage_min_v": 2.7,
        "supercapacitor_temperature_max_c": 30.0,
        "supercapacitor_temperature_min_c": 30.0,
    }
    assert [name for name, _ in sample.raw] == [
        "fuel_cell",
        "fuel_cell_stack_1",
        "supercapacitor_1",
        "supercapacitor_extremes",
    ]
