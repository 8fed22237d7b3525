"""What the collector knows of the world when it reads a message. Pure; satisfies `Around`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.registry import DeviceKind
from ingest.codec_memory import CodecMemory
from store.telemetry.device import KnownDevice


@dataclass(slots=True)
class Surroundings:
    """Registered devices, and what codecs remember.

    Attributes
    ----------
    devices : Mapping of str to KnownDevice
        By code.
    zone : ZoneInfo
        Of devices that stand nowhere yet.
    memory : CodecMemory
        What codecs remember.
    """

    devices: Mapping[str, KnownDevice]
    zone: ZoneInfo
    memory: CodecMemory = field(default_factory=CodecMemory)
    _seen: "dict[str, CodecSurroundings]" = field(default_factory=dict)

    def zone_of(self, device: str) -> ZoneInfo:
        """Zone of the place where a device stands."""
        known = self.devices.get(device)
        return self.zone if known is None or known.zone is None else _zone(known.zone)

    def carries_others(self, device: str) -> bool:
        """Whether a device is a gateway."""
        known = self.devices.get(device)
        return known is not None and known.kind == DeviceKind.GATEWAY

    def for_codec(self, codec: str) -> "CodecSurroundings":
        """The same as one codec sees it: it finds what it has itself handed over."""
        seen = self._seen.get(codec)
        if seen is None:
            seen = self._seen[codec] = CodecSurroundings(self, codec)
        return seen


@dataclass(frozen=True, slots=True)
class CodecSurroundings:
    """`Surroundings` as one codec sees them."""

    world: Surroundings
    codec: str

    def zone_of(self, device: str) -> ZoneInfo:
        """See `Around`."""
        return self.world.zone_of(device)

    def carries_others(self, device: str) -> bool:
        """See `Around`."""
        return self.world.carries_others(device)

    def kept(self, key: str) -> bytes | None:
        """See `Around`."""
        return self.world.memory.get(self.codec, key)


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
