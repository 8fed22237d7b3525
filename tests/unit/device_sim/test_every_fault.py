"""Of every vendor, whatever befalls a device: its reader finds what is true, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from device_sim.catalogue import VENDORS
from device_sim.faults.afflicted import FAULTS, afflicted
from device_sim.faults.expected import Expected, expected
from device_sim.faults.stream import Dispatch, Taken
from device_sim.plain_device import PlainDevice
from device_sim.vendors.sparkplug_sequence import Sequences
from domain.errors import PayloadError
from domain.quantity import quantities
from domain.reading import Message
from tests.unit.device_sim.test_vendors import CODECS, World, rounded

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = START + timedelta(days=1)
BACK, AHEAD = timedelta(days=30), timedelta(minutes=5)


def afflicted_stream(vendor: str, number: int, seed: int) -> list[Dispatch]:
    """A greeting, and 150 measurements with every fault."""
    device = PlainDevice(VENDORS[vendor], number, ZONE)
    taken = [Taken(m.at, m) for m in device.measured(START, timedelta(minutes=1), 0, 150)]
    hello = device.vendor.hello(device.code, START - timedelta(hours=1), ZONE)
    stream = [
        *(Dispatch(START, sent) for sent in hello),
        *afflicted(device.vendor, taken, FAULTS, Random(seed)),  # noqa: S311 - no secret
    ]
    sequences = Sequences()
    return [one if one.broken else replace(one, sent=sequences.publish(one.sent)) for one in stream]


def heard(vendor: str, stream: list[Dispatch], truth: Expected) -> Expected:
    """What the reader of a vendor makes of it, by the same rules of age and of conflict."""
    found, world, codec = Expected(), World(), CODECS[VENDORS[vendor].name]
    own = {name for values in truth.values.values() for name in values}
    own |= {name for _, name, _ in truth.undated}
    for index, one in enumerate(stream):
        arrived = NOW + timedelta(milliseconds=index)
        sent = one.sent
        message = Message(1, 1, sent.topic, sent.payload, retained=False, received_at=arrived)
        try:
            decoded = codec.decode(message, world)
        except PayloadError:
            found.quarantine.add((sent.topic, sent.payload))
            continue
        world.memory |= decoded.kept
        if decoded.errors:
            found.quarantine.add((sent.topic, sent.payload))
        for sample in decoded.samples:
            values = {n: v for n, v in sample.values.items() if n in quantities() or n in own}
            device = sample.device or decoded.sender
            if sample.ts == arrived:
                found.undated.update((device, *pair) for pair in rounded(values).items())
            elif NOW - BACK <= sample.ts <= NOW + AHEAD:
                found.tell(device, sample.ts, rounded(values))
            else:
                found.quarantine.add((sent.topic, sent.payload))
    return found


@pytest.mark.parametrize("number", [0, 1, 2, 3, 6, 7])
@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_fault_at_once_is_read_as_the_truth_about_it(vendor: str, number: int) -> None:
    stream = afflicted_stream(vendor, number, seed=number)
    truth = expected(stream, NOW, BACK, AHEAD)
    found = heard(vendor, stream, truth)
    assert found.quarantine == truth.quarantine
    values = {i: rounded(vs) for i, vs in truth.values.items() if vs}
    assert {i: vs for i, vs in found.values.items() if vs} == values
    assert found.disputed == truth.disputed
    assert found.undated == {(d, *p) for d, n, v in truth.undated for p in rounded({n: v}).items()}
