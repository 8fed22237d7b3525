"""OpenEnergyMonitor's emonTx and emonPi: JSON with the time, or one bare number a topic without.

Power in whole watts, time in whole seconds. Source: emoncms_mqtt.php of emoncms, examples 1 and 2.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, numbers, shown
from domain.registry import DeviceKind

_FIELDS = (
    Field("active_power_kw", "power", per=1000),
    Field("voltage_a_v", "vrms", digits=1),
)


class EmonhubEmontx:
    """One node each.

    Parameters
    ----------
    with_time : bool
        JSON with the time; else a topic for each key, and no time.
    """

    name = "emonhub_emontx"
    kind = DeviceKind.ELECTRICITY_METER

    def __init__(self, *, with_time: bool = True) -> None:
        self._with_time = with_time

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"emontx{number}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It says nothing."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One message, or one for each value."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        topic = f"emon/{measured.device}"
        if self._with_time:
            whole = measured.at.replace(microsecond=0)
            said = Said(measured.device, whole, canonical(items))
            body = numbers(items) | {"time": int(whole.timestamp())}
            return [Sent(topic, msgspec.json.encode(body), (said,))]
        return [
            Sent(
                f"{topic}/{item.key}",
                item.text.encode(),
                (Said(measured.device, None, canonical([item])),),
            )
            for item in items
        ]
