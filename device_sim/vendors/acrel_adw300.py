"""Acrel's gateways and meters: numbers as texts, local time, a login that wants an answer.

What an outage has held back follows as ``hstdata``. Source: Acrel's published hwprotocol for
ADW300; the names of values in a data frame are those of the meter's own documentation.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_FIELDS = (
    *(Field(f"voltage_{p}_v", f"U{p}", digits=1) for p in "abc"),
    *(Field(f"current_{p}_a", f"I{p}", digits=2) for p in "abc"),
    Field("active_power_kw", "P", digits=3),
    Field("active_energy_import_kwh", "EPI", digits=2),
)


class AcrelAdw300:
    """A meter that is its own gateway: both have its serial number.

    Parameters
    ----------
    gateway : str
        Serial number of the gateway that speaks for the meters; empty for each its own.
    """

    name = "acrel_adw300"
    kind = DeviceKind.ELECTRICITY_METER

    def __init__(self, gateway: str = "") -> None:
        self._gateway = gateway

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"0124{number:010}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The login, repeated by real devices until it is answered."""
        return [self._frame("login", device, at, zone, {"ver": "1000"}, ())]

    def messages(self, measured: Measured) -> list[Sent]:
        """One data frame."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        whole = measured.at.replace(microsecond=0)
        said = (Said(measured.device, whole, canonical(items)),)
        values = {"meterSN": measured.device} | {item.key: item.text for item in items}
        kind = "hstdata" if measured.late else "data"
        return [self._frame(kind, measured.device, measured.at, measured.zone, values, said)]

    def _frame(
        self,
        kind: str,
        device: str,
        at: datetime,
        zone: ZoneInfo,
        values: dict[str, str],
        said: tuple[Said, ...],
    ) -> Sent:
        gateway = self._gateway or device
        time = at.astimezone(zone).strftime("%Y%m%d%H%M%S")
        body = {"type": kind, "gwSN": gateway, "time": time, **values}
        return Sent(f"/gw/acrelHW/null/{kind}/{gateway}", msgspec.json.encode(body), said)
