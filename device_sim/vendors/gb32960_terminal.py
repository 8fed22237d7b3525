"""A vehicle's terminal that sends GB/T 32960 frames over MQTT, some by the edition of 2016.

Every fourth vehicle is a hybrid and every fourth has a fuel cell; each logs in and out as it is
switched on and off, and beats in between. What it has kept during an outage follows as re-issue.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.gb32960 import (
    Edition,
    heartbeat,
    login,
    logout,
    report,
    time_bytes,
)
from device_sim.vendors.gb32960_car import Car, Drive
from device_sim.vendors.gb32960_sealed import as_agreed
from domain.registry import DeviceKind
from ingest.codecs.gb32960.keys import Keyring

_DRIVES = (Drive.ELECTRIC, Drive.HYBRID, Drive.ELECTRIC, Drive.FUEL_CELL)
"""By the pair of vehicles, of which the second speaks the newer edition."""
_ON_FOR = 120
"""Measurements from a login to the logout."""
_BEATS_EVERY = 30
_SERIALS = 65_531


@dataclass(frozen=True)
class Gb32960Terminal:
    """Vehicles by their VIN; every other one speaks the edition of 2025.

    Attributes
    ----------
    keys : Keyring
        A vehicle that has a key there, or for which there is a default, encrypts.
    prefix : str
        How the VINs begin, 6 characters.
    sign : callable or None
        Section of the signature of all that is before it, by a key the receiver knows; reports of
        2025 are signed with it.
    """

    keys: Keyring = field(default_factory=Keyring)
    prefix: str = "LCWSIM"
    sign: Callable[[bytes], bytes] | None = None
    name: str = field(default="gb32960", init=False)
    kind: DeviceKind = field(default=DeviceKind.VEHICLE, init=False)

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"{self.prefix}{number:011}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The login."""
        del zone
        return [self._login(device, at, 1)]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The logout."""
        del zone
        return [self._sent(device, logout(car(device).edition, device, at, 1))]

    def messages(self, measured: Measured) -> list[Sent]:
        """One report of everything the vehicle has, with what is due before and after it."""
        device, edition = measured.device, car(measured.device).edition
        whole = measured.at.replace(microsecond=0)
        said = car(device).report(measured)
        sections, values = list(said.sections), dict(said.said)
        if self.sign is not None and edition is Edition.OF_2025:
            sections.append(self.sign(time_bytes(whole) + b"".join(sections)))
            values["signature_state"] = "valid"
        frame = report(edition, device, whole, sections, late=measured.late)
        sent = [self._sent(device, frame, Said(device, whole, values))]
        if measured.late:
            return sent
        times, turn = divmod(measured.number, _ON_FOR)
        serial = 1 + times % _SERIALS
        if turn == 0:
            sent.insert(0, self._login(device, whole, serial))
        elif turn == _ON_FOR - 1:
            sent.append(self._sent(device, logout(edition, device, whole, serial)))
        elif turn % _BEATS_EVERY == 0:
            sent.append(self._sent(device, heartbeat(edition, device)))
        return sent

    def _login(self, device: str, at: datetime, serial: int) -> Sent:
        iccid, pack = f"8986{device[-11:]}00000"[:20], f"CW0PE{device[-11:]}00000001"
        frame = login(car(device).edition, device, at, serial, iccid, [pack])
        return self._sent(device, frame)

    def _sent(self, device: str, frame: bytes, *said: Said) -> Sent:
        topic = f"cw/v1/{device}/raw/gb32960"
        return Sent(topic, as_agreed(frame, self.keys, device), said)


def car(device: str) -> Car:
    """The vehicle of a VIN."""
    pair, newer = divmod(int(device[-11:]), 2)
    drive = _DRIVES[pair % len(_DRIVES)]
    edition = Edition.OF_2025 if newer else Edition.OF_2016
    return Car(edition, drive, gcj02=bool(newer) and drive is Drive.HYBRID)
