"""What tests of profiles share: a message, the world around it, and what came of it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.reading import Message, Quality, Sample
from ingest.codecs.decoded import Decoded
from ingest.profile.load import load, load_profiles
from ingest.profile.profile import Profile

ARRIVED = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "data"
PAYLOADS = Path(__file__).parents[3].parent / "shared" / "payloads"


@dataclass
class World:
    """All devices stand in one zone."""

    zone: str = "Asia/Shanghai"
    asked: list[str] = field(default_factory=list)

    def zone_of(self, device: str) -> ZoneInfo:
        """The zone; remembers who was asked about."""
        self.asked.append(device)
        return ZoneInfo(self.zone)

    def carries_others(self, _device: str) -> bool:
        """Everyone does."""
        return True

    def kept(self, _key: str) -> bytes | None:
        """Nothing: profiles remember nothing."""
        return None


@cache
def profiles() -> dict[str, Profile]:
    return {name: one for one in load_profiles() for name in (one.name, *one.aliases)}


def wire(payload: object) -> bytes:
    """A text is the bare text, anything else JSON."""
    if isinstance(payload, bytes):
        return payload
    if isinstance(payload, str):
        return payload.encode()
    return json.dumps(payload, ensure_ascii=False).encode()


def decode(
    profile: str | Profile, topic: str, payload: object, world: World | None = None
) -> Decoded:
    codec = profiles()[profile] if isinstance(profile, str) else profile
    message = Message(0, 0, topic, wire(payload), retained=False, received_at=ARRIVED)
    return codec.decode(message, world or World())


def only(decoded: Decoded) -> Sample:
    """The one sample of a message that has nothing wrong with it."""
    assert decoded.errors == []
    (sample,) = decoded.samples
    return sample


def values(decoded: Decoded) -> dict[str, Any]:
    """Values of all samples, those of other devices with their device before."""
    assert decoded.errors == []
    return {
        (f"{sample.device}: " if sample.device else "") + name: value
        for sample in decoded.samples
        for name, value in sample.values.items()
    }


def written(text: str, name: str = "mine") -> Profile:
    """A profile from its text."""
    return load(name, text)


def told(decoded: Decoded) -> dict[str, Any]:
    """All that a message said, as the cases of tests/data have it."""
    whole = {
        "sender": decoded.sender,
        "samples": [
            {
                "device": sample.device,
                "ts": sample.ts.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "values": sample.values,
                "quality": [flag.name for flag in Quality if flag and flag in sample.quality],
                "suspect": [list(one) for one in sample.suspect],
            }
            for sample in decoded.samples
        ],
        "notices": [[one.kind, one.device, one.about] for one in decoded.notices],
        "replies": [[one.topic, json.loads(one.payload)] for one in decoded.replies],
        "errors": [str(error) for error in decoded.errors],
    }
    return {key: one for key, one in whole.items() if one}
