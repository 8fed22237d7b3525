"""DL/T 645-2007: frames to samples. Pure; no input or output.

A frame is ``68 A0..A5 68 C L data CS 16``; each byte of data has 33H added to it, and numbers are
packed decimal, lowest byte first. Frames carry no time of reading: a sample is of the instant its
message arrived. Names come from a table and numbers have eight digits at most, so there is nothing
to check of a value that was read.

Source: DL/T 645-2007, chapters 5 and 6 and annex A, as restated in public documents of meter makers
and in public captures of frames.
"""

from datetime import datetime
from functools import lru_cache

from domain.errors import PayloadError
from domain.reading import Message, Quality, Sample, Value
from ingest.codecs import meter_bus
from ingest.codecs.bcd import decimal, digits, from_beijing
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.dlt645.form import Forms
from ingest.codecs.dlt645.layout import (
    ADDRESS,
    CONTROL,
    DATA,
    IDENTIFIER,
    SHAPE,
    SIGNED,
    UNBIASED,
    layout,
    unfit,
)
from ingest.codecs.instant import BEIJING
from ingest.codecs.raw_topic import link_of, raw_filter, speaks_for_others

_ANSWER, _ERROR, _MORE, _READ = 0x80, 0x40, 0x20, 0x11
_READINGS = frozenset({_ANSWER | _READ, _ANSWER | _READ | _MORE})
_ADDRESS_READ = 0x93
_ERRORS = (
    "other error",
    "no such data",
    "wrong password or no permission",
    "baud rate cannot be changed",
    "too many yearly time zones",
    "too many daily time slots",
    "too many tariffs",
)
"""What the bits of an error answer mean, lowest first."""


class Dlt645:
    """Reads answers of DL/T 645-2007 meters, passed on by a gateway or a meter of its own."""

    name = "dlt645"
    filters = (raw_filter(name),)

    def __init__(self) -> None:
        self._forms = Forms()

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read one message of one or more frames.

        Raises
        ------
        PayloadError
            If no frame can be read, or it is not clear whose they are.
        """
        known = self._forms.read(message.payload)
        if known is None:
            decoded = meter_bus.decode(message, around, self.name, SHAPE, _read)
            if not decoded.errors:
                self._forms.learn(message.payload)
            return decoded
        address, values = known
        code = _address(address)
        sender = link_of(message.topic, self.name)
        device = code if speaks_for_others(sender, (code,), around) else ""
        return Decoded(sender, [Sample(message.received_at, values, device, Quality.ARRIVAL_TIME)])


def _read(frame: bytes, received_at: datetime) -> Sample | None:
    """What a meter measured; None for what is no reading."""
    address, control = _address(frame[ADDRESS]), frame[CONTROL]
    if control not in _READINGS:
        _refuse_error(address, control, frame)
        return None
    data = frame[DATA].translate(UNBIASED)
    try:
        values = _values(data[:IDENTIFIER], data[IDENTIFIER:], cut=control & _MORE != 0)
    except PayloadError as error:
        identifier = int.from_bytes(data[:IDENTIFIER], "little")
        reason = f"meter {address}, data {identifier:08x}: {error}"
        raise PayloadError(reason, code=error.code) from None
    return Sample(received_at, values, address, Quality.ARRIVAL_TIME) if values else None


@lru_cache(maxsize=100_000)  # the same meters, frame after frame
def _address(field: bytes) -> str:
    return digits(field[::-1])


def _refuse_error(address: str, control: int, frame: bytes) -> None:
    """Refuse an answer that is an error, or none we know; a question, or an address, is nothing."""
    if not control & _ANSWER or control == _ADDRESS_READ:
        return  # many gateways hear the question too
    if control & _ERROR:
        complaint = _complaint(control, frame[DATA].translate(UNBIASED))
        raise PayloadError(f"meter {address} {complaint}", code="meter_error")
    reason = f"meter {address}: control {control:#04x}, want 0x91 or 0xb1"
    raise PayloadError(reason, code="unknown_control")


def _complaint(control: int, data: bytes) -> str:
    named = [text for bit, text in enumerate(_ERRORS) if data and data[0] >> bit & 1]
    return f"answers {control:#04x}: {', '.join(named) or 'no error named'}"


def _values(identifier: bytes, data: bytes, *, cut: bool) -> dict[str, Value]:
    """Values of the registers `data` holds.

    Parameters
    ----------
    cut : bool
        More of the block follows in another frame, so the last register may be in two.
    """
    size = len(data)
    found = layout(identifier, size)
    if found is None:
        return {}
    if found.end < size and not cut:
        raise unfit(int.from_bytes(identifier, "little"), size)
    values: dict[str, Value] = {}
    digits_from_last = data[::-1].hex()
    for name, where, below, scale, moment, moment_where in found.fields:
        text = digits_from_last[where]
        if text.isdecimal() and text < below:
            values[name] = int(text) / scale
        elif text.strip("f"):  # FF in every byte is "not available"
            values[name] = _unusual(text, scale, signed=below == SIGNED)
        if moment and name in values:
            values |= _moment(moment, digits_from_last[moment_where])
    return values


def _unusual(text: str, scale: int, *, signed: bool) -> float:
    """A negative register.

    Raises
    ------
    PayloadError
        If it is none, and no packed decimal.
    """
    negative = signed and text >= SIGNED
    if negative:
        text = f"{int(text[0], 16) - 8:x}{text[1:]}"
    number = int(decimal(text)) / scale
    return -number if negative and number else number


def _moment(name: str, text: str) -> dict[str, Value]:
    """When a register was reached, as the meter shows it; nothing where it shows zeros or FF."""
    if not text.strip("0") or not text.strip("f"):
        return {}
    at = from_beijing(decimal(text) + "00").astimezone(BEIJING)
    return {name: at.isoformat(timespec="minutes")}
