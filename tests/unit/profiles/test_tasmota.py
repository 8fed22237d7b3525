"""Tasmota: what breaks a naive reader of its messages, one test for each."""

from datetime import UTC, datetime

import pytest

from domain.errors import PayloadError
from tests.unit.profiles.world import World, decode, only, values

TIME = "2018-02-15T17:37:10"


def test_a_day_counter_and_a_delta_are_no_registers() -> None:
    counters = {"Total": 6.294, "Yesterday": 5.34, "Today": 0.954, "Period": 217}
    decoded = decode("tasmota", "tele/pow1/SENSOR", {"Time": TIME, "ENERGY": counters})
    assert values(decoded) == {"active_energy_import_kwh": 6.294}


def test_the_start_of_counting_is_not_the_time() -> None:
    energy = {"Total": 1, "TotalStartTime": "2018-11-14T18:39:40"}
    sample = only(decode("tasmota", "tele/pow1/SENSOR", {"Time": TIME, "ENERGY": energy}))
    assert sample.ts == datetime(2018, 2, 15, 9, 37, 10, tzinfo=UTC)


def test_several_channels_come_as_lists() -> None:
    energy = {"Total": 6.294, "Power": [100, 250], "Current": [1.320, 2.100]}
    decoded = decode("tasmota", "tele/dual/SENSOR", {"Time": TIME, "ENERGY": energy})
    assert values(decoded) == {
        "active_energy_import_kwh": 6.294,
        "dual/energy:1: active_power_kw": 0.1,
        "dual/energy:1: current_a_a": 1.32,
        "dual/energy:2: active_power_kw": 0.25,
        "dual/energy:2: current_a_a": 2.1,
    }


def test_one_reading_on_three_topics_is_one_sample() -> None:
    whole = {"Time": TIME, "ENERGY": {"Total": 6.294}}
    said = decode("tasmota", "tele/pow1/SENSOR", whole)
    asked = [decode("tasmota", f"stat/pow1/STATUS{n}", {"StatusSNS": whole}) for n in (8, 10)]
    assert asked == [said, said]


def test_a_time_that_was_twice_is_not_guessed() -> None:
    payload = {"Time": "2026-10-25T02:30:00", "ENERGY": {"Total": 1}}
    with pytest.raises(PayloadError, match="was twice in Europe/Berlin"):
        decode("tasmota", "tele/pow1/SENSOR", payload, World("Europe/Berlin"))
