"""A vehicle's terminal that sends GB/T 32960 frames over MQTT, some by the edition of 2016."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.gb32960 import Edition, login, position, report, vehicle
from device_sim.vendors.gb32960_sealed import as_agreed
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind
from ingest.codecs.gb32960.keys import Keyring

_FIELDS = (
    Field("speed_kmh", "speed", digits=1),
    Field("odometer_km", "odometer", digits=1),
    Field("pack_voltage_v", "voltage", digits=1),
    Field("pack_current_a", "current", digits=1),
    Field("soc_pct", "soc"),
    Field("insulation_kohm", "insulation"),
)
_PLACE = (
    Field("latitude_deg", "latitude", digits=6),
    Field("longitude_deg", "longitude", digits=6),
)
_INSULATION = 5000
"""Of a sound vehicle. [kOhm]"""
_CODES = ("vehicle_state", "charge_state", "gear")


@dataclass(frozen=True)
class Gb32960Terminal:
    """Vehicles by their VIN; every other one speaks the edition of 2025.

    Attributes
    ----------
    keys : Keyring
        A vehicle that has a key there, or for which there is a default, encrypts.
    """

    keys: Keyring = field(default_factory=Keyring)
    name: str = field(default="gb32960", init=False)
    kind: DeviceKind = field(default=DeviceKind.VEHICLE, init=False)

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"LCWSIM{number:011}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The login."""
        del zone
        frame = login(_edition(device), device, at, 1, f"8986{device[-11:]}00000"[:20])
        return [Sent(_topic(device), as_agreed(frame, self.keys, device))]

    def messages(self, measured: Measured) -> list[Sent]:
        """One report: the vehicle, and where it is."""
        edition = _edition(measured.device)
        # The old edition has no word for an insulation that was not measured.
        items = list(shown(_FIELDS, {"insulation_kohm": _INSULATION} | dict(measured.values)))
        place = list(shown(_PLACE, measured.values))
        codes = {name: measured.values[name] for name in _CODES if name in measured.values}
        sections = [vehicle(edition, canonical(items) | codes)]
        if len(place) == len(_PLACE):
            items += place
            sections.append(position(edition, *(item.number for item in place)))
        whole = measured.at.replace(microsecond=0)
        frame = report(edition, measured.device, whole, sections, late=measured.late)
        said = Said(measured.device, whole, canonical(items) | codes)
        frame = as_agreed(frame, self.keys, measured.device)
        return [Sent(_topic(measured.device), frame, (said,))]


def _topic(device: str) -> str:
    return f"cw/v1/{device}/raw/gb32960"


def _edition(device: str) -> Edition:
    return Edition.OF_2025 if int(device[-1]) % 2 else Edition.OF_2016
