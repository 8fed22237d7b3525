"""EdgeLogger, a gateway of Chinese factories: deep nesting, times as texts, a wrong unit.

Energy is kWh and labelled kW. Source: ReadMe of ruoneo/EdgeLogger.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, Shown, canonical, numbers, shown
from domain.registry import DeviceKind

_PHASES = {"a": "phase_a", "b": "phase_b", "c": "phase_c"}
_VOLTAGE = tuple(Field(f"voltage_{p}_v", key, digits=1) for p, key in _PHASES.items())
_CURRENT = tuple(Field(f"current_{p}_a", key, digits=2) for p, key in _PHASES.items())
_ACTIVE = (
    *(Field(f"active_power_{p}_kw", key, digits=3) for p, key in _PHASES.items()),
    Field("active_power_kw", "total", digits=3),
)
_REACTIVE = (Field("reactive_power_kvar", "total", digits=3),)
_APPARENT = (Field("apparent_power_kva", "total", digits=3),)
_FACTOR = (Field("power_factor", "power_factor", digits=3),)
_FREQUENCY = (Field("frequency_hz", "frequency", digits=2),)
_ENERGY = (
    Field("active_energy_import_kwh", "forward", digits=2),
    Field("active_energy_export_kwh", "reverse", digits=2),
)
_REACTIVE_ENERGY = (
    Field("reactive_energy_import_kvarh", "forward", digits=2),
    Field("reactive_energy_export_kvarh", "reverse", digits=2),
)


class CnFactoryEdgelogger:
    """Three-phase meters behind a gateway."""

    name = "cn_factory_edgelogger"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"EM-2025-{number:05}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It says nothing."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One message; every fourth has its sample twice, as in the maker's own example."""
        parts: list[Shown] = []

        def part(fields: tuple[Field, ...], unit: str) -> dict[str, Any]:
            items = list(shown(fields, measured.values))
            parts.extend(items)
            return {"data_type": "float", "unit": unit, "value": numbers(items)} if items else {}

        power = {
            "active": part(_ACTIVE, "kW"),
            "reactive": part(_REACTIVE, "kvar"),
            "apparent": part(_APPARENT, "kVA"),
        }
        energy = {"active": part(_ENERGY, "kW"), "reactive": part(_REACTIVE_ENERGY, "kvarh")}
        system = [_flat(part(_FACTOR, "")), _flat(part(_FREQUENCY, "Hz"))]
        metrics: dict[str, Any] = {
            "voltage": part(_VOLTAGE, "V"),
            "current": part(_CURRENT, "A"),
            "power": {name: one for name, one in power.items() if one},
            "system": [one for one in system if one],
            "energy": {name: one for name, one in energy.items() if one},
        }
        if not parts:
            return []
        return [_message(measured, {name: m for name, m in metrics.items() if m}, parts)]


def _flat(part: dict[str, Any]) -> dict[str, Any]:
    return part | part.pop("value") if part else {}


def _message(measured: Measured, metrics: dict[str, Any], parts: list[Shown]) -> Sent:
    ms = round(measured.at.timestamp() * 1000)
    sample = {
        "timestamp": str(ms),
        "device_type": "three_phase_meter",
        "device_id": measured.device,
        "metrics": metrics,
        "status": {"device_status": 0, "data_quality": 100},
    }
    body = {
        "msgType": "up",
        "msgId": f"00000000-0000-4000-8000-{measured.number % 10**12:012}",
        "source": {"ip_addr": "192.0.2.1", "source_id": "GW-EM-01"},
        "batch": [sample] * (2 if measured.number % 4 == 0 else 1),
    }
    said = (Said(measured.device, measured.at, canonical(parts)),) * len(body["batch"])
    topic = f"device/civic/up/{measured.device}"
    return Sent(topic, msgspec.json.encode(body), said)
