"""SenML: what a pack of records says, in JSON and in CBOR."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendor import Measured
from device_sim.vendors.senml import SenML as Sensor
from domain.errors import PayloadError
from domain.reading import Quality
from ingest.codecs.decoded import Codec, Decoded
from ingest.codecs.senml.codec import SenML
from tests.unit.ingest_codecs.raw_frames import ARRIVED, World, arrived, cases, expected_of, told

CODEC: Codec = SenML()
SHARED = Path(__file__).parents[3].parent / "shared" / "payloads" / "senml_rfc8428.json"
DEVICE = "urn:dev:ow:10e2073a01080063"
AT_S = 1_782_878_400
AT = datetime(2026, 7, 1, 4, tzinfo=UTC)
_CBOR = {"bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6, "n": 0, "u": 1, "v": 2}
_CBOR |= {"vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8}


def take(payload: bytes, topic: str = f"senml/{DEVICE}") -> Decoded:
    return CODEC.decode(arrived(payload, topic), World())


def pack(*records: dict[str, Any], topic: str = f"senml/{DEVICE}") -> Decoded:
    return take(json.dumps(records).encode(), topic)


def values(*records: dict[str, Any]) -> dict[str, object]:
    decoded = pack(*records)
    assert decoded.errors == []
    (sample,) = decoded.samples
    return dict(sample.values)


def codes(decoded: Decoded) -> list[str]:
    return [error.code for error in decoded.errors]


@pytest.mark.skipif(not SHARED.is_file(), reason=f"{SHARED} is not there")
def test_the_examples_of_the_standard_are_read() -> None:
    one, many = (
        pack(*message["payload"], topic=message["topic"])
        for message in json.loads(SHARED.read_text())["messages"]
    )
    assert [(s.device, s.ts, s.quality, s.values) for s in one.samples] == [
        ("", ARRIVED, Quality.ARRIVAL_TIME, {"voltage_a_v": 120.1, "current_a_a": 1.2})
    ]
    assert sorted((s.ts.timestamp(), s.values["current_a_a"]) for s in many.samples) == [
        (1276020071.001, 1.2),
        (1276020072.001, 1.3),
        (1276020073.001, 1.4),
        (1276020074.001, 1.5),
        (1276020075.001, 1.6),
        (1276020076.001, 1.7),
    ]
    assert [s.values["voltage_a_v"] for s in many.samples if "voltage_a_v" in s.values] == [120.1]
    assert one.errors + many.errors == []


@pytest.mark.parametrize("case", cases("senml"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    message = json.loads((case / "message.json").read_text())
    body = json.dumps(message["payload"]).encode()
    assert told(take(body, message["topic"])) == expected_of(case)
    in_cbor = [{_CBOR[k]: v for k, v in record.items()} for record in message["payload"]]
    assert told(take(cbor2.dumps(in_cbor), message["topic"])) == expected_of(case)


def test_base_fields_hold_until_the_next_ones() -> None:
    decoded = pack(
        {"bn": f"{DEVICE}:", "bt": AT_S, "bu": "V", "n": "voltage_a", "v": 230.5},
        {"n": "voltage_b", "v": 231.5},
        {"bn": "urn:dev:ow:2:", "bt": AT_S + 60, "n": "voltage", "v": 229},
        {"n": "current", "u": "A", "v": 4},
    )
    assert [(s.device, s.ts, s.values) for s in decoded.samples] == [
        ("", AT, {"voltage_a_v": 230.5, "voltage_b_v": 231.5}),
        ("urn:dev:ow:2", AT + timedelta(minutes=1), {"voltage_a_v": 229.0, "current_a_a": 4.0}),
    ]


@pytest.mark.parametrize("t", [-300, 0, 60, 2**28 - 1])
def test_a_time_below_2_to_the_28_is_relative_to_the_arrival(t: float) -> None:
    (sample,) = pack({"n": "voltage", "u": "V", "v": 230, "t": t}).samples
    assert (sample.ts, sample.quality) == (ARRIVED + timedelta(seconds=t), Quality.ARRIVAL_TIME)


def test_a_time_from_2_to_the_28_on_is_absolute() -> None:
    (sample,) = pack({"n": "voltage", "u": "V", "v": 230, "bt": 2**28 - 1, "t": 1}).samples
    assert (sample.ts, sample.quality) == (datetime(1978, 7, 4, 21, 24, 16, tzinfo=UTC), 0)


@pytest.mark.parametrize("t", [-(2.0**28) - 1, 1e12, -1e300])
def test_a_time_no_calendar_has_is_refused(t: float) -> None:
    decoded = pack({"n": "voltage", "v": 1, "t": t}, {"n": "current", "v": 2})
    assert codes(decoded) == ["bad_time"]
    assert [s.values for s in decoded.samples] == [{"current_a_a": 2.0}]


def test_a_base_value_is_added_and_is_no_value_alone() -> None:
    assert values({"bv": 100, "n": "voltage", "v": 30.5}) == {"voltage_a_v": 130.5}
    assert codes(pack({"bv": 100, "n": "voltage"})) == ["no_value"]


def test_the_sum_of_a_power_is_an_energy() -> None:
    record = {"bs": 3_600_000, "n": "power", "u": "W", "v": 1500, "s": 7_200_000}
    assert values(record) == {"active_power_kw": 1.5, "active_energy_import_kwh": 3.0}


def test_the_sum_of_anything_else_keeps_a_name_of_its_own() -> None:
    assert values({"n": "flow", "u": "m3/s", "s": 12.5}) == {"volume_m3": 12.5}
    assert values({"n": "current", "u": "A", "s": 12.5}) == {"current_sum_a_s": 12.5}


def test_units_become_those_of_the_quantities() -> None:
    assert values(
        {"n": "energy", "u": "Wh", "v": 1235.456},
        {"n": "air_temperature", "u": "Cel", "v": 21.5},
        {"n": "humidity", "u": "%RH", "v": 48},
        {"n": "soc", "u": "/", "v": 0.5},
        {"n": "flow", "u": "l/s", "v": 0.5},
    ) == {
        "active_energy_import_kwh": 1.235456,
        "air_temperature_c": 21.5,
        "relative_humidity_pct": 48.0,
        "soc_pct": 50.0,
        "flow_m3h": 1.8,
    }


def test_texts_and_switches_keep_names_of_their_own() -> None:
    assert values({"n": "label", "vs": "Hall 2"}, {"n": "open", "vb": True}) == {
        "label": "Hall 2",
        "open": 1.0,
    }


@pytest.mark.parametrize(
    ("name", "device", "quantity"),
    [
        (f"{DEVICE}:voltage", "", "voltage_a_v"),
        (f"{DEVICE}/voltage", "", "voltage_a_v"),
        (f"{DEVICE}_voltage", "", "voltage_a_v"),
        (f"{DEVICE}/ct1/voltage", f"{DEVICE}/ct1", "voltage_a_v"),
        ("voltage", "", "voltage_a_v"),
        ("urn:dev:ow:77_voltage", "urn:dev:ow:77", "voltage_a_v"),
        ("urn:dev:ow:77:active_power", "urn:dev:ow:77", "active_power_kw"),
        ("urn:dev:mac:0024/voltage", "urn:dev:mac:0024", "voltage_a_v"),
        ("room12/air_temperature", "room12", "air_temperature_c"),
    ],
)
def test_a_name_is_that_of_a_device_and_of_a_quantity(
    name: str, device: str, quantity: str
) -> None:
    (sample,) = pack({"n": name, "v": 1}).samples
    assert (sample.device, list(sample.values)) == (device, [quantity])


@pytest.mark.parametrize("version", [11, 27, 58, 0, -1, "10", True, 10.5])
def test_a_version_it_does_not_know_is_refused(version: object) -> None:
    with pytest.raises(PayloadError) as refused:
        pack({"n": "voltage", "v": 1}, {"bver": version, "n": "current", "v": 1})
    assert refused.value.code == "unsupported_version"


@pytest.mark.parametrize("version", [5, 10, 26])
def test_versions_it_knows_are_read(version: int) -> None:
    assert values({"bver": version, "n": "voltage", "v": 1}) == {"voltage_a_v": 1.0}


@pytest.mark.parametrize("label", ["foo_", "bfoo_"])
def test_a_field_that_must_be_understood_refuses_the_pack(label: str) -> None:
    with pytest.raises(PayloadError) as refused:
        pack({"n": "voltage", "v": 1}, {"n": "current", "v": 1, label: 1})
    assert refused.value.code == "must_understand"


def test_other_unknown_fields_are_passed_over() -> None:
    assert values({"n": "voltage", "v": 1, "ct": "60", "bfoo": {}}) == {"voltage_a_v": 1.0}


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"n": "voltage", "v": "230"}, "bad_type"),
        ({"n": "voltage", "v": True}, "bad_type"),
        ({"n": "voltage", "v": [1]}, "bad_type"),
        ({"n": "voltage", "vs": "230"}, "bad_type"),
        ({"n": 7, "v": 1}, "bad_type"),
        ({"n": "voltage", "vb": 1}, "bad_type"),
        ({"n": "voltage", "v": 1, "t": "now"}, "bad_type"),
        ({"n": "voltage", "v": 1, "vb": True}, "bad_shape"),
        ({"n": "voltage", "u": "V"}, "no_value"),
        ({"v": 1}, "bad_name"),
        ({"n": "voltage", "v": 1e300}, "too_great"),
        ({"n": "a\x00/voltage", "v": 1}, "bad_device"),
    ],
)
def test_a_record_that_cannot_be_read_costs_the_others_nothing(
    record: dict[str, Any], code: str
) -> None:
    decoded = pack({"n": "current", "v": 1}, record, {"n": "frequency", "v": 50})
    assert codes(decoded) == [code]
    assert [s.values for s in decoded.samples] == [{"current_a_a": 1.0, "frequency_hz": 50.0}]


def test_null_is_not_measured() -> None:
    assert values({"n": "voltage", "v": 1}, {"v": None}) == {"voltage_a_v": 1.0}


def test_another_value_for_the_same_instant_is_kept_beside_the_first() -> None:
    decoded = pack({"n": "voltage", "v": 1}, {"n": "voltage", "v": 2})
    assert [s.values for s in decoded.samples] == [{"voltage_a_v": 1.0}, {"voltage_a_v": 2.0}]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_json"),
        (b"{}", "bad_shape"),
        (b"[1]", "bad_shape"),
        (b"[]", "no_sample"),
        (b"\x80", "no_sample"),
        (b"\x81\x01", "bad_shape"),
        (b"\x81\xa1\x18\x63\x01", "bad_shape"),
        (b"\x82\xa1", "not_cbor"),
        (b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", "not_cbor"),
        (b"\x81" * 5000, "not_cbor"),
        (b"[" * 5000, "bad_shape"),
        (b"\xff\xfe", "not_json"),
    ],
)
def test_what_is_no_pack_is_refused(payload: bytes, code: str) -> None:
    with pytest.raises(PayloadError) as refused:
        take(payload)
    assert refused.value.code == code


def test_a_decimal_fraction_of_cbor_is_a_number() -> None:
    body = b"\x81\xa2\x00\x67voltage\x02\xc4\x82\x20\x19\x09\x00"  # 2304 x 10**-1
    assert [s.values for s in take(body).samples] == [{"voltage_a_v": 230.4}]


def test_a_raw_topic_names_the_device() -> None:
    assert pack({"n": "voltage", "v": 1}, topic="cw/v1/m-7/raw/senml").sender == "m-7"


@pytest.mark.parametrize("topic", ["senml/", "other/x", "cw/v1/x/raw/gb32960"])
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(PayloadError):
        pack({"n": "voltage", "v": 1}, topic=topic)


@pytest.mark.parametrize("number", [0, 1])
def test_what_the_simulator_says_is_what_is_read(number: int) -> None:
    vendor = Sensor()
    device = vendor.device(7)
    measured = {"active_power_kw": 41.2345, "active_energy_import_kwh": 184223.567}
    measured |= {"air_temperature_c": -3.25, "frequency_hz": 50.02}
    zone = ZoneInfo("Asia/Shanghai")
    assert vendor.hello(device, AT, zone) == []
    (sent,) = vendor.messages(Measured(device, AT, measured, number, zone))
    decoded = take(sent.payload, sent.topic)
    assert (decoded.sender, decoded.errors) == (device, [])
    assert [(s.device, s.ts, s.values) for s in decoded.samples] == [
        ("", said.at, said.values) for said in sent.said
    ]
    assert decoded.samples[0].values["active_power_kw"] == 41.2345


_NAMES = ["voltage", "power", "ct1/current", "window", "", "_2", DEVICE, f"{DEVICE}/energy"]
_BASES = [f"{DEVICE}:", f"{DEVICE}/ct2/", DEVICE, "urn:dev:ow:2_", "", ":"]
_RECORD = st.fixed_dictionaries(
    {"n": st.sampled_from(_NAMES), "v": st.sampled_from([0, 230.1, -1235.456, 1e15, 1e16])},
    optional={
        "u": st.sampled_from(["V", "W", "MW", "kWh", "/", "Cel", "nonsense"]),
        "t": st.sampled_from([-900, 0, 0.5, 1e12]),
        "bn": st.sampled_from(_BASES),
        "bt": st.sampled_from([0, AT_S, AT_S + 60.25]),
        "bu": st.sampled_from(["A", "K"]),
        "bver": st.sampled_from([5, 10, 26]),
    },
)


@given(st.lists(_RECORD, min_size=1, max_size=6))
def test_a_pack_of_plain_numbers_is_read_as_any_other(records: list[dict[str, Any]]) -> None:
    def said(decoded: Decoded) -> set[str]:
        return {repr(sample) for sample in decoded.samples}

    plain = pack(*records)
    with_an_unknown_field = pack(records[0] | {"ct": 60}, *records[1:])
    assert said(plain) == said(with_an_unknown_field)
    assert codes(plain) == codes(with_an_unknown_field)


@given(st.binary(max_size=100), st.sampled_from([b"", b"\x81\xa2", b'[{"n":"voltage","v":']))
def test_any_bytes_are_read_or_refused(body: bytes, head: bytes) -> None:
    try:
        decoded = take(head + body)
    except PayloadError:
        return
    assert decoded.sender == DEVICE
