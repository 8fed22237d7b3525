"""A seeded campaign: which devices send what with which faults, and what happens meanwhile."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from device_sim.catalogue import VENDORS
from device_sim.faults.afflicted import FAULTS, afflicted
from device_sim.faults.expected import Expected, Instant, expected
from device_sim.faults.poison import bit_flipped
from device_sim.faults.stream import Dispatch, Taken
from device_sim.plain_device import PlainDevice
from device_sim.vendor import Sent, Vendor
from device_sim.vendors.gb32960_terminal import Gb32960Terminal
from tests.faults.mishap import MISHAPS
from tests.faults.traffic import PLATFORM, SIGN

ZONE = ZoneInfo("Asia/Shanghai")
STEP = timedelta(minutes=1)
DEVICES_OF_EACH = 4
DEVICES_OF_CHATTY = 1
CHATTY = {"ovms_v3_mqtt", "teslamate_mqtt", "victron_venus"}
"""They send a message for each value."""
MEASUREMENTS = 720
"""Of each device, one a minute: more than are sent at full pace while all goes wrong."""
EACH_DEVICE_FAULT = 2
CARS = {"gb32960": 8, "jt808": 2}
"""Vehicles that come over TCP: behind one platform, and each by itself."""
_FIRST_CAR = 1000
"""Their numbers; those before it come over MQTT."""
SPEAK: Mapping[str, Vendor] = VENDORS | {"gb32960": Gb32960Terminal(sign=SIGN)}
"""Vehicles of 2025 sign their reports."""
_BROKEN_EACH = 50
"""Of so many frames of the platform one comes once more with a bit flipped."""


@dataclass
class Campaign:
    """What is to happen.

    Attributes
    ----------
    greetings : list of Dispatch
        What all devices publish first; it is stored before anything goes wrong.
    stream : list of Dispatch
        Of all devices at the broker, in order of sending.
    driven : list of Dispatch
        Of the vehicles that come over TCP.
    faults : dict of list
        By device, the faults it has.
    mishaps : list of str
        In their order.
    """

    greetings: list[Dispatch]
    stream: list[Dispatch]
    driven: list[Dispatch]
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
    at_broker = [
        PlainDevice(vendor, number, ZONE)
        for name, vendor in sorted(SPEAK.items())
        for number in range(rounds * (DEVICES_OF_CHATTY if name in CHATTY else DEVICES_OF_EACH))
    ]
    cars = [
        PlainDevice(SPEAK[name], _FIRST_CAR + number, ZONE)
        for name, count in CARS.items()
        for number in range(rounds * count)
    ]
    faults = _dealt(at_broker, cars, rounds, random)
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE).astimezone(UTC)
    start = midnight - timedelta(hours=26)
    before = start - timedelta(hours=1)
    greetings = [
        Dispatch(before, sent)
        for device in at_broker
        for sent in device.vendor.hello(device.code, before, ZONE)
    ]
    merged, driven = (
        list(
            heapq.merge(
                *(_stream(device, start, faults[device.code], random) for device in devices),
                key=lambda one: one.send_at,
            )
        )
        for devices in (at_broker, cars)
    )
    driven = [one for sent in driven for one in _over_tcp(sent, random)]
    mishaps = [*MISHAPS] * rounds
    random.shuffle(mishaps)
    everything = [*greetings, *merged, *driven]
    truth = expected(everything, now, timedelta(days=30), timedelta(minutes=5))
    return Campaign(greetings, merged, driven, truth, faults, mishaps)


def _dealt(
    at_broker: list[PlainDevice], cars: list[PlainDevice], rounds: int, random: Random
) -> dict[str, list[str]]:
    """Which faults each device has."""
    faults: dict[str, list[str]] = {device.code: [] for device in (*at_broker, *cars)}
    # Only devices that number their messages can be found to lack one: they have half the faults.
    numbered = [device for device in at_broker if device.vendor.name == "native"]
    vehicles = [one for one in (*at_broker, *cars) if one.vendor.name == "gb32960"]
    for fault in FAULTS:
        may, often = list(at_broker), numbered
        if fault == "alarm":
            may = often = vehicles
        elif fault == "restart":
            # What is sent again after a crash of the broker would come behind a birth it is not of.
            may = [device for device in at_broker if device.vendor.name != "sparkplug_b"]
        elif fault != "poison":  # a broken frame may take its neighbour on the line with it
            may += cars
        for turn in range(rounds * EACH_DEVICE_FAULT):
            faults[random.choice(often if turn % 2 else may).code].append(fault)
    return faults


def _stream(
    device: PlainDevice, start: datetime, faults: list[str], random: Random
) -> list[Dispatch]:
    measured = device.measured(start, STEP, 0, MEASUREMENTS)
    return afflicted(device.vendor, [Taken(one.at, one) for one in measured], faults, random)


def _over_tcp(one: Dispatch, random: Random) -> list[Dispatch]:
    """A frame as it is stored that came by a platform; now and then it is broken on its way too."""
    device, codec = one.sent.topic.split("/")[2:5:2]
    if codec != "gb32960":
        return [one]
    topic = one.sent.topic.replace(device, PLATFORM)
    came = replace(one, sent=replace(one.sent, topic=topic))
    if not one.sent.said or random.randrange(_BROKEN_EACH):
        return [came]
    payload = bit_flipped(one.sent.payload)
    return [came, Dispatch(one.send_at, Sent(topic, payload), broken=True)]


def places(stream: list[Dispatch]) -> dict[Instant, list[int]]:
    """Where in the stream each instant is spoken of."""
    found: dict[Instant, list[int]] = {}
    for index, one in enumerate(stream):
        for said in one.sent.said:
            if said.at is not None:
                found.setdefault((said.device, said.at), []).append(index)
    return found
