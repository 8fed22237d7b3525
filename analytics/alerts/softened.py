"""What people said was false of a device's alerts, in the limits that it is held against.

Limits of safety, of contracts and of the supply's voltage are never raised.
"""

from collections.abc import Mapping
from dataclasses import replace

from analytics.alerts.live_rule import Device

SOFTENED_RULES = ("voltage_unbalance", "current_unbalance", "low_difference", "soc_low")
"""Live rules whose limits move by verdicts; those of days move theirs themselves."""


def softened(device: Device, factors: Mapping[str, float]) -> Device:
    """A device with limits that are harder to pass, by so much as each rule's factor.

    Parameters
    ----------
    factors : mapping of str to float
        By rule, from 1 on; a rule that is absent is as shipped. [1]
    """
    by = {rule: factors.get(rule, 1.0) for rule in SOFTENED_RULES}
    vehicle = device.vehicle
    # What is urgent of a charge stays where it is.
    low = max(vehicle.soc_low_pct / by["soc_low"], vehicle.soc_least_pct)
    found = replace(device, vehicle=replace(vehicle, soc_low_pct=low))
    limits = device.limits
    if limits is None:
        return found
    phases = replace(
        limits.phases,
        voltage_unbalance=limits.phases.voltage_unbalance * by["voltage_unbalance"],
        current_unbalance=limits.phases.current_unbalance * by["current_unbalance"],
    )
    heat = replace(
        limits.heat, least_difference_k=limits.heat.least_difference_k / by["low_difference"]
    )
    return replace(found, limits=replace(limits, phases=phases, heat=heat))
