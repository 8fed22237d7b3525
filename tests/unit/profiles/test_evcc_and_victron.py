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
