"""CJ/T 188 meters of water and of heat, whose answers a gateway passes on as they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.cjt188 import LOW_BATTERY, heat_answer, volume_answer
from device_sim.vendors.shown import Field, canonical, shown
from domain.reading import Value
from domain.registry import DeviceKind

_VOLUME = (Field("volume_m3", "", digits=2),)
_HEAT = (
    Field("heat_energy_gj", "energy", digits=2),
    Field("heat_power_kw", "power", digits=2),
    Field("heat_flow_m3h", "flow", digits=4),
    Field("heat_volume_m3", "volume", digits=2),
    Field("supply_temperature_c", "supply", digits=2),
    Field("return_temperature_c", "back", digits=2),
)
_FIRST_YEAR = 2004
_LOW_EVERY = 50
"""Of so many answers one says that the battery is low."""


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
        items = list(shown(_VOLUME, measured.values))
        if not items:
            return []
        whole, status = measured.at.replace(microsecond=0), _status(measured)
        frame = volume_answer(measured.device, items[0].canonical, whole, status=status)
        return [_sent(measured, whole, frame, canonical(items))]


class Cjt188HeatMeter:
    """Heat meters of the edition of 2004."""

    name = "cjt188"
    kind = DeviceKind.HEAT_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"0288{number:010}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """It only answers."""
        del device, at, zone
        return []

    def messages(self, measured: Measured) -> list[Sent]:
        """One answer with everything it shows; what it has not measured is no digit."""
        items = list(shown(_HEAT, measured.values))
        if not items:
            return []
        shows: dict[str, float | None] = {field.key: None for field in _HEAT}
        shows |= {item.key: item.canonical for item in items}
        hours = float(measured.number % 100_000)
        whole, status = measured.at.replace(microsecond=0), _status(measured)
        values = shows | {"hours": hours}
        frame = heat_answer(measured.device, values, whole, energy="GJ", status=status)
        return [_sent(measured, whole, frame, canonical(items) | {"working_time_h": hours})]


def _status(measured: Measured) -> int:
    return LOW_BATTERY if measured.number % _LOW_EVERY == 0 else 0


def _sent(measured: Measured, at: datetime, frame: bytes, values: dict[str, Value]) -> Sent:
    values["battery_state"] = "low" if _status(measured) else "normal"
    topic = f"cw/v1/{measured.device}/raw/cjt188"
    # A clock from before the standard is one that nobody has set.
    said = Said(measured.device, at if at.year >= _FIRST_YEAR else None, values)
    return Sent(topic, frame, (said,))
