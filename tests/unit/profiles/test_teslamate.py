"""TeslaMate: what breaks a naive reader of its messages, one test for each."""

import pytest

from tests.unit.profiles.world import decode, values


@pytest.mark.parametrize("key", ["charger_power", "geofence", "shift_state", "speed"])
def test_an_empty_text_is_nil_and_never_zero(key: str) -> None:
    assert decode("teslamate", f"teslamate/cars/1/{key}", "").samples == []


def test_cars_of_two_installations_are_two_devices() -> None:
    first = decode("teslamate", "teslamate/cars/1/speed", "47")
    second = decode("teslamate", "teslamate/annex/cars/1/speed", "47")
    assert (first.sender, second.sender) == ("teslamate-1", "teslamate-annex-1")


def test_energy_since_plugging_in_is_no_register() -> None:
    decoded = decode("teslamate", "teslamate/cars/1/charge_energy_added", "5.06")
    assert values(decoded) == {"session_energy_battery_kwh": 5.06}


def test_an_object_with_an_error_says_nothing() -> None:
    decoded = decode("teslamate", "teslamate/cars/1/active_route", {"error": "No active route"})
    assert (decoded.samples, decoded.errors) == ([], [])
