"""A gateway that reads DL/T 645 meters and sends registers by name, singly or in batches.

Meter addresses are twelve digits, zeros in front included. Source: the maker's public description
of its topics ``ivy/v1/meters``.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_energy_import_kwh", "TOTAL_ACTIVE_POSITIVE", digits=2),
    *(Field(f"voltage_{p}_v", f"VOLTAGE_{p.upper()}", digits=1) for p in "abc"),
    *(Field(f"current_{p}_a", f"CURRENT_{p.upper()}", digits=3) for p in "abc"),
)
_UNITS = {"T": "kWh", "V": "V", "C": "A"}
_DATA_ID = {"T": 0x00000000, "V": 0x02010100, "C": 0x02020100}
"""By the first letter of a register's name."""
_BATCHES_OF = 3
"""Two of so many readings come as a batch, the third register by register."""


class Dlt645GatewayIvy:
    """Meters behind the gateway, each under its address."""

    name = "dlt645_gateway_ivy"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"00{number:010}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It says nothing."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One message with all registers, or one for each."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        topic = f"ivy/v1/meters/{measured.device}/telemetry"
        head = {"ts": round(measured.at.timestamp() * 1000), "meterId": measured.device}
        if measured.number % _BATCHES_OF:
            values = {i.key: {"value": i.number, "unit": _UNITS[i.key[0]]} for i in items}
            said = Said(measured.device, measured.at, canonical(items))
            body = msgspec.json.encode({**head, "values": values, "isBatch": True})
            return [Sent(topic, body, (said,))]
        sent = []
        for item in items:
            single = head | {
                "dataId": f"0x{_DATA_ID[item.key[0]]:08X}",
                "register": item.key,
                "value": item.number,
                "rawValue": int(item.text.replace(".", "")),
                "unit": _UNITS[item.key[0]],
            }
            said = Said(measured.device, measured.at, canonical([item]))
            sent.append(Sent(topic, msgspec.json.encode(single), (said,)))
        return sent
