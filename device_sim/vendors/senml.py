"""Constrained meters that speak SenML, in JSON and in CBOR by turns.

Source: RFC 8428, section 5.1 for JSON and section 6 for the labels of CBOR.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import cbor2
import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_power_kw", "power", per=1000, digits=1),
    Field("active_energy_import_kwh", "energy", digits=3),
    Field("voltage_a_v", "voltage", digits=1),
    Field("current_a_a", "current", digits=3),
    Field("frequency_hz", "frequency", digits=2),
    Field("air_temperature_c", "air_temperature", digits=1),
    Field("relative_humidity_pct", "humidity", digits=1),
)
_UNITS = {
    "power": "W",
    "energy": "kWh",
    "voltage": "V",
    "current": "A",
    "frequency": "Hz",
    "air_temperature": "Cel",
    "humidity": "%RH",
}
_WITH_SECONDARY_UNITS = 26
"""Version that allows kWh."""
_CBOR = {"bver": -1, "bn": -2, "bt": -3, "n": 0, "u": 1, "v": 2}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SenML:
    """Single-phase meters with a thermometer."""

    name = "senml"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"urn:dev:mac:0024befffe{number:06x}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Nothing: it has no words for anything but measurements."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One pack."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        seconds = (measured.at - _EPOCH) // timedelta(seconds=1)
        records: list[dict[str, Any]] = [
            {"n": item.key, "u": _UNITS[item.key], "v": item.number} for item in items
        ]
        base = {"bn": f"{measured.device}:", "bt": seconds, "bver": _WITH_SECONDARY_UNITS}
        records[0] = base | records[0]
        said = Said(measured.device, _EPOCH + timedelta(seconds=seconds), canonical(items))
        payload = _cbor(records) if measured.number % 2 else msgspec.json.encode(records)
        return [Sent(f"senml/{measured.device}", payload, (said,))]


def _cbor(records: list[dict[str, Any]]) -> bytes:
    return cbor2.dumps([{_CBOR[label]: v for label, v in record.items()} for record in records])
