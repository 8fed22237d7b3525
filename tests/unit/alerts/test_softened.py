"""A verdict of false moves a comfort limit of that device, and never one of safety."""

from dataclasses import replace

from analytics.alerts.live_rule import Device
from analytics.alerts.softened import SOFTENED_RULES, softened
from analytics.rules.thresholds import MeterClass, thresholds

METER = Device("electricity_meter", thresholds(MeterClass.ELECTRICITY), 100.0)


def test_each_rule_moves_its_own_limit_and_nothing_else() -> None:
    assert METER.limits is not None
    moved = softened(METER, dict.fromkeys(SOFTENED_RULES, 1.25))
    assert moved.limits is not None
    phases, heat = METER.limits.phases, METER.limits.heat
    assert moved.limits.phases == replace(
        phases,
        voltage_unbalance=1.25 * phases.voltage_unbalance,
        current_unbalance=1.25 * phases.current_unbalance,
    )
    assert moved.limits.heat == replace(heat, least_difference_k=heat.least_difference_k / 1.25)
    assert replace(moved.limits, phases=phases, heat=heat) == METER.limits
    assert moved.vehicle == replace(METER.vehicle, soc_low_pct=16.0)
    assert softened(METER, {}) == METER


def test_a_device_that_counts_for_no_meter_keeps_its_urgent_charge() -> None:
    car = Device("vehicle")
    far = softened(car, {"soc_low": 3.0})
    assert far.vehicle.soc_low_pct == car.vehicle.soc_least_pct
