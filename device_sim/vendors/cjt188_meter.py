"""A CJ/T 188 water meter whose answers a gateway passes on as they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.cjt188 import volume_answer
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (Field("volume_m3", "", digits=2),)


class Cjt188Meter:
    """Water meters by their address of fourteen digits."""

    name = "cjt188"
    kind = DeviceKind.WATER_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"0188{number:010}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It only answers."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One answer, with the time by the meter's own clock."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        whole = measured.at.replace(microsecond=0)
        frame = volume_answer(measured.device, items[0].canonical, whole)
        said = Said(measured.device, whole, canonical(items))
        return [Sent(f"cw/v1/{measured.device}/raw/cjt188", frame, (said,))]
