"""CJ/T 188: what water, gas and heat meters answer, and what must not be made of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors import cjt188 as meter
from domain.errors import PayloadError
from domain.reading import Quality, Sample
from ingest.codecs.cjt188.codec import Cjt188
from ingest.codecs.decoded import Codec
from tests.unit.ingest_codecs.raw_frames import (
    ARRIVED,
    cases,
    decode,
    expected_of,
    payload_of,
    told,
)

CODEC: Codec = Cjt188()
METER = "00330000001234"
AT = datetime(2026, 7, 1, 3, 59, 58, tzinfo=UTC)
WATER = meter.volume_answer(METER, 1234.56, AT)
BITS = "cjt188_status_bits"


def the_sample(payload: bytes) -> Sample:
    decoded = decode(CODEC, payload)
    assert decoded.errors == []
    (sample,) = decoded.samples
    return sample


@pytest.mark.parametrize("case", cases("cjt188"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    assert told(decode(CODEC, payload_of(case))) == expected_of(case)


def test_a_water_meter_gives_its_register_at_the_instant_of_its_own_clock() -> None:
    sample = the_sample(meter.volume_answer(METER, 1234.56, AT, settled=1200.0))
    assert (sample.device, sample.ts, sample.quality) == (METER, AT, Quality.GOOD)
    assert sample.values == {
        "volume_m3": 1234.56,
        "settled_volume_m3": 1200.0,
        "valve_state": "open",
        "battery_state": "normal",
        BITS: 0.0,
    }


@pytest.mark.parametrize("clock", ["00" * 7, "ff" * 7, "00000001012000", "00000000000000"])
def test_a_clock_nobody_has_set_is_no_instant(clock: str) -> None:
    body = bytes.fromhex("563412002c 000000002c" + clock + "0000")
    sample = the_sample(meter.answer(METER, meter.COLD_WATER, body))
    assert (sample.ts, sample.quality) == (ARRIVED, Quality.ARRIVAL_TIME)
    assert sample.values["volume_m3"] == 1234.56


@pytest.mark.parametrize(
    ("status", "valve", "battery"),
    [(0b00, "open", "normal"), (0b01, "closed", "normal"), (0b111, "abnormal", "low")],
)
def test_valve_and_battery_are_states(status: int, valve: str, battery: str) -> None:
    values = the_sample(meter.volume_answer(METER, 1, AT, status=status)).values
    assert (values["valve_state"], values["battery_state"]) == (valve, battery)
    assert values[BITS] == status


def test_a_state_of_the_valve_that_is_not_defined_is_left_to_the_bits() -> None:
    values = the_sample(meter.volume_answer(METER, 1, AT, status=0b10)).values
    assert "valve_state" not in values
    assert values[BITS] == 2


def test_a_register_that_shows_nothing_is_not_zero() -> None:
    assert "volume_m3" not in the_sample(meter.volume_answer(METER, None, AT)).values


def test_litres_become_cubic_metres_exactly() -> None:
    sample = the_sample(meter.volume_answer(METER, 1235.45, AT, unit="L"))
    assert sample.values["volume_m3"] == 1.23545


def test_gas_is_a_volume_too() -> None:
    sample = the_sample(meter.volume_answer(METER, 7.5, AT, meter_type=meter.GAS))
    assert sample.values["volume_m3"] == 7.5


HEATING = {
    "settled": 100.0,
    "energy": 250.0,
    "power": 12.34,
    "flow": 0.5678,
    "volume": 987.65,
    "supply": 55.25,
    "back": 40.5,
    "hours": 4321,
}


def test_a_heat_meter_gives_everything_it_measures() -> None:
    sample = the_sample(meter.heat_answer(METER, HEATING, AT))
    assert sample.ts == AT
    assert sample.values == {
        "settled_heat_energy_gj": 0.36,
        "heat_energy_gj": 0.9,
        "heat_power_kw": 12.34,
        "heat_flow_m3h": 0.5678,
        "heat_volume_m3": 987.65,
        "supply_temperature_c": 55.25,
        "return_temperature_c": 40.5,
        "working_time_h": 4321.0,
        "valve_state": "open",
        "battery_state": "normal",
        BITS: 0.0,
    }


@pytest.mark.parametrize(
    ("unit", "shown", "gigajoules"),
    [
        ("J", 999999.99, 0.00099999999),
        ("Wh", 1000.0, 0.0036),
        ("kWh", 1234.56, 4.444416),
        ("MWh", 1234.56, 4444.416),
        ("kJ", 1234.56, 0.00123456),
        ("MJ", 1234.56, 1.23456),
        ("GJ", 1234.56, 1234.56),
        ("GJ x100", 1234.56, 123456.0),
    ],
)
def test_energy_is_turned_into_gigajoules_exactly(
    unit: str, shown: float, gigajoules: float
) -> None:
    sample = the_sample(meter.heat_answer(METER, {"energy": shown}, AT, energy=unit))
    assert sample.values["heat_energy_gj"] == gigajoules


def test_a_meter_of_cold_counts_cold() -> None:
    values = the_sample(meter.heat_answer(METER, HEATING, AT, meter_type=meter.COLD)).values
    assert (values["cold_energy_gj"], values["settled_cold_energy_gj"]) == (0.9, 0.36)
    assert "heat_energy_gj" not in values


def test_the_doubtful_field_of_a_meter_of_both_is_kept_and_not_named() -> None:
    sample = the_sample(meter.heat_answer(METER, HEATING, AT, meter_type=meter.HEAT_AND_COLD))
    assert sample.values["heat_energy_gj"] == 0.9
    assert not {"cold_energy_gj", "settled_heat_energy_gj"} & sample.values.keys()
    assert sample.raw == (("cjt188_field_0", bytes.fromhex("0000010005")),)


def test_the_shorter_answer_of_2018_is_read_but_for_its_flow() -> None:
    body = bytes.fromhex(
        "00000100 05 00500200 05 341200 17 785600 35 65870900 2c 2555 5040 21430000"
        "58591101072620 0000"
    )
    sample = the_sample(meter.answer(METER, meter.HEAT, body))
    assert sample.raw == (("cjt188_field_3", bytes.fromhex("78560035")),)
    assert {name: sample.values[name] for name in list(sample.values)[:7]} == {
        "settled_heat_energy_gj": 0.36,
        "heat_energy_gj": 0.9,
        "heat_power_kw": 12.34,
        "heat_volume_m3": 987.65,
        "supply_temperature_c": 55.25,
        "return_temperature_c": 40.5,
        "working_time_h": 4321.0,
    }


def test_the_identifier_may_come_either_way_round() -> None:
    body = WATER[17:-2]
    old = meter.answer(METER, meter.COLD_WATER, body, edition=2004)
    assert the_sample(old).values == the_sample(WATER).values


def test_a_meter_with_a_link_of_its_own_is_known_by_its_topic() -> None:
    decoded = decode(CODEC, WATER, link="meter-7")
    assert (decoded.sender, decoded.samples[0].device) == ("meter-7", "")


def test_two_readings_of_one_meter_are_two_samples() -> None:
    again = meter.volume_answer(METER, 1234.57, AT)
    assert [s.values["volume_m3"] for s in decode(CODEC, WATER + again).samples] == [
        1234.56,
        1234.57,
    ]


def test_questions_and_answers_to_other_things_are_no_readings() -> None:
    question = meter.frame(METER, meter.COLD_WATER, 0x01, b"\x1f\x90\x00")
    address = meter.frame(METER, meter.COLD_WATER, 0x83, b"\x0a\x81\x00")
    decoded = decode(CODEC, question + address)
    assert (decoded.samples, decoded.errors) == ([], [])
    assert len(decode(CODEC, question + WATER).samples) == 1


def answer_with(body: str, meter_type: int = meter.COLD_WATER) -> bytes:
    return meter.answer(METER, meter_type, bytes.fromhex(body))


TAIL = "58591101072620 0000"


@pytest.mark.parametrize(
    ("payload", "code", "said"),
    [
        (WATER[:-3], "cut_off", "of a frame of"),
        (WATER[:-2] + b"\x00\x16", "bad_checksum", "want"),
        (answer_with("5a341200 2c 00000000 2c" + TAIL), "bad_bcd", "00 12 34 5a"),
        (answer_with("56341200 35 00000000 2c" + TAIL), "bad_unit", "unit 0x35 of volume_m3"),
        (answer_with("56341200 99 00000000 2c" + TAIL), "bad_unit", "unit 0x99"),
        (answer_with("2c56341200 2c00000000" + TAIL), "bad_unit", "unit 0x00"),
        (answer_with("56341200 2c" + TAIL), "bad_length", "14 bytes of type 0x10: want 19"),
        (answer_with("00" * 19, meter.HEAT), "bad_length", "want 40 or 43"),
        (answer_with("00" * 19, 0x40), "unknown_meter_type", "type 0x40"),
        (
            meter.frame(METER, 0x10, 0x81, b"\x20\xd1\x00"),
            "unknown_identifier",
            "20 d1, want 1f 90",
        ),
        (meter.frame(METER, 0x10, 0xC1, b"\x00\x02\x00"), "meter_error", "an error: 00 02 00"),
        (meter.frame(METER, 0x10, 0xA1, b"\x00"), "unknown_control", "control 0xa1"),
        (meter.volume_answer("AA" * 7, 1, AT), "bad_device", "one for many meters"),
    ],
)
def test_what_cannot_be_read_says_why(payload: bytes, code: str, said: str) -> None:
    with pytest.raises(PayloadError, match=said) as refused:
        decode(CODEC, payload)
    assert refused.value.code == code


@given(
    st.decimals(0, "999999.99", places=2),
    st.datetimes(datetime(2004, 1, 2), datetime(2099, 12, 30)),  # noqa: DTZ001 -- made aware below
    st.integers(0, 0xFFFF),
)
def test_what_a_meter_shows_comes_out_to_the_digit(
    volume: float, at: datetime, status: int
) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    sample = the_sample(meter.volume_answer(METER, float(volume), at, status=status))
    assert (sample.ts, sample.values["volume_m3"], sample.values[BITS]) == (
        at,
        float(volume),
        status,
    )


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_give_no_reading(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        decode(CODEC, payload)


@given(st.integers(0, len(WATER) - 1), st.integers(1, 255), st.sampled_from(["flip", "cut", "add"]))
def test_a_spoilt_frame_gives_its_reading_or_none(at: int, change: int, how: str) -> None:
    spoilt = {
        "flip": WATER[:at] + bytes([WATER[at] ^ change]) + WATER[at + 1 :],
        "cut": WATER[:at],
        "add": WATER[:at] + bytes([change]) + WATER[at:],
    }[how]
    try:
        samples = decode(CODEC, spoilt).samples
    except PayloadError:
        return
    assert [sample.values["volume_m3"] for sample in samples] == [1234.56]
