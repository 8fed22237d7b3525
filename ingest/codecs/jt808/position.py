"""A report of position: what the car did at one instant. Pure.

Names are fixed and numbers have four bytes at most, so there is nothing to check of a value that
was read.

``alarms 4, state 4, latitude 4, longitude 4, altitude 2, speed 2, heading 2, time 6`` and then
items ``id 1, length 1, value``. Alarms have the bits of this protocol, which are not those of GB/T
32960, so they keep a name of their own. What the map plug-in has shifted, as bit 5 of the state
says, is GCJ-02. Source: JT/T 808-2013 and -2019, tables 23 to 27 (0200) and 76 to 77 (0704), as
restated in public documents of terminal makers.
"""

from collections.abc import Iterator
from struct import Struct

from domain.errors import PayloadError
from domain.reading import Quality, Sample, Value
from ingest.codecs.bcd import digits, from_beijing
from ingest.codecs.shifted import MEASURED, SENT, convert

_BASIC = Struct(">IIIIhHH6s")
_BATCH = Struct(">HB")
_ITEM_HEAD = 2
_ACC, _FIXED, _SOUTH, _WEST, _SHIFTED = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 5
_FROM_FIX = (*MEASURED, *SENT, "speed_kmh", "heading_deg")
_TURN = 360
_ITEMS = {
    0x01: ("odometer_km", 4, 10, 0xFFFF_FFFF),
    0x02: ("fuel_level_l", 2, 10, 0x8000),
    0x03: ("recorder_speed_kmh", 2, 10, 0xFFFF),
    0x30: ("signal_strength_csq", 1, 1, 0xFF),
    0x31: ("satellites", 1, 1, 0xFF),
}
"""By id: name, bytes, how many of the item's units make one of ours, and the least number that is
none. All bits set are none; some terminals give the level of fuel in percent, and set its highest.
"""
_UNKNOWN = ("", -1, 1, 0)
_BLIND = 1
_MOST_ITEMS = 100
_QUALITY = {
    (False, False): Quality.GOOD,
    (False, True): Quality.SUSPECT,
    (True, False): Quality.LATE,
    (True, True): Quality.LATE | Quality.SUSPECT,
}
"""By whether a report is late, and whether it is doubted."""
_REST = "jt808_00"
"""No item has the id 00."""


def position(body: bytes, device: str, *, late: bool = False) -> Sample:
    """Sample of one report.

    Parameters
    ----------
    late : bool
        The terminal sends it as history.

    Raises
    ------
    PayloadError
        If it is cut off, has no time, or a place that is none on earth.
    """
    if len(body) < _BASIC.size:
        reason = f"{len(body)} bytes of position: want at least {_BASIC.size}"
        raise PayloadError(reason, code="bad_length")
    alarms, state, latitude, longitude, altitude, speed, heading, time = _BASIC.unpack_from(body)
    values: dict[str, Value] = {
        "vehicle_state": "on" if state & _ACC else "off",
        "altitude_m": float(altitude),
        "jt808_alarm_bits": float(alarms),
        "jt808_state_bits": float(state),
    }
    if speed != 0xFFFF:  # noqa: PLR2004 -- all bits set: not available
        values["speed_kmh"] = speed / 10
    if heading < _TURN:
        values["heading_deg"] = float(heading)
    if state & _FIXED or latitude or longitude:  # zeros and no fix: nowhere yet
        north, east = SENT if state & _SHIFTED else MEASURED
        values[north] = _degrees(-latitude if state & _SOUTH else latitude, 90)
        values[east] = _degrees(-longitude if state & _WEST else longitude, 180)
        convert(values)
    raw = _read_items(body, values)
    suspect = () if state & _FIXED else tuple(_doubts(values))
    return Sample(
        ts=from_beijing(digits(time)),
        values=values,
        device=device,
        quality=_QUALITY[late, bool(suspect)],
        suspect=suspect,
        raw=tuple(raw),
    )


def batch(body: bytes, device: str) -> tuple[list[Sample], list[PayloadError]]:
    """Samples of a batch of reports, and an error for each that cannot be read.

    Raises
    ------
    PayloadError
        If it has no head.
    """
    if len(body) < _BATCH.size:
        raise PayloadError(f"{len(body)} bytes are no batch", code="bad_length")
    count, kind = _BATCH.unpack_from(body)
    samples, errors = [], []
    at = _BATCH.size
    found = 0
    while at < len(body):
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if end > len(body):
            break
        try:
            samples.append(position(body[at + 2 : end], device, late=kind == _BLIND))
        except PayloadError as error:
            errors.append(PayloadError(f"report {found} of {count}: {error}", code=error.code))
        found += 1
        at = end
    if at < len(body) or found != count:
        reason = f"{found} whole reports and {len(body) - at} bytes more, the batch says {count}"
        errors.append(PayloadError(reason, code="bad_length"))
    return samples, errors


def _degrees(millionths: int, most: int) -> float:
    degrees = millionths / 1_000_000
    if not -most <= degrees <= most:
        raise PayloadError(f"{abs(degrees)} degrees: want at most {most}", code="out_of_range")
    return degrees


def _read_items(body: bytes, values: dict[str, Value]) -> list[tuple[str, bytes]]:
    """Add what the items after the basic part measure to `values`.

    Returns
    -------
    list of (str, bytes)
        Items that are not known, or not as they must be; at the end what does not fit, or is too
        much.
    """
    raw = []
    at, size = _BASIC.size, len(body)
    for _ in range(_MOST_ITEMS):
        start = at + _ITEM_HEAD
        if start > size or (end := start + body[at + 1]) > size:
            break
        name, wanted, per, none_from = _ITEMS.get(body[at], _UNKNOWN)
        number = int.from_bytes(body[start:end], "big")
        if end - start == wanted and number < none_from:
            values[name] = number / per
        else:
            raw.append((f"jt808_{body[at]:02x}", body[start:end]))
        at = end
    if at < size:
        raw.append((_REST, body[at:]))
    return raw


def _doubts(values: dict[str, Value]) -> Iterator[tuple[str, str]]:
    for name in _FROM_FIX:
        if name in values:
            yield name, "no position fix"
