"""emonHub: what breaks a naive reader of its messages, one test for each."""

from datetime import UTC, datetime

import pytest

from tests.unit.profiles.world import decode, only, values, written


def test_three_shapes_on_one_topic() -> None:
    assert values(decode("emonhub", "emon/emontx/power", "10")) == {"active_power_kw": 0.01}
    assert values(decode("emonhub", "emon/emontx", {"power": 10})) == {"active_power_kw": 0.01}
    assert values(decode("emonhub", "emon/emontx", "10,11")) == {"input_0": 10.0, "input_1": 11.0}
    assert values(decode("emonhub", "emon/emontx", "10")) == {"input_0": 10.0}


@pytest.mark.parametrize("key", ["time", "Time", "TIME"])
@pytest.mark.parametrize("time", [1720080000, "1720080000", "2024-07-04T08:00:00Z"])
def test_the_time_may_be_seconds_or_iso_under_any_case_of_its_key(key: str, time: object) -> None:
    sample = only(decode("emonhub", "emon/emontx", {"power": 10, key: time}))
    assert sample.ts == datetime(2024, 7, 4, 8, tzinfo=UTC)
    assert sample.values == {"active_power_kw": 0.01}


def test_positions_get_their_names_from_a_profile_that_extends_the_shipped_one() -> None:
    mine = written(
        """
        extends = "emonhub_emontx"
        base = "home/emon"
        [[part]]
        at = "."
        [part.values]
        0 = { is = "active_power_kw", unit = "W" }
        1 = "voltage_a_v"
        """
    )
    assert mine.filters[0] == "home/emon/+"
    assert values(decode(mine, "home/emon/emontx", "10,230.1,-71")) == {
        "active_power_kw": 0.01,
        "voltage_a_v": 230.1,
    }


def test_the_signal_after_the_last_value_is_no_measurement_of_ours() -> None:
    assert values(decode("emonhub", "emonhub/rx/5/values", "10,230.1,-71")) == {
        "input_0": 10.0,
        "input_1": 230.1,
        "input_2": -71.0,
    }
    assert values(decode("emonhub", "emonhub/rx/5/rssi", "-71")) == {"rssi_dbm": -71.0}


def test_a_counter_of_a_clamp_is_a_register_of_its_channel() -> None:
    assert values(decode("emonhub", "emon/emontx", {"E1": 1500, "P1": 250})) == {
        "emontx/ct1: active_energy_import_kwh": 1.5,
        "emontx/ct1: active_power_kw": 0.25,
    }
