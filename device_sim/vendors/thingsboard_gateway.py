"""A gateway of ThingsBoard: many devices and instants in one message, devices by name.

Source: ThingsBoard's gateway API, "telemetry upload" and "connect".
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, numbers, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("air_temperature_c", "temperature", digits=1),
    Field("relative_humidity_pct", "humidity", digits=1),
)
_TOPIC = "v1/gateway/telemetry"


class ThingsboardGateway:
    """Climate sensors behind a gateway."""

    name = "thingsboard_gateway"
    kind = DeviceKind.CLIMATE_SENSOR

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"Sensor {number:05}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The gateway tells that a device has come."""
        del at, zone
        return [Sent("v1/gateway/connect", msgspec.json.encode({"device": device}))]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The gateway tells that a device has gone."""
        del at, zone
        return [Sent("v1/gateway/disconnect", msgspec.json.encode({"device": device}))]

    def messages(self, measured: Measured) -> list[Sent]:
        """One sample of one device."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        sample = {"ts": round(measured.at.timestamp() * 1000), "values": numbers(items)}
        body = msgspec.json.encode({measured.device: [sample]})
        return [Sent(_TOPIC, body, (Said(measured.device, measured.at, canonical(items)),))]
