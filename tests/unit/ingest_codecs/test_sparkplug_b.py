"""Sparkplug B: recorded and simulated messages, topics, and any bytes."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendor import Measured
from device_sim.vendors import sparkplug_edge as edge
from device_sim.vendors.sparkplug_b import Metric, payload
from domain.errors import PayloadError
from domain.reading import Quality
from ingest.codecs.decoded import Decoded
from tests.unit.ingest_codecs.raw_frames import cases, expected_of, told
from tests.unit.ingest_codecs.sparkplug_host import AT, METER, MS, POWER, Host, values

SHARED = Path(__file__).parents[3].parent / "shared" / "payloads" / "sparkplug_b.json"


@pytest.mark.skipif(not SHARED.is_file(), reason=f"{SHARED} is not there")
def test_the_recorded_edge_node_is_read(host: Host) -> None:
    def read(message: dict[str, Any]) -> Decoded:
        return host.take(message["topic"], bytes.fromhex(message["payload_hex"]))

    birth, data, history = map(read, json.loads(SHARED.read_text())["messages"])
    assert [(s.ts.timestamp(), s.values, s.device, s.quality) for s in birth.samples] == [
        (
            1626475880,
            {"active_power_kw": 22.25, "active_energy_import_kwh": 15000.125},
            METER,
            Quality.GOOD,
        )
    ]
    assert values(data) == {"active_power_kw": 22.5, "active_energy_import_kwh": 15000.25}
    (late,) = history.samples
    assert (late.ts.timestamp(), late.values) == (1626476000, {"active_energy_import_kwh": 15000.5})
    assert late.quality == Quality.LATE
    assert [decoded.errors + decoded.replies for decoded in (birth, data, history)] == [[], [], []]


@pytest.mark.parametrize("case", cases("sparkplug_b"), ids=lambda case: case.name)
def test_cases(case: Path, host: Host) -> None:
    messages = json.loads((case / "message.json").read_text())
    told_of = [told(host.take(one["topic"], bytes.fromhex(one["hex"]))) for one in messages]
    assert told_of == expected_of(case)


@pytest.mark.parametrize(
    "topic", ["spBv1.0/SF/NCMD/epiclc", "spBv1.0/SF/DCMD/epiclc/Exp501", "spBv1.0/STATE/scada"]
)
def test_commands_and_host_states_are_not_read(host: Host, topic: str) -> None:
    assert host.take(topic, b"\xff{not protobuf") == Decoded(sender="")


@pytest.mark.parametrize(
    "topic",
    [
        "spBv1.0/SF/NDATA/epiclc/Exp501",
        "spBv1.0/SF/DDATA/epiclc",
        "spBv1.0/SF/XDATA/epiclc",
        "spBv1.0/a:b/NDATA/c",
        "spBv1.0/SF/DDATA/epiclc/~",
        "spBv1.0/SF/DDATA//Exp501",
        "spBv1.0/SF",
        "other/SF/NDATA/epiclc",
        "cw/v1/x/raw/senml",
        "",
    ],
)
def test_other_topics_are_refused(host: Host, topic: str) -> None:
    with pytest.raises(PayloadError) as refused:
        host.take(topic, b"")
    assert refused.value.code == "bad_topic"


def test_a_payload_below_a_raw_topic_is_its_devices(host: Host) -> None:
    topic = "cw/v1/edge-7/raw/sparkplug_b"
    born = host.take(topic, payload([POWER], MS, 0))
    assert (born.sender, [s.device for s in born.samples]) == ("edge-7", ["edge-7/Meter1"])
    decoded = host.take(topic, payload([Metric(22.5, alias=1)], MS + 1000, 1))
    assert values(decoded) == {"active_power_kw": 22.5}


def sent(host: Host, values: Sequence[float]) -> list[tuple[datetime, dict[str, object]]]:
    vendor = edge.SparkplugB()
    zone = ZoneInfo("Asia/Shanghai")
    device = vendor.device(2)
    hello = [host.take(one.topic, one.payload) for one in vendor.hello(device, AT, zone)]
    assert [(d.sender, d.samples, d.errors) for d in hello] == [(device, [], [])]
    found = []
    for number, value in enumerate(values):
        measured = {"active_power_kw": value, "active_energy_import_kwh": 1000 + value}
        at = AT + timedelta(seconds=number)
        for one in vendor.messages(Measured(device, at, measured, number, zone, late=number == 1)):
            decoded = host.take(one.topic, one.payload, number)
            assert decoded.errors + decoded.replies == []
            assert [(s.ts, s.values) for s in decoded.samples] == [
                (said.at, dict(said.values)) for said in one.said
            ]
            found += [(s.ts, dict(s.values)) for s in decoded.samples]
    return found


def test_what_the_simulator_says_is_what_is_read(host: Host) -> None:
    assert sent(host, [41.25, 0.0, -3.5]) == [
        (AT, {"active_power_kw": 41.25, "active_energy_import_kwh": 1041.25}),
        (AT + timedelta(seconds=1), {"active_power_kw": 0.0, "active_energy_import_kwh": 1000.0}),
        (AT + timedelta(seconds=2), {"active_power_kw": -3.5, "active_energy_import_kwh": 996.5}),
    ]


@given(body=st.binary(max_size=200), kind=st.sampled_from(["NBIRTH", "DBIRTH", "DDATA", "NDEATH"]))
def test_any_bytes_are_read_or_refused(body: bytes, kind: str) -> None:
    try:
        decoded = Host().hear(kind, body)
    except PayloadError:
        return
    assert decoded.sender == "SF:epiclc"
