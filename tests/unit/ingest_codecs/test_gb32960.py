"""GB/T 32960 of 2016 and 2025: what whole frames say, and what must not be made of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from domain.errors import PayloadError
from domain.reading import Quality
from tests.unit.ingest_codecs.raw_frames import cases, decode, expected_of, payload_of, told
from tests.unit.ingest_codecs.vehicle_reports import AT, CODEC, DRIVING, EDITIONS, VIN, only, report


def speed(kmh: float) -> bytes:
    return report(terminal.vehicle(Edition.OF_2016, {"speed_kmh": kmh}))


@pytest.mark.parametrize("case", cases("gb32960"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    assert told(decode(CODEC, payload_of(case))) == expected_of(case)


def test_a_reissue_is_late_and_keeps_its_own_time() -> None:
    sample = only(report(terminal.vehicle(Edition.OF_2016, DRIVING), late=True))
    assert (sample.ts, sample.quality) == (AT, Quality.LATE)


def test_a_time_that_is_none_stores_nothing() -> None:
    frame = terminal.frame(Edition.OF_2016, terminal.REALTIME, VIN, bytes.fromhex("1a0d01000000"))
    decoded = decode(CODEC, frame)
    assert (decoded.samples, [error.code for error in decoded.errors]) == ([], ["bad_time"])


@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing_else_and_make_no_reading(payload: bytes) -> None:
    try:
        decoded = decode(CODEC, payload)
    except PayloadError:
        return
    assert (decoded.samples, decoded.notices) == ([], [])


@given(
    edition=st.sampled_from(EDITIONS),
    command=st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80]),
    numbers=st.sampled_from([*range(1, 10), 0x30, 0x31, 0x32, 0x80, 0xFF, 0x0A]),
    body=st.binary(max_size=200),
)
def test_any_data_in_a_sound_frame_makes_only_values_that_can_be_kept(
    edition: Edition, command: int, numbers: int, body: bytes
) -> None:
    data = bytes.fromhex("1a0701083b32") + bytes((numbers,)) + body
    decoded = decode(CODEC, terminal.frame(edition, command, VIN, data))
    assert len(decoded.samples) <= (command in (2, 3))


@given(at=st.integers(0, 51), by=st.integers(1, 255))
def test_no_reading_is_made_of_a_frame_with_a_changed_byte(at: int, by: int) -> None:
    payload = bytearray(speed(42))
    payload[at] ^= by
    assert decode(CODEC, bytes(payload)).samples == []
