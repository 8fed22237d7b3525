"""The quick way to read the usual message says what the careful one says, whatever comes."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import PayloadError
from ingest.profile import rule
from ingest.profile.load import load, load_profiles
from ingest.profile.profile import Profile
from ingest.profile.rule import CompiledRule
from tests.unit.profiles.test_any_bytes import NAMES, SEEDS, mutated
from tests.unit.profiles.world import DATA, decode, only, profiles, told

USUAL = (
    "acrel_adw300/three_phase",
    "cn_factory_edgelogger/batch",
    "dlt645_gateway_ivy/batch",
    "hildebrand_glow/electricity",
    "shelly_gen2/three_phases",
    "tasmota/plug",
    "teslamate_mqtt/location",
    "zigbee2mqtt/plug",
)
MIXED = """
time = [{ at = "ts", as = "epoch_s" }]
[[message]]
topic = "a/{device}"
[[part]]
at = ["one", "two.deep"]
[part.values]
p = { is = "active_power_kw", unit = "W" }
u = "voltage_a_v"
t = { is = "air_temperature_c", unit = "K" }
on = { own = "plugged_in", codes = { true = 1, false = 0 } }
word = { own = "word", text = true }
"list[].i" = "current_a_a"
[[part]]
at = "gas"
channel = "gas"
values = { v = "volume_m3" }
[[part]]
at = "said"
value_at = "value"
unit_at = "unit"
[part.values]
E = "active_energy_import_kwh"
F = { is = "frequency_hz", scale = "0.1" }
"""
"""Everything a value may be, and places that may both have it."""
MESSAGES = [
    {"ts": 1, "one": {"p": 1234.5678, "u": "230.1", "t": 295.15, "list": [{"i": 1}, {"i": 2}]}},
    {"ts": 1, "one": {"p": 1e14, "on": True, "word": "x"}, "two": {"deep": {"u": 3}}},
    {"ts": 1, "one": {"u": 1}, "two": {"deep": {"u": 2}}},
    {"ts": 1, "two": {"deep": {"u": 2}}, "one": {"u": 1}},
    {"ts": 1, "gas": {"v": 5}, "one": {"u": 1}},
    {"ts": 1, "said": {"E": {"value": 5, "unit": "MWh"}, "F": {"value": 500}}},
    {"ts": 1, "said": {"E": {"value": "5", "unit": "kWh"}, "F": {"value": 500, "unit": "kHz"}}},
    {"ts": 1, "one": None, "gas": []},
    {"one": {"u": 1}},
]


def careful(text: str | None = None) -> dict[str, Profile]:
    """Profiles that know no usual message."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, "usual_of", lambda *_: None)
        several = load_profiles() if text is None else (load("mixed", text),)
    return {profile.name: profile for profile in several}


@cache
def quick_and_careful() -> dict[str, tuple[Profile, Profile]]:
    shipped = {name: (profiles()[name], slow) for name, slow in careful().items()}
    return shipped | {"mixed": (load("mixed", MIXED), careful(MIXED)["mixed"])}


def said(profile: Profile, topic: str, payload: object) -> object:
    """Everything that is made of a message, or why nothing is."""
    wire = payload if isinstance(payload, str) else json.dumps(payload)
    try:
        return told(decode(profile, topic, wire.encode("utf-8", "replace")))
    except PayloadError as error:
        return error.code, str(error)


@pytest.mark.parametrize("case", USUAL)
def test_the_usual_message_is_read_the_quick_way(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(CompiledRule, "_decode_carefully")
    message = json.loads((DATA / case / "message.json").read_text("utf-8"))
    assert decode(case.partition("/")[0], message["topic"], message["payload"]).samples


def test_a_unit_without_a_value_says_nothing_either_way() -> None:
    topic = "ivy/v1/meters/000000000217/telemetry"
    for profile in quick_and_careful()["dlt645_gateway_ivy"]:
        decoded = decode(profile, topic, b'{"values": {"CURRENT_B": {"unit": []}}}')
        assert decoded.samples == decoded.errors == []


@pytest.mark.parametrize("name", [*NAMES, "mixed"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_both_ways_say_the_same(name: str, data: st.DataObject) -> None:
    quick, slow = quick_and_careful()[name]
    seeds = SEEDS[name] if name in SEEDS else [("a/d", message) for message in MESSAGES]
    topic, payload = data.draw(st.sampled_from(seeds))
    payload = data.draw(mutated(payload))
    assert said(quick, topic, payload) == said(slow, topic, payload)


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_both_ways_say_the_same_of_everything_a_value_may_be(message: object) -> None:
    quick, slow = quick_and_careful()["mixed"]
    assert said(quick, "a/d", message) == said(slow, "a/d", message)


def test_a_name_in_two_places_is_read_as_the_payload_has_it() -> None:
    first, second = ({"u": 1}, {"deep": {"u": 2}})
    quick, _ = quick_and_careful()["mixed"]
    assert only(decode(quick, "a/d", {"ts": 1, "one": first, "two": second})).values == {
        "voltage_a_v": 2.0
    }
    assert only(decode(quick, "a/d", {"ts": 1, "two": second, "one": first})).values == {
        "voltage_a_v": 1.0
    }


def test_a_device_nobody_expects_is_not_lost_for_the_usual_one() -> None:
    params = {"ts": 1.5, "em:0": {"a_current": 1}, "switch:12": {"apower": 35}}
    payload = {"src": "shelly-1", "params": params}
    (whole, channel) = decode("shelly", "shelly-1/events/rpc", payload).samples
    assert (whole.device, whole.values) == ("", {"current_a_a": 1.0})
    assert (channel.device, channel.values) == ("shelly-1/switch:12", {"active_power_kw": 0.035})


def test_a_text_that_is_none_spoils_a_message_wherever_it_stands() -> None:
    payload = b'{"ts": 1, "x": "\xff", "one": {"u": 1}}'
    for profile in quick_and_careful()["mixed"]:
        with pytest.raises(PayloadError, match="not JSON"):
            decode(profile, "a/d", payload)


def test_a_batch_with_nothing_in_it_has_no_sample() -> None:
    assert decode("edgelogger", "device/x/up/EM-7", {"batch": []}).samples == []


def test_names_of_a_profile_are_never_run() -> None:
    text = """
    time = "arrival"
    [[message]]
    topic = "a/{device}"
    [[part]]
    at = "x"
    channel = "c'\\"\\\\n{0}"
    [part.values]
    "__import__('os')" = "voltage_a_v"
    """
    (sample,) = decode(load("odd", text), "a/d", {"x": {"__import__('os')": 1}}).samples
    assert (sample.device, sample.values) == ("d/c'\"\\n{0}", {"voltage_a_v": 1.0})
