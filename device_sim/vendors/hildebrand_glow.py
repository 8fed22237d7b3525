"""Hildebrand's Glow displays beside British smart meters: power, register, and counts of the day.

Source: Hildebrand's LocalMQTT.pdf.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, numbers, shown
from domain.registry import DeviceKind

_POWER = (Field("active_power_kw", "value", digits=3),)
_IMPORT = (Field("active_energy_import_kwh", "cumulative", digits=3),)


class HildebrandGlow:
    """One display each; the electricity meter is a channel of it."""

    name = "hildebrand_glow"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"E8D0{number:08X}/electricity"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It says nothing."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One message of the meter."""
        power = list(shown(_POWER, measured.values))
        energy = list(shown(_IMPORT, measured.values))
        if not power and not energy:
            return []
        whole = measured.at.replace(microsecond=0).astimezone(UTC)
        meter: dict[str, object] = {"timestamp": whole.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if energy:
            counts = {"day": 4.187, "week": 31.002, "month": 120.455, "units": "kWh"}
            price = {"unitrate": 0.30721, "standingcharge": 0.26168}
            meter["energy"] = {"import": numbers(energy) | counts | {"price": price}}
        if power:
            meter["power"] = numbers(power) | {"units": "kW"}
        display = measured.device.partition("/")[0]
        body = msgspec.json.encode({"electricitymeter": meter})
        said = Said(measured.device, whole, canonical(power + energy))
        return [Sent(f"glow/{display}/SENSOR/electricitymeter", body, (said,))]
