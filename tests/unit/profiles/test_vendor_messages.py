"""Every message of every vendor in the folder beside the project says what is written there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.reading import Quality, Sample
from ingest.codecs.decoded import Decoded, NoticeKind
from tests.unit.profiles.world import ARRIVED, PAYLOADS, decode, profiles, wire

pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason=f"{PAYLOADS} is not there")

VENDORS = (
    "acrel_adw300",
    "cn_factory_edgelogger",
    "dlt645_gateway_ivy",
    "emonhub_emontx",
    "esphome",
    "ovms_v3_mqtt",
    "shelly_gen2",
    "tasmota",
    "teslamate_mqtt",
    "thingsboard_gateway",
    "zigbee2mqtt",
)
PHASED = {
    "active_power": "active_power_{}_kw",
    "voltage": "voltage_{}_v",
    "current": "current_{}_a",
    "power_factor": "power_factor_{}",
    "frequency": "frequency_{}_hz",
    "active_energy_import": "active_energy_import_{}_kwh",
}
WHOLE = {
    "active_power": ("active_power_kw", 1000),
    "apparent_power": ("apparent_power_kva", 1000),
    "reactive_power": ("reactive_power_kvar", 1000),
    "active_energy_import": ("active_energy_import_kwh", 1),
    "active_energy_export": ("active_energy_export_kwh", 1),
    "reactive_energy_import": ("reactive_energy_import_kvarh", 1),
    "power_factor": ("power_factor", 1),
    "voltage": ("voltage_a_v", 1),
    "current": ("current_a_a", 1),
    "temperature": ("air_temperature_c", 1),
    "humidity": ("relative_humidity_pct", 1),
    "lat": ("latitude_deg", 1),
    "lon": ("longitude_deg", 1),
    "battery_energy_used_total_kwh": ("energy_used_kwh", 1),
    "battery_energy_recovered_total_kwh": ("energy_recovered_kwh", 1),
}
"""Our name, and what the vendor's number is divided by."""
STATES: dict[tuple[str, Any], tuple[str, Any]] = {
    ("vehicle.state", "driving"): ("vehicle_state", "on"),
    ("charging_state", "charging"): ("charge_state", "parked_charging"),
    ("charging", True): ("charge_state", "parked_charging"),
    ("ignition", False): ("vehicle_state", "off"),
    ("gps_valid", True): ("gps_valid", 1),
    ("logger_healthy", True): ("logger_healthy", 1),
}
EVENTS = {
    "device_online": NoticeKind.ONLINE,
    "device_offline": NoticeKind.OFFLINE,
    "device_metadata": NoticeKind.ABOUT,
}
LOCAL = ZoneInfo("Asia/Shanghai")


def messages() -> Iterator[Any]:
    for vendor in VENDORS if PAYLOADS.is_dir() else ():
        file = PAYLOADS / f"{vendor}.json"
        for number, message in enumerate(json.loads(file.read_text("utf-8"))["messages"], 1):
            yield pytest.param(vendor, message, id=f"{vendor}-{number}")


MESSAGES = list(messages())


def wanted(reading: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """Our names, values and channel of a reading as the vendor means it."""
    metric, value = reading["metric"], reading["value"]
    channel = reading.get("channel", "")
    if (metric, str(value)) in {(m, str(v)) for m, v in STATES}:
        return [(*STATES[metric, value], "")]
    if isinstance(value, list):
        return [(f"cell_voltage_{place}_v", one, "") for place, one in enumerate(value)]
    name, over = WHOLE.get(metric, (metric, 1))
    if channel in ("a", "b", "c"):
        name, channel = PHASED[metric].format(channel), ""
    return [(name, value / over if over > 1 else value, "" if channel == "total" else channel)]


def instant(given: Any) -> datetime | None:
    """What a time of the file means; None when the message carries none."""
    if given is None:
        return ARRIVED
    if isinstance(given, str):
        local = given.removesuffix(" device-local")
        ts = datetime.fromisoformat(local)
        return ts.replace(tzinfo=LOCAL) if ts.tzinfo is None else ts
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(given * 1e6))


def found(decoded: Decoded, name: str, channel: str, reading: dict[str, Any]) -> Sample:
    """The sample with a reading."""
    fitting = [
        sample
        for sample in decoded.samples
        if name in sample.values
        and (not channel or sample.device.endswith(f"/{channel}"))
        and ("device" not in reading or sample.device == reading["device"])
        and ("ts" not in reading or sample.ts == instant(reading["ts"]))
    ]
    assert fitting, f"no {name} of {channel or 'the device'} in {decoded}"
    return fitting[0]


def check_event(decoded: Decoded, event: dict[str, Any]) -> None:
    (notice,) = [one for one in decoded.notices if one.kind is EVENTS[event["event"]]]
    if "meter_serial" in event:
        assert notice.about["serial"] == event["meter_serial"]
        assert notice.about["report_interval_s"] == str(event["report_interval_s"])


def check_reading(decoded: Decoded, reading: dict[str, Any]) -> None:
    for name, value, channel in wanted(reading):
        sample = found(decoded, name, channel, reading)
        assert sample.values[name] == value
        if reading.get("ts", "") is None:
            assert Quality.ARRIVAL_TIME in sample.quality
        if str(reading.get("quality", "")).startswith("suspect:"):
            assert (name, reading["quality"].removeprefix("suspect:")) in sample.suspect
            assert Quality.SUSPECT in sample.quality


@pytest.mark.parametrize(("vendor", "message"), MESSAGES)
def test_a_message_says_what_its_vendor_means(vendor: str, message: dict[str, Any]) -> None:
    decoded = decode(vendor, message["topic"], message["payload"])
    assert decoded.errors == []
    for one in message["expected"]:
        if "event" in one:
            check_event(decoded, one)
        elif one["metric"] == "device_online":
            assert [notice.kind for notice in decoded.notices] == [NoticeKind.OFFLINE]
        elif one["metric"].startswith("event."):
            (sample,) = decoded.samples
            assert sample.ts == ARRIVED - timedelta(hours=1)
            assert sample.values == {"event_log_trip": message["payload"]}
        else:
            check_reading(decoded, one)
    names = {name for sample in decoded.samples for name in sample.values}
    for metric in message.get("must_not_emit", ()):
        assert not {name for name, _, _ in wanted({"metric": metric, "value": 0})} & names
    if not message["expected"]:
        assert decoded.samples == []


@pytest.mark.parametrize(("vendor", "message"), MESSAGES)
def test_an_answer_is_what_the_vendor_waits_for(vendor: str, message: dict[str, Any]) -> None:
    replies = decode(vendor, message["topic"], message["payload"]).replies
    reply = message.get("reply")
    assert [json.loads(one.payload) for one in replies] == ([reply["payload"]] if reply else [])
    if reply and "topic" in reply:
        assert replies[0].topic == reply["topic"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_profile_is_found_by_the_name_of_its_file(vendor: str) -> None:
    assert profiles()[vendor].name == vendor


def test_a_text_is_sent_as_it_is_and_anything_else_as_json() -> None:
    assert (wire("10"), wire({"a": 1})) == (b"10", b'{"a": 1}')
