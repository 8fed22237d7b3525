"""Shelly: what breaks a naive reader of its messages, one test for each."""

from domain.reading import Quality
from tests.unit.profiles.world import decode, only, values

SHELLY = "shellypro3em-1/events/rpc"


def notify(**components: object) -> dict[str, object]:
    params = {name.replace("_", ":", 1): one for name, one in components.items()}
    return {"src": "shellypro3em-1", "method": "NotifyStatus", "params": {"ts": 1.5, **params}}


def test_energies_are_watt_hours_and_exact() -> None:
    payload = notify(emdata_0={"total_act": 26289.57, "total_act_ret": 1235.456})
    assert values(decode("shelly", SHELLY, payload)) == {
        "active_energy_import_kwh": 26.28957,
        "active_energy_export_kwh": 1.235456,
    }


def test_a_frequency_is_doubted_only_while_there_is_no_voltage() -> None:
    dead = only(decode("shelly", SHELLY, notify(em_0={"a_freq": 198, "a_voltage": 0})))
    alive = only(decode("shelly", SHELLY, notify(em_0={"a_freq": 198, "a_voltage": 230})))
    assert dead.values["frequency_a_hz"] == 198
    assert dead.suspect == (("frequency_a_hz", "out_of_range_while_voltage_0"),)
    assert (alive.suspect, alive.quality) == ((), Quality.GOOD)


def test_a_neutral_without_clamp_is_null_and_no_number() -> None:
    payload = notify(em_0={"n_current": None, "a_current": 1})
    assert values(decode("shelly", SHELLY, payload)) == {"current_a_a": 1.0}


def test_power_fed_in_is_negative() -> None:
    payload = notify(em_0={"total_act_power": -18.017})
    assert values(decode("shelly", SHELLY, payload)) == {"active_power_kw": -0.018017}


def test_a_component_that_is_not_in_a_message_is_not_zero() -> None:
    decoded = decode("shelly", SHELLY, notify(wifi={"rssi": -60}))
    assert (decoded.samples, decoded.errors) == ([], [])


def test_a_meter_of_three_single_phases_is_three_channels() -> None:
    payload = notify(em1_0={"act_power": 100}, em1_2={"act_power": 300})
    both = values(decode("shelly", SHELLY, payload))
    data = values(decode("shelly", SHELLY, notify(em1data_2={"total_act_energy": 1500})))
    assert both == {
        "shellypro3em-1/em1:0: active_power_kw": 0.1,
        "shellypro3em-1/em1:2: active_power_kw": 0.3,
    }
    assert data == {"shellypro3em-1/em1:2: active_energy_import_kwh": 1.5}


def test_a_bare_component_takes_its_name_from_the_topic_and_has_no_time() -> None:
    decoded = decode("shelly", "plug-7/status/switch:0", {"apower": 35, "aenergy": {"total": 1e3}})
    assert values(decoded) == {
        "plug-7/switch:0: active_power_kw": 0.035,
        "plug-7/switch:0: active_energy_import_kwh": 1.0,
    }
    assert {sample.quality for sample in decoded.samples} == {Quality.ARRIVAL_TIME}
