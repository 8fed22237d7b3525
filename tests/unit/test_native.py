import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PayloadError
from ingest.codecs.native import decode, device_of

TS = "2026-07-01T08:00:00+08:00"
AT = datetime(2026, 7, 1, tzinfo=UTC)


def message(**values: object) -> bytes:
    return json.dumps({"ts": TS, "values": values}).encode()


def test_a_sample_has_its_instant_in_utc_and_its_values() -> None:
    samples, errors = decode(message(active_power_kw=41.2, active_energy_import_kwh=184223))
    assert errors == []
    assert [(s.ts, s.values) for s in samples] == [
        (AT, {"active_power_kw": 41.2, "active_energy_import_kwh": 184223.0})
    ]


def test_epoch_milliseconds_and_rfc_3339_name_the_same_instant() -> None:
    payload = json.dumps({"ts": 1782864000000, "seq": 812, "values": {"active_power_kw": 1}})
    samples, _ = decode(payload.encode())
    assert samples[0].ts == AT


def test_several_samples_keep_their_order() -> None:
    one = {"ts": TS, "values": {"gear": "D", "alarm_level": 2, "unheard_of": 1.5}}
    two = {"ts": 0, "values": {"active_power_kw": 2.0}}
    samples, errors = decode(json.dumps({"samples": [one, two]}).encode())
    assert errors == []
    assert samples[0].values == {"gear": "D", "alarm_level": 2, "unheard_of": 1.5}
    assert samples[1].values == {"active_power_kw": 2.0}


def test_null_is_not_measured_and_makes_no_number() -> None:
    samples, _ = decode(message(active_power_kw=None, voltage_a_v=230.0))
    assert samples[0].values == {"voltage_a_v": 230.0}


def test_a_bad_sample_does_not_take_its_neighbours_along() -> None:
    good = {"ts": TS, "values": {"active_power_kw": 2.0}}
    bad = {"ts": TS, "values": {"active_power_kw": "two"}}
    samples, errors = decode(json.dumps({"samples": [good, bad, good]}).encode())
    assert len(samples) == 2
    assert [str(error) for error in errors] == [
        "sample 1: active_power_kw is the text 'two': want a number"
    ]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_json"),
        (b"\x00\xff\xfe", "not_json"),
        (b"{", "not_json"),
        (b'{"ts": NaN, "values": {"a": 1}}', "not_json"),
        (b'{"ts": 1, "values": {"\xff": 1}}', "not_json"),
        (
            b'{"ts": 1, "values": {"a": 1}, "z": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "not_json",
        ),
        (b'{"samples": [' + b"1," * 20_000 + b"1]}", "too_many_samples"),
        (b"[" * 100_000, "not_json"),
        (b"[1, 2]", "bad_shape"),
        (b'"text"', "bad_shape"),
        (b'{"samples": []}', "no_sample"),
        (b'{"samples": {}}', "no_sample"),
    ],
)
def test_what_is_no_message_at_all_is_refused_with_its_reason(payload: bytes, code: str) -> None:
    with pytest.raises(PayloadError) as caught:
        decode(payload)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"{}", "bad_shape"),
        (b'{"ts": 1, "values": []}', "bad_shape"),
        (b'{"values": {"a": 1}}', "bad_time"),
        (b'{"ts": "yesterday", "values": {"a": 1}}', "bad_time"),
        (b'{"ts": "2026-07-01T08:00:00", "values": {"a": 1}}', "bad_time"),
        (b'{"ts": -1, "values": {"a": 1}}', "bad_time"),
        (b'{"ts": 1e300, "values": {"a": 1}}', "bad_time"),
        (b'{"ts": true, "values": {"a": 1}}', "bad_time"),
        (b'{"ts": 99999999999999999, "values": {"a": 1}}', "bad_time"),
        (b'{"ts": "0001-01-01T00:00:00+08:00", "values": {"a": 1}}', "bad_time"),
        (message(), "no_value"),
        (message(active_power_kw=None), "no_value"),
        (message(active_power_kw=True), "bad_type"),
        (message(active_power_kw=[1]), "bad_type"),
        (message(gear=3), "bad_type"),
        (message(alarm_level=1.5), "bad_type"),
        (message(alarm_level=40_000), "bad_type"),
        (b'{"ts": 1, "values": {"active_power_kw": 1e999}}', "not_json"),
        (b'{"ts": 1, "values": {"odd": 1' + b"0" * 400 + b"}}", "not_finite"),
        (message(**{"": 1}), "bad_name"),
        (message(**{"x" * 300: 1}), "bad_name"),
        (message(**{"a\nb": 1}), "bad_name"),
        (message(odd="a\0b"), "bad_text"),
        (message(odd="度" * 200), "bad_text"),
        (message(active_power_kw=1e16), "too_great"),
        (message(odd=-1e16), "too_great"),
        (message(**{f"odd_{i}": 1 for i in range(501)}), "too_many_names"),
    ],
)
def test_a_sample_that_cannot_be_read_says_why(payload: bytes, code: str) -> None:
    try:
        samples, errors = decode(payload)
    except PayloadError as error:
        samples, errors = [], [error]
    assert samples == []
    assert [error.code for error in errors] == [code]


@pytest.mark.parametrize("topic", ["cw/v1//up", "cw/v1/up", "cw/v1/" + "x" * 300 + "/up"])
def test_a_topic_without_a_device_is_refused(topic: str) -> None:
    with pytest.raises(PayloadError, match="names no device"):
        device_of(topic)


@pytest.mark.parametrize("device", ["meter-1", "一号 电表", "a.b:c"])
def test_a_device_may_have_any_printable_name(device: str) -> None:
    assert device_of(f"cw/v1/{device}/up") == (device, "up")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {"ts": JSON, "values": st.dictionaries(st.sampled_from(["active_power_kw", "gear", "x"]), JSON)}
)


@given(st.binary(max_size=200) | (JSON | NEARLY).map(lambda x: json.dumps(x).encode()))
def test_whatever_arrives_ends_as_samples_or_as_reasons(payload: bytes) -> None:
    try:
        samples, errors = decode(payload)
    except PayloadError as error:
        samples, errors = [], [error]
    assert samples or errors
    assert all(s.ts.tzinfo is UTC and s.values for s in samples)
