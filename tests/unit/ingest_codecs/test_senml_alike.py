"""Packs like one before: read at one stroke, and never otherwise than with care."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PayloadError
from ingest.codecs.senml.codec import SenML
from tests.unit.ingest_codecs.raw_frames import World, arrived

SENDER, TOPIC = "meter-7", "senml/meter-7"
NAMES = ("power", "energy", "voltage", "current", "air_temperature", "something")
UNITS = {"power": "W", "energy": "kWh", "voltage": "V", "current": "A", "air_temperature": "Cel"}
NUMBERS = st.one_of(
    st.floats(allow_nan=True, width=16),
    st.floats(allow_nan=True, width=32),
    st.floats(allow_nan=True),
    st.integers(-5, 2**63),
)


def pack(time_s: float, numbers: dict[str, float], sender: str = SENDER) -> bytes:
    records: list[dict[int, Any]] = [
        {0: name, 1: UNITS.get(name, ""), 2: number} for name, number in numbers.items()
    ]
    records[0] |= {-2: f"{sender}/", -3: time_s, -1: 26}
    return cbor2.dumps(records, canonical=True)


def said(codec: SenML, payload: bytes, topic: str = TOPIC) -> object:
    try:
        decoded = codec.decode(arrived(payload, topic), World())
    except PayloadError as error:
        return error.code
    return repr(decoded.samples), [error.code for error in decoded.errors]


@given(
    st.lists(st.dictionaries(st.sampled_from(NAMES), NUMBERS, min_size=1), min_size=2, max_size=6),
    st.lists(st.floats(0, 4e9), min_size=6, max_size=6),
)
def test_what_was_heard_before_changes_nothing(
    packs: list[dict[str, float]], times_s: list[float]
) -> None:
    codec = SenML()
    for numbers, time_s in zip(packs, times_s, strict=False):
        payload = pack(time_s, numbers)
        first = said(codec, payload)
        assert first == said(SenML(), payload) == said(codec, payload)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.floats(-1e6, 1e6), min_size=1),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_spoilt_pack_is_read_as_if_it_were_the_first(
    numbers: dict[str, float], spots: list[tuple[int, int]]
) -> None:
    codec, payload = SenML(), pack(1_782_878_400, numbers)
    said(codec, payload)
    spoilt = bytearray(payload)
    for at, byte in spots:
        spoilt[at % len(spoilt)] = byte
    assert said(codec, bytes(spoilt)) == said(SenML(), bytes(spoilt))


def test_a_pack_of_another_sender_with_a_name_as_long_is_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codec = SenML()
    said(codec, pack(1_782_878_400, {"power": 2000.5}))
    monkeypatch.setattr("ingest.codecs.senml.codec.plain_samples", lambda *_: pytest.fail("slow"))
    decoded = codec.decode(
        arrived(pack(1_782_878_401, {"power": 3000.5}, "meter-8"), "senml/meter-8"), World()
    )
    (sample,) = decoded.samples
    assert (decoded.sender, sample.device) == ("meter-8", "")
    assert sample.values == {"active_power_kw": 3.0005}


def test_a_pack_about_another_device_is_not_its_senders() -> None:
    codec = SenML()
    said(codec, pack(1_782_878_400, {"power": 2000.5}))
    decoded = codec.decode(arrived(pack(1_782_878_401, {"power": 1.5}, "meter-8"), TOPIC), World())
    assert [sample.device for sample in decoded.samples] == ["meter-8"]
