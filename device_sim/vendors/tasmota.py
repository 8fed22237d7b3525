"""Tasmota plugs and meters: JSON every some minutes, and the same again to whoever asks.

Times are local without a zone, power whole watts. Source: tasmota/docs, devices/Sonoff-Pow-R2.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, numbers, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_energy_import_kwh", "Total", digits=3),
    Field("active_power_kw", "Power", per=1000),
    Field("apparent_power_kva", "ApparentPower", per=1000),
    Field("reactive_power_kvar", "ReactivePower", per=1000),
    Field("power_factor", "Factor", digits=2),
    Field("voltage_a_v", "Voltage"),
    Field("current_a_a", "Current", digits=3),
)
_ASKED_EVERY = 6
"""After so many messages an application asks for the status, which is the last message again."""


class Tasmota:
    """Single-phase plugs."""

    name = "tasmota"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"tasmota-{number:05}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will's contrary."""
        del at, zone
        return [Sent(f"tele/{device}/LWT", b"Online", retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will."""
        del at, zone
        return [Sent(f"tele/{device}/LWT", b"Offline", retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """The telemetry, now and then followed by the same as an answer."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        local = measured.at.astimezone(measured.zone).replace(microsecond=0)
        energy = numbers(items)
        total = energy.get("Total", 0)
        # Counters of a day and of the interval, which nobody may take for the register
        day = {"Yesterday": 5.34, "Today": round(total % 5, 3), "Period": measured.number % 300}
        body = {
            "Time": local.strftime("%Y-%m-%dT%H:%M:%S"),
            "ENERGY": {"TotalStartTime": "2025-01-02T08:00:00", **energy, **day},
        }
        said = (Said(measured.device, local.astimezone(UTC), canonical(items)),)
        sent = [Sent(f"tele/{measured.device}/SENSOR", msgspec.json.encode(body), said)]
        if measured.number % _ASKED_EVERY == 0:
            answer = msgspec.json.encode({"StatusSNS": body})
            sent.append(Sent(f"stat/{measured.device}/STATUS8", answer, said))
        return sent
