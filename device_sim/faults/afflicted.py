"""A device's messages with faults on them."""

from collections.abc import Sequence
from random import Random

from device_sim.faults.device import DEVICE_FAULTS
from device_sim.faults.stream import Dispatch, Measurements, spoken
from device_sim.faults.way import WAY_FAULTS
from device_sim.vendor import Vendor

FAULTS = (*DEVICE_FAULTS, *WAY_FAULTS)
"""Names of all faults there are."""


def afflicted(
    vendor: Vendor, measurements: Measurements, faults: Sequence[str], random: Random
) -> list[Dispatch]:
    """What arrives of `measurements` when each of `faults` happens once, in the device first.

    Parameters
    ----------
    faults : sequence of str
        Names out of `FAULTS`; a name that stands twice happens twice.
    """
    for name in faults:
        if name in DEVICE_FAULTS:
            measurements = DEVICE_FAULTS[name](measurements, random)
    messages = spoken(vendor, measurements)
    for name in faults:
        if name in WAY_FAULTS and messages:
            messages = WAY_FAULTS[name](messages, random)
    return messages
