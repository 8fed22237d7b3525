"""A seeded campaign: which devices send what with which faults, and what happens meanwhile."""

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from device_sim.catalogue import VENDORS
from device_sim.faults.afflicted import FAULTS, afflicted
from device_sim.faults.expected import Expected, Instant, expected
from device_sim.faults.stream import Dispatch, Taken
from device_sim.plain_device import PlainDevice
from tests.faults.mishap import MISHAPS

ZONE = ZoneInfo("Asia/Shanghai")
STEP = timedelta(minutes=1)
NOT_SEEN = {
    "sparkplug_b",  # numbers without the births of the same edge node cannot be read
    "evcc",
    "ovms_v3_mqtt",
    "teslamate_mqtt",
    "victron_venus",
    "dlt645",  # without a time, as esphome, which stands for them
}
DEVICES_OF_EACH = 4
MEASUREMENTS = 1440
"""Of each device, one a minute: more than are sent while all goes wrong, on a slow machine too."""
EACH_DEVICE_FAULT = 2


@dataclass
class Campaign:
    """What is to happen.

    Attributes
    ----------
    stream : list of Dispatch
        Of all devices, in order of sending.
    faults : dict of list
        By device, the faults it has.
    mishaps : list of str
        In their order.
    """

    stream: list[Dispatch]
    truth: Expected
    faults: dict[str, list[str]]
    mishaps: list[str]


def campaign(seed: int, now: datetime, rounds: int) -> Campaign:
    """Work one out.

    Parameters
    ----------
    rounds : int
        How often each mishap happens; devices and their faults grow with it.
    now : datetime
        About when it is run; what devices measured lies two hours and more before, around a local
        midnight.
    """
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    devices = [
        PlainDevice(vendor, number, ZONE)
        for name, vendor in sorted(VENDORS.items())
        if name not in NOT_SEEN
        for number in range(rounds * DEVICES_OF_EACH)
    ]
    faults: dict[str, list[str]] = {device.code: [] for device in devices}
    # Only devices that number their messages can be found to lack one: they have half the faults.
    numbered = [device for device in devices if device.vendor.name == "native"]
    for fault in FAULTS:
        for turn in range(rounds * EACH_DEVICE_FAULT):
            faults[random.choice(numbered if turn % 2 else devices).code].append(fault)
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE).astimezone(UTC)
    start = midnight - timedelta(hours=26)
    streams = [_stream(device, start, faults[device.code], random) for device in devices]
    merged = list(heapq.merge(*streams, key=lambda one: one.send_at))
    mishaps = [*MISHAPS] * rounds
    random.shuffle(mishaps)
    truth = expected(merged, now, timedelta(days=30), timedelta(minutes=5))
    return Campaign(merged, truth, faults, mishaps)


def _stream(
    device: PlainDevice, start: datetime, faults: list[str], random: Random
) -> list[Dispatch]:
    measured = device.measured(start, STEP, 0, MEASUREMENTS)
    hello = device.vendor.hello(device.code, start, ZONE)
    return [
        *(Dispatch(start, sent) for sent in hello),
        *afflicted(device.vendor, [Taken(one.at, one) for one in measured], faults, random),
    ]


def places(stream: list[Dispatch]) -> dict[Instant, list[int]]:
    """Where in the stream each instant is spoken of."""
    found: dict[Instant, list[int]] = {}
    for index, one in enumerate(stream):
        for said in one.sent.said:
            if said.at is not None:
                found.setdefault((said.device, said.at), []).append(index)
    return found
