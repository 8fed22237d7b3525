"""A DL/T 645-2007 meter whose answers a gateway passes on as they are; they carry no time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.dlt645 import message
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_REGISTERS = {
    "00010000": (Field("active_energy_import_kwh", "", digits=2),),
    "00020000": (Field("active_energy_export_kwh", "", digits=2),),
    "0201FF00": tuple(Field(f"voltage_{p}_v", p, digits=1) for p in "abc"),
    "0202FF00": tuple(Field(f"current_{p}_a", p, digits=3) for p in "abc"),
    "02030000": (Field("active_power_kw", "", digits=4),),
    "02060000": (Field("power_factor", "", digits=3),),
    "02800002": (Field("frequency_hz", "", digits=2),),
}
_LARGEST = {"02030000": 79.9999}
"""More does not fit the register. [unit of its quantity]"""


class Dlt645Meter:
    """Meters by their address of twelve digits."""

    name = "dlt645"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"0645{number:08}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It only answers."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One message with an answer for each register; a phase without voltage shows nothing."""
        registers: dict[str, list[float | None]] = {}
        told = []
        for identifier, fields in _REGISTERS.items():
            largest = _LARGEST.get(identifier, float("inf"))
            items = {
                item.key: item
                for item in shown(fields, measured.values)
                if abs(item.canonical) <= largest
            }
            if items:
                rows = (items.get(field.key) for field in fields)
                registers[identifier] = [row.canonical if row else None for row in rows]
                told += list(items.values())
        if not told:
            return []
        said = Said(measured.device, None, canonical(told))
        topic = f"cw/v1/{measured.device}/raw/dlt645"
        return [Sent(topic, message(measured.device, registers), (said,))]
