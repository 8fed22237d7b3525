"""CJ/T 188 of 2004 and 2018: frames to samples. Pure; no input or output.

A frame is ``68 T A0..A6 C L DI SER data CS 16``: T the type of meter, A0..A6 its address, lowest
byte first. The data end in the meter's own clock, in Beijing time, which is the instant of the
sample; a clock that nobody has set (FF, zeros, a year before the standard) is no instant, and then
the sample is of the arrival of its message. Names come from a table and numbers have eight digits
at most, so there is nothing to check of a value that was read.

Source: CJ/T 188-2004, as restated in public documents and programs of makers. The 2018 edition
sends the lower byte of the data identifier first, the older one either; both are read.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from domain.errors import PayloadError
from domain.reading import Message, Quality, Sample, Value
from ingest.codecs import meter_bus
from ingest.codecs.bcd import decimal
from ingest.codecs.bus_frame import TAIL, Shape
from ingest.codecs.cjt188.layout import CLOCK, STATUS, Layout, layouts
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.instant import BEIJING_AHEAD
from ingest.codecs.raw_topic import raw_filter

_SHAPE = Shape(head=11)
_TYPE, _CONTROL = 1, 9
_ADDRESS = slice(2, 9)
_ANSWER, _ERROR = 0x80, 0x40
_READ, _WITHOUT_READING = 0x81, frozenset({0x83, 0x84, 0x89, 0x95, 0x96})
_IDENTIFIERS = frozenset({b"\x1f\x90", b"\x90\x1f"})
_PREFIX = 3
"""Data identifier and serial number. [bytes]"""
_CLOCK_DIGITS = slice(2 * STATUS, 2 * (STATUS + CLOCK))
"""Among the digits of an answer, last byte first."""
_WILDCARD = 0xAA
_FIRST_YEAR = 2004
_VALVE = {0b00: "open", 0b01: "closed", 0b11: "abnormal"}
_BATTERY_LOW = 0b100


class Cjt188:
    """Reads answers of CJ/T 188 meters, passed on by a gateway or a meter of its own."""

    name = "cjt188"
    filters = (raw_filter(name),)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read one message of one or more frames.

        Raises
        ------
        PayloadError
            If no frame can be read, or it is not clear whose they are.
        """
        return meter_bus.decode(message, around, self.name, _SHAPE, _read)


def _read(frame: bytes, received_at: datetime) -> Sample | None:
    """What a meter measured; None for what is no reading."""
    control = frame[_CONTROL]
    if not control & _ANSWER or control in _WITHOUT_READING:
        return None  # the question, which many gateways hear too; or an answer to something else
    address = _address(frame[_ADDRESS])
    try:
        body = _body(frame)
        layout = _layout(frame[_TYPE], len(body))
        digits_from_last = body[::-1].hex()
        values = _values(layout, body, digits_from_last)
    except PayloadError as error:
        raise PayloadError(f"meter {address}: {error}", code=error.code) from None
    values.update(_status(body[-STATUS:]))
    clock = _clock(digits_from_last[_CLOCK_DIGITS])
    return Sample(
        ts=clock or received_at,
        values=values,
        device=address,
        quality=Quality.GOOD if clock else Quality.ARRIVAL_TIME,
        raw=tuple((name, body[where]) for name, where in layout.kept) if layout.kept else (),
    )


@lru_cache(maxsize=100_000)  # the same meters, frame after frame
def _address(field: bytes) -> str:
    return field[::-1].hex().upper()


def _body(frame: bytes) -> bytes:
    """What follows identifier and serial number in the answer to a reading."""
    control, data = frame[_CONTROL], frame[_SHAPE.head : -TAIL]
    if _WILDCARD in frame[_ADDRESS]:
        raise PayloadError("the address is one for many meters", code="bad_device")
    if control & _ERROR:
        raise PayloadError(f"answers an error: {data.hex(' ')}", code="meter_error")
    if control != _READ:
        raise PayloadError(f"control {control:#04x}, want 0x81", code="unknown_control")
    if data[:2] not in _IDENTIFIERS:
        raise PayloadError(f"data {data[:2].hex(' ')}, want 1f 90", code="unknown_identifier")
    return data[_PREFIX:]


def _layout(meter_type: int, length: int) -> Layout:
    known = layouts(meter_type)
    if not known:
        raise PayloadError(f"type {meter_type:#04x} is not known", code="unknown_meter_type")
    if length not in known:
        wanted = " or ".join(map(str, sorted(known)))
        reason = f"{length} bytes of type {meter_type:#04x}: want {wanted}"
        raise PayloadError(reason, code="bad_length")
    return known[length]


def _values(layout: Layout, body: bytes, digits_from_last: str) -> dict[str, Value]:
    """Values of the fields before the clock."""
    values: dict[str, Value] = {}
    for name, where, absent, unit, ratios, wanted in layout.fields:
        text = digits_from_last[where]
        if text == absent:
            continue
        ratio = ratios.get(body[unit])
        if ratio is None:
            reason = f"unit {body[unit]:#04x} of {name}: want one of {wanted}"
            raise PayloadError(reason, code="bad_unit")
        over, under = ratio
        values[name] = int(text if text.isdecimal() else decimal(text)) * over / under
    return values


@lru_cache(maxsize=1000)  # the same few, answer after answer
def _status(raw: bytes) -> Mapping[str, Value]:
    """Valve and battery, where the standard defines them, and all bits as the maker sends them."""
    bits = int.from_bytes(raw, "little")
    status: dict[str, Value] = {
        "battery_state": "low" if bits & _BATTERY_LOW else "normal",
        "cjt188_status_bits": float(bits),
    }
    valve = _VALVE.get(bits & 0b11)
    return status if valve is None else {"valve_state": valve, **status}


def _clock(text: str) -> datetime | None:
    """Instant the meter's clock shows, ``yyyymmddhhmmss``; None when nobody has set it."""
    if not text.isdecimal():
        return None
    try:
        local = datetime.fromisoformat(f"{text[:8]}T{text[8:]}Z")
    except ValueError:
        return None
    return local - BEIJING_AHEAD if local.year >= _FIRST_YEAR else None
