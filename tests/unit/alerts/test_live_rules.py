"""Newest values of a device are judged by its kind's rules; what is missing says nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.alerts.course import Says
from analytics.alerts.live_rule import (
    LIVE_POLICIES,
    UNITS,
    Device,
    judge_change,
    judge_demand,
    judge_said,
)
from analytics.rules.demand import Load
from analytics.rules.finding import Priority
from analytics.rules.thresholds import MeterClass, thresholds

AT = datetime(2026, 7, 1, tzinfo=UTC)
METER = Device("electricity_meter", thresholds(MeterClass.ELECTRICITY), contract_kw=100.0)
VEHICLE = Device("vehicle")


def said(device: Device, **values: float) -> dict[str, tuple[Says, Priority]]:
    """By rule; of one with several matters, one that is bad before those that are not."""
    found = sorted(judge_said(values, AT, device), key=lambda each: each.says is Says.BAD)
    return {each.rule: (each.says, each.priority) for each in found}


@pytest.mark.parametrize(
    ("load", "says", "priority", "told"),
    [
        (Load(100.0, False, None), Says.BAD, Priority.URGENT, 100.0),
        (Load(90.0, False, None), Says.BAD, Priority.HIGH, 90.0),
        (Load(87.0, False, None), Says.BETWEEN, Priority.HIGH, 87.0),
        (Load(84.0, False, None), Says.GOOD, Priority.HIGH, 84.0),
        (Load(84.0, True, None), Says.BETWEEN, Priority.HIGH, 84.0),
        (Load(70.0, False, 101.0), Says.BAD, Priority.URGENT, 101.0),
        (Load(70.0, False, 95.0), Says.GOOD, Priority.HIGH, 70.0),
    ],
)
def test_demand_and_what_the_quarter_hour_comes_to_are_held_against_the_contract(
    load: Load, says: Says, priority: Priority, told: float
) -> None:
    (judged,) = judge_demand(load, AT, METER)
    assert (judged.says, judged.priority, judged.actual) == (says, priority, told)
    assert judge_demand(load, AT, Device("electricity_meter", METER.limits)) == []


def test_a_phase_out_of_its_band_is_bad_and_a_transformed_one_is_not_judged() -> None:
    low = said(METER, voltage_a_v=230.0, voltage_b_v=195.0, voltage_c_v=229.0)
    assert (low["voltage_low"][0], low["voltage_high"][0]) == (Says.BAD, Says.GOOD)
    assert said(METER, voltage_a_v=5800.0) == {}


@pytest.mark.parametrize(
    ("level", "says"),
    [
        (0, Says.GOOD),
        (1, Says.BAD),
        (3, Says.BAD),
        (4, Says.BAD),
        (5, None),
        (0xFE, None),
        (0xFF, None),
    ],
)
def test_levels_of_a_vehicle_are_alarms_and_invalid_ones_say_nothing(
    level: int, says: Says | None
) -> None:
    found = said(VEHICLE, alarm_level=level)
    assert found.get("vehicle_alarm", (None,))[0] is says
    if level in {3, 4}:
        assert found["vehicle_alarm"][1] is Priority.URGENT


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"alarm_level": 0, "alarm_flags": 1 << 11}, (Says.BAD, Priority.LOW)),
        ({"alarm_flags": 1 << 11}, (Says.BAD, Priority.LOW)),
        ({"alarm_level": 4, "alarm_flags": 1 << 11}, (Says.BAD, Priority.URGENT)),
        ({"alarm_level": 0xFE, "alarm_flags": 1 << 11}, (Says.BAD, Priority.LOW)),
        ({"alarm_level": 0xFE, "alarm_flags": 0}, None),
        ({"alarm_level": 0xFF, "alarm_flags": 0xFFFF_FFFF}, None),
        ({"alarm_flags": 0}, (Says.GOOD, Priority.LOW)),
    ],
)
def test_a_flag_of_a_vehicle_is_an_alarm_whatever_level_it_tells(
    values: dict[str, int], wanted: tuple[Says, Priority] | None
) -> None:
    assert said(VEHICLE, **values).get("vehicle_alarm") == wanted


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


@pytest.mark.parametrize(
    ("currents", "lost", "uneven"),
    [
        ((100.0, 104.0, 97.0), Says.GOOD, Says.GOOD),
        ((100.0, 0.5, 97.0), Says.BAD, None),
        ((100.0, 104.0, 40.0), Says.GOOD, Says.BAD),
        ((3.0, 0.0, 1.0), None, None),
    ],
)
def test_a_phase_without_current_is_lost_and_not_merely_uneven(
    currents: tuple[float, float, float], lost: Says | None, uneven: Says | None
) -> None:
    names = ("current_a_a", "current_b_a", "current_c_a")
    found = said(METER, **dict(zip(names, currents, strict=True)))
    assert found.get("phase_loss", (None,))[0] is lost
    assert found.get("current_unbalance", (None,))[0] is uneven


def test_phases_far_from_their_mean_are_unbalanced() -> None:
    found = said(METER, voltage_a_v=231.0, voltage_b_v=212.0, voltage_c_v=232.0)
    assert found["voltage_unbalance"][0] is Says.BAD
    assert found["voltage_low"][0] is Says.GOOD


@pytest.mark.parametrize(
    ("supply", "back", "flow", "says"),
    [
        (55.0, 40.0, 8.0, {"low_difference": Says.GOOD, "reversed_circuit": Says.GOOD}),
        (55.0, 54.0, 8.0, {"low_difference": Says.BAD, "reversed_circuit": Says.GOOD}),
        (55.0, 58.0, 8.0, {"reversed_circuit": Says.BAD}),
        (55.0, 55.0, 0.02, {}),
    ],
)
def test_water_pumped_in_vain_and_a_circuit_that_is_turned_around(
    supply: float, back: float, flow: float, says: dict[str, Says]
) -> None:
    circuit = Device("heat_meter", thresholds(MeterClass.HEAT))
    found = said(
        circuit, supply_temperature_c=supply, return_temperature_c=back, heat_flow_m3h=flow
    )
    assert {rule: each for rule, (each, _) in found.items()} == says


@pytest.mark.parametrize(
    ("earlier", "values", "minutes", "bad"),
    [
        ({"soc_pct": 80.0}, {"soc_pct": 79.0}, 1, set()),
        ({"soc_pct": 80.0}, {"soc_pct": 60.0}, 1, {"soc_jump"}),
        ({"soc_pct": 80.0}, {"soc_pct": 60.0}, 60, set()),
        ({"soc_pct": 20.0}, {"soc_pct": 80.0}, 1, set()),
        ({"odometer_km": 5000.0}, {"odometer_km": 5002.0}, 1, set()),
        ({"odometer_km": 5000.0}, {"odometer_km": 4000.0}, 600, {"odometer_fault"}),
        ({"odometer_km": 5000.0}, {"odometer_km": 5100.0}, 1, {"odometer_fault"}),
        ({"odometer_km": 5000.0}, {}, 1, set()),
    ],
)
def test_what_no_drive_does_from_one_reading_to_the_next(
    earlier: dict[str, float], values: dict[str, float], minutes: int, bad: set[str]
) -> None:
    found = judge_change(earlier, AT - timedelta(minutes=minutes), values, AT)
    assert {each.rule for each in found if each.says is Says.BAD} == bad
