"""Sparkplug B: data laid out like a message before it says the same to who never saw that one."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors.sparkplug_b import DOUBLE, INT64, Metric, payload
from domain.errors import PayloadError
from ingest.codecs.sparkplug_b import codec
from tests.unit.ingest_codecs.sparkplug_host import ENERGY, METER, MS, REBIRTH, Host, codes

BORN = (
    Metric(13250.0, DOUBLE, "Meter1/Active Power", 1, MS, "W", declared=True),
    ENERGY,
    Metric(None, DOUBLE, "Meter2/Voltage/L1", 3, MS, declared=True),
    Metric(None, DOUBLE, "Frequency", 4, MS, declared=True),
)
SENT, SINGLE, DOUBLED = 0x08, 0x65, 0x69
NUMBERS = st.sampled_from([0.0, -1.5, 1235.456, 230.1, 1e15, 1e17, float("nan"), float("-inf")])
TIMES = st.sampled_from([MS + 4000, MS + 4000, MS + 4001, MS - 1])


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    more = number >> 7
    return bytes([number & 127 | 128]) + varint(more) if more else bytes([number])


def metric(alias: int, at_ms: int, value: float) -> bytes:
    """A metric by its alias; that of 3 is a 32-bit float."""
    in_32_bits = alias == 3
    tag = bytes([SINGLE if in_32_bits else DOUBLED])
    tail = tag + pack("<f" if in_32_bits else "<d", value)
    body = b"\x10" + varint(alias) + b"\x18" + varint(at_ms) + tail
    return b"\x12" + varint(len(body)) + body


def message(values: list[float], at_ms: int, seq: int, sent_ms: int = MS + 4000) -> bytes:
    """Data of as many of the four metrics as there are values."""
    metrics = b"".join(metric(alias, at_ms, value) for alias, value in enumerate(values, 1))
    return bytes([SENT]) + varint(sent_ms) + metrics + b"\x18" + varint(seq)


FIRST = message([13250.0, 15000.5, 230.1, 50.0], MS + 3000, 2)


def born() -> Host:
    """A host that has heard the birth and the first data."""
    host = Host()
    host.birth(*BORN)
    host.hear("DDATA", FIRST)
    return host


def said(body: bytes) -> tuple[object, ...]:
    """Everything that is made of the next data."""
    try:
        decoded = born().hear("DDATA", body)
    except PayloadError as error:
        return (error.code, str(error))
    samples = [repr(sample) for sample in decoded.samples]
    return (samples, codes(decoded), decoded.replies, decoded.notices, decoded.kept)


def said_carefully(body: bytes) -> tuple[object, ...]:
    """The same of a codec that compares with no message before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "alike", lambda *_, **__: None)
        return said(body)


def test_the_second_message_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    host = born()
    monkeypatch.delattr(codec, "_Heard")
    decoded = host.hear("DDATA", message([1000.0, 15001.0, 229.9, 50.1], MS + 4000, 3))
    assert [(sample.device, sample.values) for sample in decoded.samples] == [
        (METER, {"active_power_kw": 1.0, "active_energy_import_kwh": 15001.0}),
        (METER.replace("Meter1", "Meter2"), {"voltage_a_v": 229.9}),
        (METER.removesuffix("/Meter1"), {"frequency_hz": 50.1}),
    ]


@given(
    st.lists(NUMBERS, min_size=4, max_size=4),
    TIMES,
    st.sampled_from([2, 3, 4, 127, 128, 255]),
    TIMES,
)
def test_other_numbers_and_times_are_read_as_ever(
    values: list[float], at_ms: int, seq: int, sent_ms: int
) -> None:
    body = message(values, at_ms, seq, sent_ms)
    assert said(body) == said_carefully(body)


@given(st.integers(0, len(FIRST) - 1), st.integers(0, 255))
def test_a_byte_that_is_another_is_read_as_ever(place: int, byte: int) -> None:
    body = FIRST[:place] + bytes([byte]) + FIRST[place + 1 :]
    assert said(body) == said_carefully(body)


def test_a_message_missing_before_it_is_noticed() -> None:
    (reply,) = born().hear("DDATA", message([1.0, 2.0, 3.0, 4.0], MS + 4000, 5)).replies
    assert reply.topic == REBIRTH


def test_a_dead_device_has_no_layouts_left() -> None:
    host = born()
    host.hear("DDEATH", payload((), MS + 3500, 3))
    assert codes(host.hear("DDATA", message([1.0, 2.0, 3.0, 4.0], MS + 4000, 4))) == [
        "unknown_alias"
    ]


def test_whole_numbers_have_no_certain_size_and_are_read_all_the_same() -> None:
    host = Host()
    host.birth(Metric(1, INT64, "Pulses", 1, MS, declared=True))
    for seq, count in enumerate((1, 127, 128, 2**40), 2):
        (sample,) = host.data(Metric(count, INT64, "", 1, MS + 4000), seq=seq).samples
        assert sample.values == {"pulses": float(count)}
