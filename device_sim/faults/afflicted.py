"""A device's messages with faults on them."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from device_sim.faults.device import DEVICE_FAULTS
from device_sim.faults.stream import Dispatch, Measurements, Messages, spoken
from device_sim.faults.way import WAY_FAULTS
from device_sim.vendor import Leaving, Vendor

_AGE = timedelta(days=1)
"""A clock further off is of another age, and is set before a device greets by it."""
RESTART = "restart"
FAULTS = (*DEVICE_FAULTS, RESTART, *WAY_FAULTS)
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
    # A greeting is sent until it is there; the faults of the way are those of measurements.
    said: Messages = [one for one in messages if one.sent.said]
    for name in faults:
        if name in WAY_FAULTS and said:
            said = WAY_FAULTS[name](said, random)
    greetings = [one for one in messages if not one.sent.said]
    for name in faults:
        if name == RESTART:
            greetings += _restart(vendor, measurements, random)
    return sorted([*greetings, *said], key=lambda one: one.send_at)


def _restart(vendor: Vendor, measurements: Measurements, random: Random) -> list[Dispatch]:
    """The device goes, as the broker or itself says, and comes back at once with its greeting."""
    of_now = [one for one in measurements if abs(one.measured.at - one.send_at) < _AGE]
    taken = random.choice(of_now)
    one, at = taken.measured, taken.measured.at
    gone = vendor.goodbye(one.device, at, one.zone) if isinstance(vendor, Leaving) else []
    back = vendor.hello(one.device, at, one.zone)
    return [Dispatch(taken.send_at, sent) for sent in (*gone, *back)]
