"""What tests of frame codecs share: a message, a world around it, and the cases of tests/data."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.reading import Message
from ingest.codecs.decoded import Codec, Decoded
from ingest.codecs.value import checked

DATA = Path(__file__).parents[2] / "data"
ARRIVED = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)


@dataclass
class World:
    """Knows which devices are gateways, and keeps what codecs hand over."""

    gateways: Iterable[str] = ()
    memory: dict[str, bytes] = field(default_factory=dict)

    def zone_of(self, device: str) -> ZoneInfo:  # noqa: ARG002 -- all stand in one zone
        """Zone of every device."""
        return ZoneInfo("Asia/Shanghai")

    def carries_others(self, device: str) -> bool:
        """Whether it is one of the gateways."""
        return device in self.gateways

    def kept(self, key: str) -> bytes | None:
        """What an earlier message handed over."""
        return self.memory.get(key)


def arrived(payload: bytes, topic: str) -> Message:
    return Message(1, 1, topic, payload, retained=False, received_at=ARRIVED)


def decode(codec: Codec, payload: bytes, link: str = "gw-1", world: World | None = None) -> Decoded:
    """What `codec` makes of frames that `link` passed on; of a file when it is empty.

    Whatever it makes of them may be stored as it is.
    """
    topic = f"cw/v1/{link}/raw/{codec.name}" if link else ""
    world = world or World(gateways=["gw-1"])
    decoded = codec.decode(arrived(payload, topic), world)
    world.memory |= decoded.kept
    for sample in decoded.samples:
        assert sample.values or sample.raw
        assert {name for name, _ in sample.suspect} <= sample.values.keys()
        for name, value in sample.values.items():
            kept = checked(name, value)
            assert (kept, type(kept)) == (value, type(value))
    return decoded


def cases(codec: str) -> list[Path]:
    found = sorted(path.parent for path in (DATA / codec).glob("*/expected.json"))
    assert found, f"no cases in {DATA / codec}"
    return found


def payload_of(case: Path) -> bytes:
    return bytes.fromhex((case / "message.hex").read_text())


def expected_of(case: Path) -> Any:
    return json.loads((case / "expected.json").read_text())


def told(decoded: Decoded) -> dict[str, Any]:
    """What was decoded, in the words of ``expected.json``."""
    return {
        "samples": [
            {
                "device": sample.device,
                "ts": sample.ts.isoformat(),
                "quality": int(sample.quality),
                "values": sample.values,
                "suspect": [name for name, _ in sample.suspect],
                "raw": {name: part.hex() for name, part in sample.raw},
            }
            for sample in decoded.samples
        ],
        "errors": [error.code for error in decoded.errors],
        "notices": [[notice.kind, notice.device, notice.about] for notice in decoded.notices],
    }
