"""What a JT/T 808 terminal in a car sends, frame by frame. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

HEARTBEAT, UNREGISTER, REGISTER, AUTHENTICATE = 0x0002, 0x0003, 0x0100, 0x0102
POSITION, BATCH = 0x0200, 0x0704
MILEAGE, FUEL, RECORDER_SPEED, SATELLITES = 0x01, 0x02, 0x03, 0x31
MOST_IN_A_FRAME = 1023
"""Longest body of a frame. [bytes]"""
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Terminal:
    """One terminal.

    Attributes
    ----------
    number : str
        Telephone number of its card, digits.
    edition : int
        2013 or 2019, of the protocol.
    """

    number: str
    edition: int = 2013

    def frame(self, message: int, serial: int, body: bytes = b"") -> bytes:
        """A message in one frame."""
        return self._framed(message, serial, body, b"", 0)

    def parts(self, message: int, serial: int, body: bytes, size: int) -> list[bytes]:
        """A message in as many frames as it takes, with up to `size` bytes in each."""
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        return [
            self._framed(
                message,
                (serial + index) % 65536,
                piece,
                len(pieces).to_bytes(2, "big") + (index + 1).to_bytes(2, "big"),
                0x2000,
            )
            for index, piece in enumerate(pieces)
        ]

    def registration(self, serial: int, *, maker: str, model: str, name: str, plate: str) -> bytes:
        """The first message of a terminal's life."""
        sizes = (5, 20, 7) if self.edition == 2013 else (11, 30, 30)  # noqa: PLR2004 -- a year
        texts = zip((maker, model, name), sizes, strict=True)
        body = bytes.fromhex("0032006a")  # Chongqing, Nan'an is 500108
        body += b"".join(text.encode().ljust(size, b"\0") for text, size in texts)
        return self.frame(REGISTER, serial, body + b"\x01" + plate.encode("gbk"))

    def proof(self, serial: int, code: str, *, imei: str = "", firmware: str = "") -> bytes:
        """The first message of a connection."""
        if self.edition == 2013:  # noqa: PLR2004 -- a year
            return self.frame(AUTHENTICATE, serial, code.encode())
        body = bytes([len(code)]) + code.encode()
        body += imei.encode().ljust(15, b"\0") + firmware.encode().ljust(20, b"\0")
        return self.frame(AUTHENTICATE, serial, body)

    def _framed(self, message: int, serial: int, body: bytes, parts: bytes, flags: int) -> bytes:
        if len(body) > MOST_IN_A_FRAME:
            raise ValueError(f"{len(body)} bytes in a frame: it holds {MOST_IN_A_FRAME}")
        if self.edition == 2013:  # noqa: PLR2004 -- a year
            head, phone = b"", self.number.rjust(12, "0")
        else:
            head, phone, flags = b"\x01", self.number.rjust(20, "0"), flags | 0x4000
        plain = message.to_bytes(2, "big") + (flags | len(body)).to_bytes(2, "big") + head
        plain += bytes.fromhex(phone) + serial.to_bytes(2, "big") + parts + body
        check = 0
        for byte in plain:
            check ^= byte
        inside = bytearray()
        for byte in (*plain, check):
            inside += {0x7E: b"\x7d\x02", 0x7D: b"\x7d\x01"}.get(byte, bytes([byte]))
        return b"\x7e" + bytes(inside) + b"\x7e"


def position_body(
    at: datetime,
    latitude: float,
    longitude: float,
    *,
    speed: float = 0.0,
    heading: int = 0,
    altitude: int = 0,
    ignition: bool = True,
    fixed: bool = True,
    alarms: int = 0,
    items: Mapping[int, bytes] | None = None,
) -> bytes:
    """Where a car is and what it does.

    Parameters
    ----------
    at : datetime
        Aware.
    latitude, longitude : float
        South and west are negative. [deg]
    speed : float
        [km/h]
    heading : int
        [deg]
    altitude : int
        [m]
    ignition, fixed : bool
        Whether the key is on, and whether satellites are in sight.
    items : mapping of int to bytes
        By id; see `mileage`, `fuel`.
    """
    state = ignition | fixed << 1 | (latitude < 0) << 2 | (longitude < 0) << 3
    body = alarms.to_bytes(4, "big") + state.to_bytes(4, "big")
    body += b"".join(
        round(abs(degrees) * 1_000_000).to_bytes(4, "big") for degrees in (latitude, longitude)
    )
    body += altitude.to_bytes(2, "big", signed=True)
    body += round(speed * 10).to_bytes(2, "big") + heading.to_bytes(2, "big")
    body += bytes.fromhex(at.astimezone(_BEIJING).strftime("%y%m%d%H%M%S"))
    return body + b"".join(
        bytes([item, len(value)]) + value for item, value in (items or {}).items()
    )


def mileage(km: float) -> dict[int, bytes]:
    """The odometer, in km."""
    return {MILEAGE: round(km * 10).to_bytes(4, "big")}


def fuel(litres: float) -> dict[int, bytes]:
    """What is in the tank, in litres."""
    return {FUEL: round(litres * 10).to_bytes(2, "big")}


def batch_body(positions: Iterable[bytes], *, history: bool) -> bytes:
    """Several positions; `history` if the car was out of reach of the network."""
    reports = list(positions)
    body = len(reports).to_bytes(2, "big") + bytes([history])
    return body + b"".join(len(one).to_bytes(2, "big") + one for one in reports)
