"""ThingsBoard: what breaks a naive reader of its messages, one test for each."""

from domain.reading import Quality
from ingest.codecs.decoded import NoticeKind
from tests.unit.profiles.world import ARRIVED, decode, only, values


def test_many_devices_and_times_in_one_message() -> None:
    item = {"ts": 1483228800000, "values": {"temperature": 42}}
    decoded = decode("thingsboard", "v1/gateway/telemetry", {"Device A": [item], "楼 B": [item]})
    assert [sample.device for sample in decoded.samples] == ["Device A", "楼 B"]
    assert decoded.sender == ""


def test_a_message_without_time_is_of_its_arrival() -> None:
    sample = only(decode("thingsboard", "v1/devices/me/telemetry", {"humidity": "61"}))
    assert (sample.ts, sample.quality) == (ARRIVED, Quality.ARRIVAL_TIME)
    assert sample.values == {"relative_humidity_pct": 61.0}


def test_free_names_are_mapped_in_chinese_too_and_kept_when_unknown() -> None:
    payload = {
        "正向有功电能": "1234.5",
        "A相电压": 220.1,
        "门磁 状态": 1,
        "note": "text",
        "ok": True,
    }
    assert values(decode("thingsboard", "v1/devices/me/telemetry", payload)) == {
        "active_energy_import_kwh": 1234.5,
        "voltage_a_v": 220.1,
        "门磁_状态": 1.0,
    }


def test_a_gateway_tells_that_a_device_came_or_went() -> None:
    (came,) = decode("thingsboard", "v1/gateway/connect", {"device": "Device A"}).notices
    (went,) = decode("thingsboard", "v1/gateway/disconnect", {"device": "Device A"}).notices
    assert (came.kind, came.device) == (NoticeKind.ONLINE, "Device A")
    assert (went.kind, went.device) == (NoticeKind.OFFLINE, "Device A")
