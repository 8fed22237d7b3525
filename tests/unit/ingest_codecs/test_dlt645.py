"""DL/T 645-2007: what electricity meters answer, and what must not be made of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors import dlt645 as meter
from domain.errors import PayloadError
from domain.reading import Quality
from ingest.codecs.decoded import Codec
from ingest.codecs.dlt645.codec import Dlt645
from tests.unit.ingest_codecs.raw_frames import (
    ARRIVED,
    World,
    arrived,
    cases,
    decode,
    expected_of,
    payload_of,
    told,
)

CODEC: Codec = Dlt645()
METER = "000000001234"
ENERGY = meter.reading(METER, "00010000", [1234.56])


def values(payload: bytes) -> dict[str, object]:
    """Of the one sample in `payload`."""
    decoded = decode(CODEC, payload)
    assert decoded.errors == []
    (sample,) = decoded.samples
    return dict(sample.values)


@pytest.mark.parametrize("case", cases("dlt645"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    assert told(decode(CODEC, payload_of(case))) == expected_of(case)


def test_a_sample_is_of_the_meter_named_in_the_frame_and_of_the_arrival() -> None:
    (sample,) = decode(CODEC, ENERGY).samples
    assert (sample.device, sample.ts, sample.quality) == (METER, ARRIVED, Quality.ARRIVAL_TIME)
    assert sample.values == {"active_energy_import_kwh": 1234.56}


def test_a_meter_with_a_link_of_its_own_is_known_by_its_topic() -> None:
    decoded = decode(CODEC, ENERGY, link="meter-7")
    assert (decoded.sender, decoded.samples[0].device) == ("meter-7", "")


def test_without_a_topic_the_address_names_the_meter() -> None:
    decoded = decode(CODEC, ENERGY, link="")
    assert (decoded.sender, decoded.samples[0].device) == ("", METER)


def test_frames_of_two_meters_from_no_gateway_are_nobodys() -> None:
    two = ENERGY + meter.reading("000000005678", "00010000", [1])
    with pytest.raises(PayloadError, match="no gateway, and its frames name 2 devices"):
        decode(CODEC, two, link="meter-7")
    assert [sample.device for sample in decode(CODEC, two).samples] == [METER, "000000005678"]


def test_answers_of_one_meter_make_one_sample() -> None:
    payload = meter.message(
        METER,
        {
            "0201FF00": [230.1, 229.9, 231.0],
            "0202FF00": [15.234, -0.5, 0],
            "0203FF00": [1.2354, -0.1, 2, 3],
            "0206FF00": [0.95, -0.5, 1, 1],
            "02800002": [50.01],
        },
    )
    assert values(payload) == {
        "voltage_a_v": 230.1,
        "voltage_b_v": 229.9,
        "voltage_c_v": 231.0,
        "current_a_a": 15.234,
        "current_b_a": -0.5,
        "current_c_a": 0.0,
        "active_power_kw": 1.2354,
        "active_power_a_kw": -0.1,
        "active_power_b_kw": 2.0,
        "active_power_c_kw": 3.0,
        "power_factor": 0.95,
        "power_factor_a": -0.5,
        "power_factor_b": 1.0,
        "power_factor_c": 1.0,
        "frequency_hz": 50.01,
    }


def test_the_same_register_twice_is_two_samples_not_one_overwritten() -> None:
    again = meter.reading(METER, "00010000", [1234.57])
    assert [
        s.values["active_energy_import_kwh"] for s in decode(CODEC, ENERGY + again).samples
    ] == [
        1234.56,
        1234.57,
    ]


def test_combined_energy_is_not_import() -> None:
    combined = meter.reading(METER, "00000000", [-12.5])
    assert values(combined) == {"active_energy_combined_kwh": -12.5}


def test_tariffs_and_settlement_days_have_names_of_their_own() -> None:
    two_tariffs = meter.answer(METER, "0001FF00", bytes.fromhex("56341200 11000000 45341200"))
    assert values(two_tariffs) == {
        "active_energy_import_kwh": 1234.56,
        "active_energy_import_t1_kwh": 0.11,
        "active_energy_import_t2_kwh": 1234.45,
    }
    last_month = meter.answer(METER, "00010001", bytes.fromhex("56341200"))
    assert values(last_month) == {"active_energy_import_settled_1_kwh": 1234.56}
    both = meter.answer(METER, "000100FF", bytes.fromhex("56341200 55341200"))
    assert values(both) == {
        "active_energy_import_kwh": 1234.56,
        "active_energy_import_settled_1_kwh": 1234.55,
    }


def test_a_phase_that_is_not_connected_has_no_value() -> None:
    assert values(meter.reading(METER, "0201FF00", [230.1, None, None])) == {"voltage_a_v": 230.1}
    nothing = decode(CODEC, meter.reading(METER, "0201FF00", [None, None, None]))
    assert (nothing.samples, nothing.errors) == ([], [])


def test_maximum_demand_comes_with_its_moment_unless_there_was_none() -> None:
    demand = bytes.fromhex("563412 3014050726")
    assert values(meter.answer(METER, "01010000", demand)) == {
        "demand_max_kw": 12.3456,
        "demand_max_at": "2026-07-05T14:30+08:00",
    }
    assert values(meter.answer(METER, "01010000", bytes(8))) == {"demand_max_kw": 0.0}


def test_dates_and_questions_are_no_readings() -> None:
    date = meter.answer(METER, "04000101", bytes.fromhex("03010726"))
    assert decode(CODEC, date).samples == []
    heard_both = meter.question(METER, "00010000") + ENERGY
    assert values(heard_both) == {"active_energy_import_kwh": 1234.56}


def test_a_block_that_goes_on_in_another_frame_gives_the_registers_it_holds_whole() -> None:
    begun = meter.answer(METER, "0001FF00", bytes.fromhex("56341200 1100"), more=True)
    assert values(begun) == {"active_energy_import_kwh": 1234.56}


@pytest.mark.parametrize(
    ("payload", "code", "said"),
    [
        (b"", "bad_length", "0 bytes"),
        (b"\xfe" * 4, "no_frame", "wake"),
        (b"\x00\x01", "no_frame", "0x00 where a frame begins"),
        (ENERGY[:-3], "cut_off", "of a frame of"),
        (ENERGY[:5], "cut_off", "head"),
        (ENERGY[:-2] + b"\x00\x16", "bad_checksum", "want"),
        (ENERGY[:-1] + b"\x17", "bad_checksum", " 17, want"),
        (ENERGY[:7] + b"\x00" + ENERGY[8:], "no_frame", "second 0x68"),
        (meter.refusal(METER, 0b110), "meter_error", "no such data, wrong password"),
        (meter.refusal(METER, 0), "meter_error", "no error named"),
        (meter.answer(METER, "00010000", b"\x5a\x00\x00\x00"), "bad_bcd", "00010000: 00 00 00 5a"),
        (meter.answer(METER, "00010000", b"\x00\x00\x00"), "bad_length", "3 bytes do not fit"),
        (meter.answer(METER, "00010000", bytes(5)), "bad_length", "5 bytes do not fit"),
        (meter.answer(METER, "0F010000", bytes(4)), "unknown_identifier", "0f010000"),
        (meter.answer(METER, "0001FFFF", bytes(4)), "unknown_identifier", "0001ffff"),
        (meter.answer("00000000123A", "00010000", bytes(4)), "bad_bcd", "12 3a"),
        (meter.answer(METER, "01010000", bytes(3) + b"\x99" * 5), "bad_time", "999999999900"),
    ],
)
def test_what_cannot_be_read_says_why(payload: bytes, code: str, said: str) -> None:
    with pytest.raises(PayloadError, match=said) as refused:
        decode(CODEC, payload)
    assert refused.value.code == code


def test_an_answer_of_the_edition_of_1997_is_not_taken_for_one_of_2007() -> None:
    old = bytearray(meter.answer(METER, "00010000", bytes(4)))
    old[8] = 0x81
    old[-2] = sum(old[:-2]) % 256
    with pytest.raises(PayloadError, match="control 0x81, want 0x91"):
        decode(CODEC, bytes(old))


def test_a_broken_frame_costs_none_of_its_neighbours() -> None:
    broken = ENERGY[:-2] + b"\x00\x16"
    voltage = meter.reading(METER, "02010100", [230.1])
    decoded = decode(CODEC, b"\x00" + ENERGY + broken + b"\xfe" + voltage)
    assert [error.code for error in decoded.errors] == ["no_frame", "bad_checksum"]
    assert [sample.values for sample in decoded.samples] == [
        {"active_energy_import_kwh": 1234.56, "voltage_a_v": 230.1}
    ]


@pytest.mark.parametrize("topic", ["cw/v1/gw-1/up", "cw/v1/gw-1/raw/cjt188", "x/gw-1/raw/dlt645"])
def test_another_topic_is_refused(topic: str) -> None:
    with pytest.raises(PayloadError, match=r"want cw/v1/<device>/raw/dlt645"):
        CODEC.decode(arrived(ENERGY, topic), World())


@given(
    st.decimals(0, "999999.99", places=2),
    st.decimals("-79.9999", "79.9999", places=4),
    st.decimals(0, "999.9", places=1),
)
def test_what_a_meter_shows_comes_out_to_the_digit(
    energy: float, power: float, volt: float
) -> None:
    sent = {"00010000": [float(energy)], "02030000": [float(power)], "02010100": [float(volt)]}
    assert values(meter.message(METER, sent)) == {
        "active_energy_import_kwh": float(energy),
        "active_power_kw": float(power),
        "voltage_a_v": float(volt),
    }


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_give_no_reading(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        decode(CODEC, payload)


@given(
    st.integers(0, len(ENERGY) - 1), st.integers(1, 255), st.sampled_from(["flip", "cut", "add"])
)
def test_a_spoilt_frame_gives_its_reading_or_none(at: int, change: int, how: str) -> None:
    spoilt = {
        "flip": ENERGY[:at] + bytes([ENERGY[at] ^ change]) + ENERGY[at + 1 :],
        "cut": ENERGY[:at],
        "add": ENERGY[:at] + bytes([change]) + ENERGY[at:],
    }[how]
    try:
        samples = decode(CODEC, spoilt).samples
    except PayloadError:
        return
    assert how == "add"
    assert [sample.values for sample in samples] == [{"active_energy_import_kwh": 1234.56}]
