"""What a vendor's simulated device sends is read by its profile or codec as what it said.

The simulator knows the vendors from their documents and never looks at the profiles, so a wrong
unit, name or time on either side is found here.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.catalogue import VENDORS
from device_sim.vendor import Leaving, Measured, Sent
from domain.quantity import quantities
from domain.reading import Message, Value
from ingest.codecs.decoded import Codec, Decoded, NoticeKind
from ingest.codecs.registry import codecs
from ingest.profile.load import load_profiles

ARRIVED = datetime(2026, 11, 22, 4, 5, 6, 789_000, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CODECS: dict[str, Codec] = {one.name: one for one in (*codecs(), *load_profiles())}


USUAL_DIGIT: Mapping[str, float] = {
    "active_energy_import_kwh": 0.01,
    "active_energy_export_kwh": 0.01,
    "active_power_kw": 0.001,
    "reactive_power_kvar": 0.001,
    "apparent_power_kva": 0.001,
    "power_factor": 0.001,
    "frequency_hz": 0.01,
    **{f"voltage_{phase}_v": 0.1 for phase in "abc"},
    **{f"current_{phase}_a": 0.01 for phase in "abc"},
    "air_temperature_c": 0.1,
    "relative_humidity_pct": 0.1,
    "volume_m3": 0.01,
    "heat_energy_gj": 0.01,
    "heat_volume_m3": 0.01,
    "heat_flow_m3h": 0.0001,
    "heat_power_kw": 0.01,
    "supply_temperature_c": 0.01,
    "return_temperature_c": 0.01,
    "odometer_km": 0.1,
    "speed_kmh": 0.1,
    "soc_pct": 1,
    "accelerator_pct": 1,
    "pack_voltage_v": 0.1,
    "pack_current_a": 0.1,
    "energy_used_kwh": 0.01,
    "energy_recovered_kwh": 0.01,
    "latitude_deg": 1e-6,
    "longitude_deg": 1e-6,
    "alarm_level": 1,
    "alarm_flags": 1,
}
"""The last digit that vendors' documents give a quantity .."""
_FINE_AMPERES = {f"current_{phase}_a": 0.001 for phase in "abc"}
_WATT_HOURS, _DECIWATTS = {"active_energy_import_kwh": 0.001}, {"active_power_kw": 0.0001}
_WHOLE_VOLTS = {f"voltage_{phase}_v": 1.0 for phase in "abc"}
LAST_DIGIT: Mapping[str, Mapping[str, float]] = {
    "dlt645": _DECIWATTS | _FINE_AMPERES,
    "dlt645_gateway_ivy": _FINE_AMPERES,
    "esphome": _WATT_HOURS | _DECIWATTS,
    "evcc": _WATT_HOURS | _DECIWATTS,
    "hildebrand_glow": _WATT_HOURS,
    "native": {
        "active_energy_import_kwh": 0.0001,
        "active_energy_export_kwh": 0.0001,
        "active_power_kw": 1e-5,
        "reactive_power_kvar": 1e-5,
        "apparent_power_kva": 1e-5,
        "power_factor": 0.0001,
        "frequency_hz": 0.001,
        **{f"voltage_{phase}_v": 0.01 for phase in "abc"},
        **{f"current_{phase}_a": 0.0001 for phase in "abc"},
    },
    "ovms_v3_mqtt": {"soc_pct": 0.1},
    "senml": _WATT_HOURS | _DECIWATTS | _FINE_AMPERES,
    "shelly_gen2": {
        **_FINE_AMPERES,
        "active_energy_import_kwh": 1e-5,
        "active_energy_export_kwh": 1e-5,
        "active_power_kw": 1e-6,
        "apparent_power_kva": 1e-6,
    },
    "shelly_gen2 switch": {
        **_FINE_AMPERES,
        **_DECIWATTS,
        "active_energy_import_kwh": 1e-6,
    },
    "sparkplug_b": _WATT_HOURS | _DECIWATTS | _FINE_AMPERES,
    "tasmota": _WATT_HOURS | _FINE_AMPERES | _WHOLE_VOLTS | {"power_factor": 0.01},
    "teslamate_mqtt": {"odometer_km": 0.01, "speed_kmh": 1},
    "victron_venus": _DECIWATTS,
    "zigbee2mqtt": _WATT_HOURS | _WHOLE_VOLTS,
}
""".. and those of vendors that give it another."""


class World:
    """A world in which every device stands in Shanghai, with a memory; an `Around`."""

    def __init__(self) -> None:
        self.memory: dict[str, bytes] = {}

    def zone_of(self, device: str) -> ZoneInfo:
        """Shanghai's."""
        del device
        return ZONE

    def carries_others(self, device: str) -> bool:
        """Nobody does."""
        del device
        return False

    def kept(self, key: str) -> bytes | None:
        """What an earlier message has left."""
        return self.memory.get(key)


def electric(draw: st.DrawFn) -> dict[str, Value]:
    values: dict[str, Value] = {
        "active_energy_import_kwh": draw(number(0, 900_000, 4)),
        "active_power_kw": draw(number(-500, 500, 5)),
        "apparent_power_kva": draw(number(0, 500, 5)),
        "reactive_power_kvar": draw(number(-100, 100, 5)),
        "active_energy_export_kwh": draw(number(0, 900_000, 4)),
        "power_factor": draw(number(-1, 1, 4)),
        "frequency_hz": draw(number(45, 55, 3)),
    }
    for phase in "abc":
        values[f"voltage_{phase}_v"] = draw(number(0, 300, 2))
        values[f"current_{phase}_a"] = draw(number(0, 99, 4))
    return values


def climatic(draw: st.DrawFn) -> dict[str, Value]:
    return {
        "air_temperature_c": draw(number(-40, 60, 2)),
        "relative_humidity_pct": draw(number(0, 100, 2)),
    }


def mobile(draw: st.DrawFn) -> dict[str, Value]:
    return {
        "odometer_km": draw(number(0, 900_000, 2)),
        "speed_kmh": draw(number(0, 200, 2)),
        "soc_pct": draw(number(0, 100, 1)),
        "pack_voltage_v": draw(number(0, 800, 2)),
        "pack_current_a": draw(number(-400, 400, 2)),
        "energy_used_kwh": draw(number(0, 90_000, 3)),
        "energy_recovered_kwh": draw(number(0, 90_000, 3)),
        "latitude_deg": draw(number(3, 53, 7)),
        "longitude_deg": draw(number(73, 135, 7)),
        "gear": draw(st.sampled_from(("P", "R", "N", "D"))),
        "vehicle_state": draw(st.sampled_from(("on", "off"))),
        "charge_state": draw(st.sampled_from(("parked_charging", "not_charging"))),
        "accelerator_pct": draw(number(0, 100, 1)),
        "alarm_level": float(draw(st.integers(0, 3))),
        "alarm_flags": float(draw(st.integers(0, 0x7_FFFF))),
    }


def number(low: float, high: float, digits: int) -> st.SearchStrategy[float]:
    scale = 10**digits
    return st.integers(int(low * scale), int(high * scale)).map(lambda n: n / scale)


def wet(draw: st.DrawFn) -> dict[str, Value]:
    return {"volume_m3": draw(number(0, 999_999, 4)), "flow_m3h": draw(number(0, 90, 3))}


def warm(draw: st.DrawFn) -> dict[str, Value]:
    return {
        "heat_energy_gj": draw(number(0, 999_999, 3)),
        "heat_power_kw": draw(number(0, 9_999, 3)),
        "heat_flow_m3h": draw(number(0, 900, 4)),
        "heat_volume_m3": draw(number(0, 999_999, 3)),
        "supply_temperature_c": draw(number(0, 150, 2)),
        "return_temperature_c": draw(number(0, 150, 2)),
    }


MEASURE = {
    "electricity_meter": electric,
    "climate_sensor": climatic,
    "vehicle": mobile,
    "water_meter": wet,
    "heat_meter": warm,
}


@st.composite
def measured(draw: st.DrawFn, vendor: str) -> Measured:
    """A measurement of which any part may be missing."""
    values = MEASURE[VENDORS[vendor].kind](draw)
    kept = draw(st.sets(st.sampled_from(sorted(values)), min_size=1))
    ms = draw(st.integers(1_700_000_000_000, 1_790_000_000_000))
    return Measured(
        VENDORS[vendor].device(draw(st.integers(0, 9_999))),
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms),
        {name: values[name] for name in sorted(kept)},
        draw(st.integers(0, 10_000)),
        ZONE,
    )


def decoded(vendor: str, sent: Sent, world: World) -> Decoded:
    message = Message(1, 1, sent.topic, sent.payload, retained=False, received_at=ARRIVED)
    result = CODECS[VENDORS[vendor].name].decode(message, world)
    world.memory |= result.kept
    return result


def heard(vendor: str, sent: Sent, world: World) -> dict[tuple[str, datetime], dict[str, Value]]:
    """What a message's reader makes of it, by device and instant.

    Of values of the vendor's own only those that it says stand there.
    """
    own = {name for said in sent.said for name in said.values}
    found: dict[tuple[str, datetime], dict[str, Value]] = defaultdict(dict)
    result = decoded(vendor, sent, world)
    assert result.errors == []
    for sample in result.samples:
        known = {n: v for n, v in sample.values.items() if n in quantities() or n in own}
        found[sample.device or result.sender, sample.ts].update(known)
    return {key: values for key, values in found.items() if values}


def rounded(values: Mapping[str, Value]) -> dict[str, Value]:
    """Equal numbers that were divided in another order differ in their last bit."""
    return {n: v if isinstance(v, str) else round(v, 9) for n, v in values.items()}


@pytest.mark.parametrize("vendor", sorted(VENDORS))
@settings(max_examples=25)
@given(data=st.data())
def test_every_message_is_read_as_what_it_says(vendor: str, data: st.DataObject) -> None:
    drawn, world = data.draw(measured(vendor)), World()
    for sent in VENDORS[vendor].hello(drawn.device, drawn.at, ZONE):
        decoded(vendor, sent, world)
    for sent in VENDORS[vendor].messages(drawn):
        said = {(s.device, s.at or ARRIVED): s.values for s in sent.said}
        found = heard(vendor, sent, world)
        assert found.keys() == said.keys()
        for instant, values in said.items():
            assert rounded(found[instant]) == rounded(values)


@pytest.mark.parametrize("vendor", sorted(VENDORS))
@settings(max_examples=25)
@given(data=st.data())
def test_what_a_device_says_is_what_it_measured_to_its_last_digit(
    vendor: str, data: st.DataObject
) -> None:
    given_values = data.draw(measured(vendor))
    for sent in VENDORS[vendor].messages(given_values):
        for said in sent.said:
            assert said.device.startswith(given_values.device)
            assert said.at is None or abs(said.at - given_values.at) < timedelta(seconds=1)
            for name in said.values.keys() & given_values.values.keys():
                given_one, said_one = given_values.values[name], said.values[name]
                if isinstance(given_one, str) or isinstance(said_one, str):
                    assert said_one == given_one
                elif name.replace("_deg", "_gcj02_deg") in said.values.keys() - {name}:
                    # Shifted, sent to the millionth of a degree, and brought back.
                    assert said_one == pytest.approx(given_one, abs=1e-6)
                else:
                    model = f"{vendor} switch" if "switch" in said.device else vendor
                    assert_shown(model, name, given_one, said_one)


def assert_shown(vendor: str, name: str, value: float, shown: float) -> None:
    """The value, rounded to the vendor's last digit and to nothing else."""
    last = LAST_DIGIT.get(vendor, {}).get(name, USUAL_DIGIT.get(name))
    assert last is not None, f"which digit of {name} is the last that {vendor} shows?"
    assert abs(shown - value) <= last / 2 + 1e-9, f"{name} {value} shown as {shown}"
    assert Decimal(str(shown)) % Decimal(str(last)) == 0, f"{name} {shown}: want steps of {last}"


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_greeting_makes_no_reading(vendor: str) -> None:
    device = VENDORS[vendor].device(1)
    for sent in VENDORS[vendor].hello(device, ARRIVED, ZONE):
        assert heard(vendor, sent, World()) == {}
        if sent.retain:
            notices = decoded(vendor, sent, World()).notices
            assert [notice.kind for notice in notices] == [NoticeKind.ONLINE]


@pytest.mark.parametrize(
    "vendor", sorted(name for name, one in VENDORS.items() if isinstance(one, Leaving))
)
def test_a_device_that_goes_is_offline(vendor: str) -> None:
    one, world = VENDORS[vendor], World()
    assert isinstance(one, Leaving)
    for number in range(8):
        device = one.device(number)
        for sent in one.hello(device, ARRIVED, ZONE):
            decoded(vendor, sent, world)
        notices = [
            notice.kind
            for sent in one.goodbye(device, ARRIVED, ZONE)
            for notice in decoded(vendor, sent, world).notices
        ]
        assert set(notices) == {NoticeKind.OFFLINE}


def test_no_two_devices_of_any_vendor_have_one_code() -> None:
    codes = [vendor.device(number) for vendor in VENDORS.values() for number in range(2_000)]
    assert len(set(codes)) == len(codes)
    # evcc's are all channels of one installation
    senders = [code.partition("/")[0] for code in codes if not code.startswith("evcc/")]
    assert len(set(senders)) == len(senders)


def test_every_shipped_profile_and_codec_has_a_device_that_speaks_it() -> None:
    assert {vendor.name for vendor in VENDORS.values()} == CODECS.keys()
