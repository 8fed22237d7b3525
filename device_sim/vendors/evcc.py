"""evcc: charging points of one installation, one bare value a topic, no time.

Source: evcc's documentation of its MQTT integration.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_power_kw", "chargePower", per=1000, digits=1),
    Field("active_energy_import_kwh", "chargeTotalImport", digits=3),
)
_CHANNEL = "evcc/loadpoint:"


class Evcc:
    """Every device is a charging point of the same installation."""

    name = "evcc"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"{_CHANNEL}{number + 1}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The installation's last will's contrary."""
        del device, at, zone
        return [Sent("evcc/status", b"online", retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will."""
        del device, at, zone
        return [Sent("evcc/status", b"offline", retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """A message for each value, kept by the broker; without a car its charge level is empty."""
        prefix = f"evcc/loadpoints/{measured.device.removeprefix(_CHANNEL)}"
        sent = [
            Sent(
                f"{prefix}/{item.key}",
                item.text.encode(),
                (Said(measured.device, None, canonical([item])),),
                retain=True,
            )
            for item in shown(_FIELDS, measured.values)
        ]
        return [*sent, Sent(f"{prefix}/vehicleSoc", b"", retain=True)] if sent else []
