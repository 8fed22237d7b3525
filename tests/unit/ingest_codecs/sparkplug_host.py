"""A collector that hears one edge node of Sparkplug B, for the tests of its codec."""

from datetime import UTC, datetime, timedelta
from typing import Any

from device_sim.vendors.sparkplug_b import DOUBLE, Metric, payload
from domain.reading import Message
from ingest.codecs.decoded import Codec, Decoded
from ingest.codecs.sparkplug_b.codec import SparkplugB
from tests.unit.ingest_codecs.raw_frames import ARRIVED, World

CODEC: Codec = SparkplugB()
MS = 1_782_878_400_000
AT = datetime(2026, 7, 1, 4, tzinfo=UTC)
POWER = Metric(22.25, DOUBLE, "Meter1/Active Power", 1, MS, declared=True)
ENERGY = Metric(15000.125, DOUBLE, "Meter1/Energy Import", 2, MS, declared=True)
METER = "SF:epiclc/Exp501/Meter1"
REBIRTH = "spBv1.0/SF/NCMD/epiclc"


class Host:
    """A collector that hears one edge node; it keeps what the codec hands over."""

    def __init__(self) -> None:
        self.world = World()

    def hear(
        self,
        kind: str,
        body: bytes,
        *,
        device: str = "Exp501",
        after_s: float = 0,
        is_again: bool = False,
    ) -> Decoded:
        """Hear a message of one kind."""
        topic = f"spBv1.0/SF/{kind}/epiclc" + (f"/{device}" if kind.startswith("D") else "")
        return self.take(topic, body, after_s, is_again=is_again)

    def take(
        self, topic: str, body: bytes, after_s: float = 0, *, is_again: bool = False
    ) -> Decoded:
        """Hear a message of any topic."""
        at = ARRIVED + timedelta(seconds=after_s)
        decoded = CODEC.decode(
            Message(1, 1, topic, body, retained=False, received_at=at, is_again=is_again),
            self.world,
        )
        self.world.memory |= decoded.kept
        return decoded

    def birth(self, *metrics: Metric, seq: int = 1, at_ms: int = MS, **where: Any) -> Decoded:
        """Hear a birth of the device."""
        return self.hear("DBIRTH", payload(metrics, at_ms, seq), **where)

    def data(self, *metrics: Metric, seq: int = 2, at_ms: int = MS + 4000, **where: Any) -> Decoded:
        """Hear data of the device."""
        return self.hear("DDATA", payload(metrics, at_ms, seq), **where)


def codes(decoded: Decoded) -> list[str]:
    return [error.code for error in decoded.errors]


def values(decoded: Decoded) -> dict[str, object]:
    (sample,) = decoded.samples
    return dict(sample.values)


def born_as(*metrics: Metric) -> dict[str, object]:
    return values(Host().birth(*metrics))
