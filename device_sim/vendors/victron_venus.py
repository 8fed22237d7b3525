"""Victron's GX devices: one topic a value, each an object with nothing but ``value``; no time.

Source: victronenergy/dbus-flashmq and the Venus wiki's list of D-Bus paths.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_power_kw", "Ac/Power", per=1000, digits=1),
    Field("active_energy_import_kwh", "Ac/Energy/Forward", digits=2),
    *(Field(f"voltage_{p}_v", f"Ac/L{n}/Voltage", digits=1) for n, p in enumerate("abc", 1)),
    *(Field(f"current_{p}_a", f"Ac/L{n}/Current", digits=2) for n, p in enumerate("abc", 1)),
)
_METER = "/grid:30"


class VictronVenus:
    """Grid meters, each behind a GX device of its own."""

    name = "victron_venus"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"c0619a{number:06x}{_METER}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It says nothing."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """A message for each value; a neutral nobody measures is null."""
        prefix = f"N/{measured.device.removesuffix(_METER)}/grid/30"
        sent = [
            Sent(
                f"{prefix}/{item.key}",
                msgspec.json.encode({"value": item.number}),
                (Said(measured.device, None, canonical([item])),),
            )
            for item in shown(_FIELDS, measured.values)
        ]
        return [*sent, Sent(f"{prefix}/Ac/N/Current", b'{"value":null}')] if sent else []
