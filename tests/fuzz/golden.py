"""Sound messages of every codec and profile, to be spoilt.

They come from the cases in ``tests/data`` and from the simulator, which speaks as every vendor
does; so a new profile or codec takes part as soon as it has a case or a vendor.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from device_sim.catalogue import VENDORS
from device_sim.vendor import Measured
from device_sim.vendors.sparkplug_sequence import Sequences
from domain.quantity import quantities
from domain.reading import Message, Value
from ingest.codecs.decoded import Codec
from ingest.codecs.registry import codecs
from ingest.profile.load import load_profiles
from tests.fuzz.vehicle import KEYED, frames

DATA = Path(__file__).parents[1] / "data"
ZONE = ZoneInfo("Asia/Shanghai")
ARRIVED = datetime(2026, 7, 1, 4, 0, 0, 123456, tzinfo=UTC)
_DEVICES, _MEASUREMENTS = 3, 6
_TEXTS = {"vehicle_state": "on", "charge_state": "complete", "run_mode": "electric", "gear": "D"}


@dataclass(frozen=True, slots=True)
class Sound:
    """A message that can be read."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class World:
    """What codecs ask about; one that speaks for others does so for all."""

    speaks_for_others: bool = True
    memory: dict[str, bytes] = field(default_factory=dict)

    def zone_of(self, device: str) -> ZoneInfo:
        """Zone of every device."""
        del device
        return ZONE

    def carries_others(self, device: str) -> bool:
        """Whether all devices are gateways."""
        del device
        return self.speaks_for_others

    def kept(self, key: str) -> bytes | None:
        """What a sound message handed over."""
        return self.memory.get(key)


@cache
def everything_that_decodes() -> dict[str, Codec]:
    """All codecs and profiles, by name."""
    return {codec.name: codec for codec in (*codecs(), KEYED, *load_profiles())}


@cache
def golden() -> dict[str, list[Sound]]:
    """Sound messages by name of what reads them, in an order that stays."""
    found: dict[str, list[Sound]] = defaultdict(list)
    for name in sorted(VENDORS):
        found[VENDORS[name].name] += _spoken(name)
    for folder in sorted(path.parent for path in DATA.glob("*/*/SOURCE.md")):
        found[folder.parent.name] += _recorded(folder)
    found[KEYED.name] += [Sound(f"cw/v1/{code}/raw/gb32960", frame) for code, frame in frames()]
    return dict(found)


def arrived(sound: Sound) -> Message:
    """A message as the collector takes it from the broker."""
    return Message(1, 1, sound.topic, sound.payload, retained=False, received_at=ARRIVED)


def remembered(codec: Codec, messages: list[Sound]) -> dict[str, bytes]:
    """What `codec` remembers of sound messages."""
    world = World()
    for message in messages:
        world.memory |= codec.decode(arrived(message), world).kept
    return world.memory


def _spoken(name: str) -> Iterator[Sound]:
    vendor = VENDORS[name]
    start, sequences = ARRIVED.replace(microsecond=0) - timedelta(hours=1), Sequences()
    for number in range(_DEVICES):
        device = vendor.device(number)
        sent = vendor.hello(device, start, ZONE)
        for turn in range(_MEASUREMENTS):
            at = start + timedelta(minutes=5 * turn + 1)
            values = _measured(number + turn)
            sent += vendor.messages(Measured(device, at, values, turn, ZONE, late=turn % 3 == 2))
        yield from (Sound(one.topic, sequences.publish(one).payload) for one in sent)


def _measured(number: int) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for place, (name, quantity) in enumerate(quantities().items()):
        if quantity.column_type == "text":
            values[name] = _TEXTS[name]
        elif quantity.unit == "1":
            values[name] = round(0.9 + 0.01 * number, 3)
        elif quantity.column_type == "double precision":
            values[name] = round(11.25 + place * 0.5 + number * 3.125, 3)
        else:
            values[name] = number % 3
    return values


def _recorded(folder: Path) -> Iterator[Sound]:
    name = folder.parent.name
    for file in sorted(folder.glob("message*.hex")):
        payload = bytes.fromhex(file.read_text())
        yield Sound(f"cw/v1/gw-1/raw/{name}", payload)
    for file in sorted(folder.glob("message*.json")):
        content = json.loads(file.read_text("utf-8"))
        for one in content if isinstance(content, list) else [content]:
            yield Sound(one["topic"], _wire(one))


def _wire(one: dict[str, Any]) -> bytes:
    if "hex" in one:
        return bytes.fromhex(one["hex"])
    payload = one["payload"]
    return (payload if isinstance(payload, str) else json.dumps(payload)).encode()
