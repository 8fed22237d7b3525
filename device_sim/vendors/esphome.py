"""ESPHome: one bare number a topic, no time, and ``nan`` for what could not be measured.

Source: topic rule of ESPHome's MQTT component.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_power_kw", "total_active_power", per=1000, digits=1),
    Field("active_energy_import_kwh", "total_energy", digits=3),
)
_FAILS_EVERY = 7
"""Of so many measurements one fails at one sensor."""


class Esphome:
    """A meter's optical head with two sensors."""

    name = "esphome"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"energy-meter-{number}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will's contrary."""
        del at, zone
        return [Sent(f"{device}/status", b"online", retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will."""
        del at, zone
        return [Sent(f"{device}/status", b"offline", retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """A message for each sensor; states are kept by the broker, as is ESPHome's default."""
        prefix = f"{measured.device}/sensor"
        sent = [
            Sent(
                f"{prefix}/{item.key}/state",
                item.text.encode(),
                (Said(measured.device, None, canonical([item])),),
                retain=True,
            )
            for item in shown(_FIELDS, measured.values)
        ]
        if sent and measured.number % _FAILS_EVERY == 0:
            failing = sent[measured.number % len(sent)].topic
            sent.append(Sent(failing, b"nan", retain=True))
        return sent
