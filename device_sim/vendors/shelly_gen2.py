"""Shelly of the second generation and later: partial notifications, energy in watt-hours.

A three-phase meter tells power (``em:0``) and energy (``emdata:0``) in messages of their own; a
plug is a switch of its device. Source: Shelly's documentation of NotifyStatus, EM and EMData.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, Shown, canonical, numbers, shown
from domain.registry import DeviceKind

_POWER = (
    Field("active_power_kw", "total_act_power", per=1000, digits=3),
    Field("apparent_power_kva", "total_aprt_power", per=1000, digits=3),
    *(Field(f"active_power_{p}_kw", f"{p}_act_power", per=1000, digits=1) for p in "abc"),
    *(Field(f"voltage_{p}_v", f"{p}_voltage", digits=1) for p in "abc"),
    *(Field(f"current_{p}_a", f"{p}_current", digits=3) for p in "abc"),
)
_ENERGY = (
    Field("active_energy_import_kwh", "total_act", per=1000, digits=2),
    Field("active_energy_export_kwh", "total_act_ret", per=1000, digits=2),
)
_SWITCH = (
    Field("active_power_kw", "apower", per=1000, digits=1),
    Field("voltage_a_v", "voltage", digits=1),
    Field("current_a_a", "current", digits=3),
    Field("frequency_hz", "freq", digits=2),
)
_SWITCH_ENERGY = (Field("active_energy_import_kwh", "total", per=1000, digits=3),)


class ShellyGen2:
    """Pro 3EM for what has three phases, Plus Plug for the rest."""

    name = "shelly_gen2"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"shellypro3em-{number:012x}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will's contrary."""
        del at, zone
        return [Sent(f"{device}/online", b"true", retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will."""
        del at, zone
        return [Sent(f"{device}/online", b"false", retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """One notification of a plug, two of a meter."""
        if "voltage_b_v" not in measured.values:
            return self._plug(measured)
        power = list(shown(_POWER, measured.values))
        energy = list(shown(_ENERGY, measured.values))
        sent = [
            _notify(measured, "", {"em:0": {"id": 0, **numbers(power), "n_current": None}}, power)
        ]
        if energy:
            sent.append(_notify(measured, "", {"emdata:0": {"id": 0, **numbers(energy)}}, energy))
        return sent

    def _plug(self, measured: Measured) -> list[Sent]:
        power = list(shown(_SWITCH, measured.values))
        energy = list(shown(_SWITCH_ENERGY, measured.values))
        if not power and not energy:
            return []
        counter = {"aenergy": numbers(energy) | {"by_minute": [0.0, 0.0, 0.0]}} if energy else {}
        status = {"id": 0, "output": True, **numbers(power), **counter}
        return [_notify(measured, "/switch:0", {"switch:0": status}, power + energy)]


def _notify(
    measured: Measured, channel: str, status: Mapping[str, object], items: list[Shown]
) -> Sent:
    # Seconds with two digits behind the point
    ts = round(measured.at.timestamp(), 2)
    body = {
        "src": measured.device,
        "dst": f"{measured.device}/events",
        "method": "NotifyStatus",
        "params": {"ts": ts, **status},
    }
    at = datetime(1970, 1, 1, tzinfo=UTC) + round(ts * 100) * timedelta(milliseconds=10)
    said = Said(measured.device + channel, at, canonical(items))
    return Sent(f"{measured.device}/events/rpc", msgspec.json.encode(body), (said,))
