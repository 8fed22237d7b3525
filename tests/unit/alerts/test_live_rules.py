"""Newest values of a device are judged by its kind's rules; what is missing says nothing."""

from datetime import UTC, datetime

import pytest

from analytics.alerts.course import Says
from analytics.alerts.live_rule import LIVE_POLICIES, UNITS, Device, judge_said
from analytics.rules.finding import Priority
from analytics.rules.thresholds import MeterClass, thresholds

AT = datetime(2026, 7, 1, tzinfo=UTC)
METER = Device("electricity_meter", thresholds(MeterClass.ELECTRICITY), contract_kw=100.0)
VEHICLE = Device("vehicle")


def said(device: Device, **values: float) -> dict[str, tuple[Says, Priority]]:
    found = judge_said(values, AT, device)
    return {each.rule: (each.says, each.priority) for each in found}


@pytest.mark.parametrize(
    ("power", "says", "priority"),
    [
        (100.0, Says.BAD, Priority.URGENT),
        (90.0, Says.BAD, Priority.HIGH),
        (87.0, Says.BETWEEN, Priority.HIGH),
        (84.0, Says.GOOD, Priority.HIGH),
    ],
)
def test_demand_is_held_against_the_contract(power: float, says: Says, priority: Priority) -> None:
    assert said(METER, active_power_kw=power) == {"demand": (says, priority)}


def test_a_phase_out_of_its_band_is_bad_and_a_transformed_one_is_not_judged() -> None:
    low = said(METER, voltage_a_v=230.0, voltage_b_v=195.0, voltage_c_v=229.0)
    assert (low["voltage_low"][0], low["voltage_high"][0]) == (Says.BAD, Says.GOOD)
    assert said(METER, voltage_a_v=5800.0) == {}


@pytest.mark.parametrize(
    ("level", "says"),
    [(0, Says.GOOD), (1, Says.BAD), (3, Says.BAD), (0xFE, None), (0xFF, None)],
)
def test_levels_of_a_vehicle_are_alarms_and_invalid_ones_say_nothing(
    level: int, says: Says | None
) -> None:
    found = said(VEHICLE, alarm_level=level)
    assert found.get("vehicle_alarm", (None,))[0] is says
    if level == 3:
        assert found["vehicle_alarm"][1] is Priority.URGENT


def test_insulation_goes_by_the_voltage_of_the_pack() -> None:
    assert said(VEHICLE, insulation_kohm=30.0, pack_voltage_v=400.0) == {
        "insulation_low": (Says.BAD, Priority.URGENT)
    }
    assert said(VEHICLE, insulation_kohm=3000.0, pack_voltage_v=400.0) == {
        "insulation_low": (Says.GOOD, Priority.HIGH)
    }
    assert said(VEHICLE, insulation_kohm=30.0) == {}


def test_a_vehicle_in_order_says_nothing_bad() -> None:
    found = said(
        VEHICLE, alarm_level=0, soc_pct=80, aux_battery_v=12.6, insulation_kohm=5000,
        pack_voltage_v=390.0, cell_voltage_max_v=3.71, cell_voltage_min_v=3.70,
        cell_temperature_max_c=27, cell_temperature_min_c=25,
    )  # fmt: skip
    assert {says for says, _ in found.values()} == {Says.GOOD}
    assert set(found) <= set(LIVE_POLICIES)
    assert set(LIVE_POLICIES) <= set(UNITS)
