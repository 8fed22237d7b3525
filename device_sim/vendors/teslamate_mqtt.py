"""TeslaMate: one topic a value, without a time, kept by the broker; an empty text is no value.

Source: teslamate-org/teslamate, integrations/mqtt.md and vehicle_subscriber.ex.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, Shown, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("odometer_km", "odometer", digits=2),
    Field("speed_kmh", "speed"),
    Field("soc_pct", "battery_level"),
)
_PLACE = (
    Field("latitude_deg", "latitude", digits=6),
    Field("longitude_deg", "longitude", digits=6),
)
_CAR = "teslamate-"
"""TeslaMate numbers its cars; behind it the number alone would say nothing."""


class TeslamateMqtt:
    """Cars by the number TeslaMate gives them."""

    name = "teslamate_mqtt"
    kind = DeviceKind.VEHICLE

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"{_CAR}{number + 1}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """That its logger is well; the only topic that is not kept."""
        del at, zone
        return [Sent(f"teslamate/cars/{device.removeprefix(_CAR)}/healthy", b"true")]

    def messages(self, measured: Measured) -> list[Sent]:
        """A message for each value; between two charges the charger says nothing."""
        prefix = f"teslamate/cars/{measured.device.removeprefix(_CAR)}"
        sent = [
            _sent(measured, f"{prefix}/{item.key}", item.text, [item])
            for item in shown(_FIELDS, measured.values)
        ]
        place = list(shown(_PLACE, measured.values))
        if len(place) == len(_PLACE):
            text = msgspec.json.encode({item.key: item.number for item in place}).decode()
            sent.append(_sent(measured, f"{prefix}/location", text, place))
        gear = measured.values.get("gear")
        if isinstance(gear, str):
            said = Said(measured.device, None, {"gear": gear})
            sent.append(Sent(f"{prefix}/shift_state", gear.encode(), (said,), retain=True))
        if sent and measured.values.get("charge_state") == "not_charging":
            sent.append(Sent(f"{prefix}/charger_power", b"", retain=True))
        return sent


def _sent(measured: Measured, topic: str, text: str, items: list[Shown]) -> Sent:
    said = Said(measured.device, None, canonical(items))
    return Sent(topic, text.encode(), (said,), retain=True)
