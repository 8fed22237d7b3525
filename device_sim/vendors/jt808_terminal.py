"""A JT/T 808 terminal in a petrol car whose frames a gateway passes on over MQTT.

What it has kept during an outage follows in a batch marked as history.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.jt808 import (
    BATCH,
    POSITION,
    Terminal,
    batch_body,
    fuel,
    mileage,
    position_body,
)
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

_PLACE = (
    Field("latitude_deg", "latitude", digits=6),
    Field("longitude_deg", "longitude", digits=6),
)
_MOTION = (Field("speed_kmh", "speed", digits=1), Field("heading_deg", "heading"))
_COUNTERS = {
    "odometer": (Field("odometer_km", "odometer", digits=1), mileage),
    "fuel": (Field("fuel_level_l", "fuel", digits=1), fuel),
}
REGISTRATION_ANSWER = b"\x7e\x81\x00"
"""How the answer to a registration begins."""
_HEAD = {2013: 12, 2019: 17}
"""Bytes before the body, by edition."""


class Jt808Terminal:
    """Cars by the telephone number of their terminal; every other one speaks the 2019 edition."""

    name = "jt808"
    kind = DeviceKind.VEHICLE

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"139{number:08}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """The registration."""
        del at, zone
        return [Sent(_topic(device), registration(device))]

    def messages(self, measured: Measured) -> list[Sent]:
        """One report of position; a terminal that sees no satellites has nothing to say."""
        place = list(shown(_PLACE, measured.values))
        if len(place) < len(_PLACE):
            return []
        # Speed and heading are always there, zero when the car stands.
        standing = {field.quantity: 0.0 for field in _MOTION}
        motion = list(shown(_MOTION, standing | dict(measured.values)))
        items: dict[int, bytes] = {}
        counted = []
        for field, item in _COUNTERS.values():
            for one in shown((field,), measured.values):
                items |= item(one.canonical)
                counted.append(one)
        whole = measured.at.replace(microsecond=0)
        on = measured.values.get("vehicle_state") == "on"
        body = position_body(
            whole,
            *(one.canonical for one in place),
            speed=motion[0].canonical,
            heading=int(motion[1].canonical),
            ignition=on,
            items=items,
        )
        values = canonical(place + motion + counted) | {"vehicle_state": "on" if on else "off"}
        return [_sent(measured, body, Said(measured.device, whole, values))]


def registration(device: str) -> bytes:
    """With what a terminal begins."""
    names = {"maker": "CW", "model": "SIM-1", "name": device[-7:], "plate": "渝A00001"}
    return _terminal(device).registration(0, **names)


def proof(device: str, answer: bytes) -> bytes:
    """What a terminal shows to be let in, out of the answer to its registration.

    Returns
    -------
    bytes
        Its authentication, or nothing if `answer` refuses it.
    """
    plain = answer.strip(b"\x7e").replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
    terminal = _terminal(device)
    head = _HEAD[terminal.edition]
    if plain[head + 2 : head + 3] != b"\0":
        return b""
    return terminal.proof(1, plain[head + 3 : -1].decode())


def _sent(measured: Measured, body: bytes, said: Said) -> Sent:
    terminal, serial = _terminal(measured.device), measured.number % 65_536
    if measured.late:
        frame = terminal.frame(BATCH, serial, batch_body([body], history=True))
    else:
        frame = terminal.frame(POSITION, serial, body)
    return Sent(_topic(measured.device), frame, (said,))


def _topic(device: str) -> str:
    return f"cw/v1/{device}/raw/jt808"


def _terminal(device: str) -> Terminal:
    return Terminal(device, 2019 if int(device[-1]) % 2 else 2013)
