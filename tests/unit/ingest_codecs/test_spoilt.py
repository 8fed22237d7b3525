"""The fuzz campaign in small, and the proof that it would find what it looks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from device_sim.vendors.gb32960 import Edition
from domain.reading import Message, Sample
from ingest.codecs.decoded import Around, Codec, Decoded
from ingest.codecs.gb32960 import edition2016, edition2025
from tests.fuzz.campaign import badly_made, campaign, ordeal
from tests.fuzz.frame import OPEN, SEAL
from tests.fuzz.golden import World, arrived, everything_that_decodes, golden, remembered
from tests.fuzz.vehicle import KEYED, NEW, OLD, frames

PAYLOADS = 200
ENOUGH = 60
"""Payloads among which a codec that lies every time is caught."""


@pytest.mark.parametrize("name", sorted(golden()))
def test_spoilt_payloads_are_read_or_refused(name: str) -> None:
    tally = campaign(name, PAYLOADS)
    assert tally.faults == []
    assert tally.codes


@pytest.mark.parametrize("name", sorted(golden()))
def test_sound_payloads_make_values_as_they_are_stored(name: str) -> None:
    codec, sound = everything_that_decodes()[name], golden()[name]
    world = World(memory=remembered(codec, sound))
    decoded = [codec.decode(arrived(message), world) for message in sound]
    assert any(sample.values for one in decoded for sample in one.samples)
    assert [fault for one in decoded for fault in badly_made(one)] == []


def test_every_codec_and_profile_takes_part() -> None:
    assert golden().keys() == everything_that_decodes().keys()


@pytest.mark.parametrize(
    ("edition", "sections"), [(OLD, edition2016.SECTIONS), (NEW, edition2025.SECTIONS)]
)
def test_every_section_and_way_of_encrypting_takes_part(
    edition: Edition, sections: dict[int, object]
) -> None:
    mark = b"##" if edition is OLD else b"$$"
    ours = [frame for _, frame in frames() if frame.startswith(mark)]
    reports = {frame[30] for frame in ours if frame[2] == 2 and frame[21] == 1}
    assert sections.keys() | {0x80} == reports | ({0xFF} if edition is NEW else set())
    for signed in (b"\xff\x01\x00\x20", b"\xff\x02\x01\x00"):  # by SM2, by RSA
        assert any(signed in frame for frame in ours) == (edition is NEW)
    assert {frame[21] for frame in ours} == {1, 2, 3, 4, 5}
    commands = {1, 2, 3, 4, 5, 6, 7, 8}
    assert {frame[2] for frame in ours} == commands | ({0x0B} if edition is NEW else set())


def test_what_is_encrypted_is_spoilt_within() -> None:
    everything = golden()[KEYED.name]
    sound = [one for one in everything if OPEN[KEYED.name](one.payload) != one.payload]
    assert {one.payload[21] for one in sound} == {2, 3, 5}
    tally = ordeal(KEYED, sound, 300)
    assert tally.faults == []
    # Where only the cipher is spoilt, no key opens it and no section is reached.
    assert tally.codes["bad_section"] > 0


class Liar:
    """A codec that says something else than the one it asks."""

    def __init__(self, honest: Codec, lie: Callable[[Sample], Sample]) -> None:
        self.name, self.filters = honest.name, honest.filters
        self._honest, self._lie = honest, lie

    def decode(self, message: Message, around: Around) -> Decoded:
        """Say what is not so."""
        decoded = self._honest.decode(message, around)
        decoded.samples = [self._lie(sample) for sample in decoded.samples]
        return decoded


def with_a_value_more(sample: Sample) -> Sample:
    return replace(sample, values=sample.values | {"cable_temperature_c": 47.1103})


def with_values_a_thousandth_off(sample: Sample) -> Sample:
    values = sample.values.items()
    return replace(
        sample,
        values={name: v if isinstance(v, str) else v * 1.001 + 0.0007 for name, v in values},
    )


def an_hour_late(sample: Sample) -> Sample:
    return replace(sample, ts=sample.ts + timedelta(minutes=61.37))


class Odd(float):
    """A number that is equal to one that can be stored, and of another type."""


def of_another_type(sample: Sample) -> Sample:
    values = sample.values.items()
    return replace(sample, values={name: v if isinstance(v, str) else Odd(v) for name, v in values})


def not_finite(sample: Sample) -> Sample:
    return replace(sample, values=dict.fromkeys(sample.values, float("nan")))


@pytest.mark.parametrize("name", sorted(golden()))
@pytest.mark.parametrize(
    "lie",
    [with_a_value_more, with_values_a_thousandth_off, an_hour_late, of_another_type, not_finite],
)
def test_a_codec_that_lies_is_found_out(name: str, lie: Callable[[Sample], Sample]) -> None:
    liar = Liar(everything_that_decodes()[name], lie)
    assert ordeal(liar, golden()[name], ENOUGH).faults


class Trusting:
    """A codec that looks at no checksum."""

    def __init__(self, careful: Codec) -> None:
        self.name, self.filters = careful.name, careful.filters
        self._careful = careful

    def decode(self, message: Message, around: Around) -> Decoded:
        """Make every checksum right first."""
        payload = bytearray(message.payload)
        SEAL[self.name](payload)
        return self._careful.decode(replace(message, payload=bytes(payload)), around)


@pytest.mark.parametrize("name", sorted(SEAL))
def test_a_codec_that_looks_at_no_checksum_is_found_out(name: str) -> None:
    assert ordeal(Trusting(everything_that_decodes()[name]), golden()[name], PAYLOADS).faults


class Careless:
    """A codec that lets the exceptions of its parser through."""

    name = "tasmota"
    filters = ("#",)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read without care."""
        del around
        return Decoded(message.payload.decode())


def test_an_exception_that_escapes_is_found_out() -> None:
    faults = ordeal(Careless(), golden()["tasmota"], PAYLOADS).faults
    assert any("UnicodeDecodeError escaped" in fault for fault in faults)
