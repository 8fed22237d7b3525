"""Zigbee2MQTT's plugs: the whole known state again at every change, nulls for what is not known.

With ``last_seen`` switched on, which a meter needs. Source: Koenkk/zigbee2mqtt, issues 14934 and
24523.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, numbers, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_energy_import_kwh", "energy", digits=3),
    Field("active_power_kw", "power", per=1000),
    Field("voltage_a_v", "voltage"),
    Field("current_a_a", "current", digits=2),
)
_SWITCHED_EVERY = 4
"""So often an attribute changes without a new measurement, and the state is published again."""


class Zigbee2mqtt:
    """Plugs with a meter, named by their owners."""

    name = "zigbee2mqtt"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"插座 {number} - Smart Plug"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """That the bridge can reach it."""
        del at, zone
        payload = msgspec.json.encode({"state": "online"})
        return [Sent(f"zigbee2mqtt/{device}/availability", payload, retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """That the bridge cannot reach it."""
        del at, zone
        payload = msgspec.json.encode({"state": "offline"})
        return [Sent(f"zigbee2mqtt/{device}/availability", payload, retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """The state, sometimes twice."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        whole = measured.at.replace(microsecond=0).astimezone(UTC)
        said = (Said(measured.device, whole, canonical(items)),)
        topic = f"zigbee2mqtt/{measured.device}"
        state = dict.fromkeys(field.key for field in _FIELDS) | numbers(items)
        state |= {"child_lock": None, "linkquality": 81 + measured.number % 100, "state": "ON"}
        state |= {"last_seen": whole.isoformat(), "update": {"state": None}}
        sent = [Sent(topic, msgspec.json.encode(state), said)]
        if measured.number % _SWITCHED_EVERY == 0:
            sent.append(Sent(topic, msgspec.json.encode(state | {"child_lock": "LOCK"}), said))
        return sent
