"""OVMS: one topic a metric, text without unit or time, kept by the broker.

Source: openvehicles/Open-Vehicle-Monitoring-System-3, ovms_server_v3.cpp and metrics.rst.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("soc_pct", "v/b/soc", digits=1),
    Field("soh_pct", "v/b/soh"),
    Field("pack_voltage_v", "v/b/voltage", digits=1),
    Field("pack_current_a", "v/b/current", digits=1),
    Field("odometer_km", "v/p/odometer", digits=1),
    Field("speed_kmh", "v/p/speed", digits=1),
    Field("latitude_deg", "v/p/latitude", digits=6),
    Field("longitude_deg", "v/p/longitude", digits=6),
    Field("energy_used_kwh", "v/b/energy/used/total", digits=2),
    Field("energy_recovered_kwh", "v/b/energy/recd/total", digits=2),
)


class OvmsV3Mqtt:
    """Cars of one fleet.

    Parameters
    ----------
    user : str
        Under whose name the cars publish.
    """

    name = "ovms_v3_mqtt"
    kind = DeviceKind.VEHICLE

    def __init__(self, user: str = "fleet") -> None:
        self._user = user

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"CAR{number:04}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will's contrary."""
        del at, zone
        return [Sent(f"ovms/{self._user}/{device}/metric/s/v3/connected", b"yes", retain=True)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its last will."""
        del at, zone
        return [Sent(f"ovms/{self._user}/{device}/metric/s/v3/connected", b"no", retain=True)]

    def messages(self, measured: Measured) -> list[Sent]:
        """A message for each metric; what is undefined is an empty text."""
        prefix = f"ovms/{self._user}/{measured.device}/metric"
        items = {item.key: item for item in shown(_FIELDS, measured.values)}
        if not items:
            return []
        sent = []
        for field in _FIELDS:
            item = items.get(field.key)
            topic = f"{prefix}/{field.key}"
            if item is None:
                sent.append(Sent(topic, b"", retain=True))
                continue
            said = Said(measured.device, None, canonical([item]))
            sent.append(Sent(topic, item.text.encode(), (said,), retain=True))
        return sent
