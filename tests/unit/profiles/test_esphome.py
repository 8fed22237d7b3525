"""ESPHome: what breaks a naive reader of its messages, one test for each."""

import pytest

from domain.reading import Quality
from tests.unit.profiles.world import ARRIVED, decode, only, values


@pytest.mark.parametrize("nothing", ["nan", "NaN", "unknown", "unavailable", ""])
def test_nan_is_a_legal_payload_and_no_number(nothing: str) -> None:
    decoded = decode("esphome", "energy-meter-3f/sensor/total_energy/state", nothing)
    assert (decoded.samples, decoded.errors) == ([], [])


def test_a_bare_number_without_time_is_of_its_arrival() -> None:
    sample = only(decode("esphome", "node/sensor/total_active_power/state", "1234.5"))
    assert (sample.ts, sample.quality) == (ARRIVED, Quality.ARRIVAL_TIME)


def test_a_sensor_nobody_has_described_keeps_its_name() -> None:
    assert values(decode("esphome", "node/sensor/WiFi Signal/state", "-61")) == {
        "wi_fi_signal": -61
    }
