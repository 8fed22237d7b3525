"""Civicwatt's own profile: one JSON message a sample, numbered."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from domain.registry import DeviceKind


class Native:
    """Devices made for Civicwatt."""

    name = "native"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"meter-{number:05}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """That it is there; kept by the broker, which says the contrary in its name."""
        del at, zone
        return [Sent(f"cw/v1/{device}/status", b"online", retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will."""
        del at, zone
        return [Sent(f"cw/v1/{device}/status", b"offline", retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """One message with everything."""
        sample = {
            "ts": round(measured.at.timestamp() * 1000),
            "seq": measured.number,
            "values": measured.values,
        }
        said = Said(measured.device, measured.at, dict(measured.values))
        topic = f"cw/v1/{measured.device}/up"
        return [Sent(topic, msgspec.json.encode(sample), (said,), number=measured.number)]
