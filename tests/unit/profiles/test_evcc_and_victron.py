"""evcc and Victron: what breaks a naive reader of their messages, one test for each."""

import pytest

from domain.errors import PayloadError
from tests.unit.profiles.world import decode, values


def test_a_command_is_not_read() -> None:
    with pytest.raises(PayloadError, match="none of profile evcc"):
        decode("evcc", "evcc/loadpoints/1/mode/set", "pv")


def test_currents_of_all_phases_together_are_no_current() -> None:
    assert decode("evcc", "evcc/loadpoints/1/chargeCurrents", "48").samples == []
    assert values(decode("evcc", "evcc/loadpoints/1/chargeCurrents/2", "16")) == {
        "evcc/loadpoint:1: current_b_a": 16.0
    }


def test_a_battery_that_counts_the_other_way_round_is_turned() -> None:
    decoded = decode("victron", "N/c0619ab1/battery/512/Dc/0/Current", {"value": -12.5})
    assert values(decoded) == {"c0619ab1/battery:512: pack_current_a": 12.5}
    nothing = decode("victron", "N/c0619ab1/battery/512/Dc/0/Current", {"value": None})
    assert (nothing.sender, nothing.samples) == ("c0619ab1", [])


@pytest.mark.parametrize(
    ("path", "said", "meant"),
    [
        ("grid/30/Ac/Energy/Forward", 120.5, {"active_energy_import_kwh": 120.5}),
        ("acload/31/Ac/Power", 3000, {"active_power_kw": 3.0}),
        ("pvinverter/20/Ac/Energy/Forward", 120.5, {"active_energy_export_kwh": 120.5}),
        ("pvinverter/20/Ac/L2/Power", 3000, {"active_power_b_kw": -3.0}),
        ("evcharger/40/Ac/Energy/Forward", 7.5, {"charger_energy_kwh": 7.5}),
        ("solarcharger/279/Yield/System", 120.5, {"pv_generation_kwh": 120.5}),
        ("temperature/24/Temperature", -18, {"sensor_temperature_c": -18.0}),
    ],
)
def test_a_path_of_victron_means_what_its_service_means_by_it(
    path: str, said: float, meant: dict[str, float]
) -> None:
    (sample,) = decode("victron", f"N/c0619ab1/{path}", {"value": said}).samples
    service, instance, *_ = path.split("/")
    assert (sample.device, sample.values) == (f"c0619ab1/{service}:{instance}", meant)


def test_a_service_of_victron_that_no_rule_knows_is_not_read() -> None:
    with pytest.raises(PayloadError, match="none of profile victron"):
        decode("victron", "N/c0619ab1/vebus/276/Dc/0/Current", {"value": 4})
