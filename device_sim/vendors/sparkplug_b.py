"""Payloads of Sparkplug B as they go over the wire. Pure.

The protobuf is written here byte by byte from the field numbers of the specification, so that a
wrong number in the decoder is not a wrong number on both sides.
Source: Eclipse Sparkplug specification 3.0.0, section 6.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from struct import pack

INT32, INT64, DOUBLE, BOOLEAN, STRING = 3, 4, 10, 11, 12
_VARINT, _EIGHT_BYTES, _BYTES = 0, 1, 2
_VALUE_FIELDS = {INT32: 10, INT64: 11, DOUBLE: 13, BOOLEAN: 14, STRING: 15}
_WIDTHS = {10: 32, 11: 64}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a payload; what is None or empty is left out of it.

    Attributes
    ----------
    datatype : int
        In which `value` is written.
    declared : bool
        Whether `datatype` is written too, as births do.
    at_ms : int or None
        When it was measured. [ms since 1970]
    """

    value: float | str | None = None
    datatype: int = DOUBLE
    name: str = ""
    alias: int | None = None
    at_ms: int | None = None
    unit: str = ""
    quality: int | None = None
    declared: bool = False
    historical: bool = False


def payload(metrics: Iterable[Metric], at_ms: int | None, seq: int | None = None) -> bytes:
    """A payload of `metrics`, sent at `at_ms` since 1970 as number `seq`, if it has one yet."""
    said = b"".join((_number(1, at_ms), *(_block(2, _metric(metric)) for metric in metrics)))
    return said if seq is None else numbered(said, seq)


def numbered(said: bytes, seq: int) -> bytes:
    """A payload without a number, as number `seq`."""
    return said + _number(3, seq)


def _metric(metric: Metric) -> bytes:
    return b"".join(
        (
            _text(1, metric.name),
            _number(2, metric.alias),
            _number(3, metric.at_ms),
            _number(4, metric.datatype if metric.declared else None),
            _number(5, metric.historical or None),
            _number(7, metric.value is None or None),
            _properties(metric),
            _value(metric),
        )
    )


def _properties(metric: Metric) -> bytes:
    pairs = []
    if metric.unit:
        pairs.append(("engUnit", _number(1, STRING) + _text(8, metric.unit)))
    if metric.quality is not None:
        pairs.append(("Quality", _number(1, INT32) + _number(3, metric.quality)))
    if not pairs:
        return b""
    keys = b"".join(_text(1, key) for key, _ in pairs)
    return _block(9, keys + b"".join(_block(2, value) for _, value in pairs))


def _value(metric: Metric) -> bytes:
    field, value = _VALUE_FIELDS[metric.datatype], metric.value
    if value is None:
        return b""
    if isinstance(value, str):
        return _text(field, value)
    if metric.datatype == DOUBLE:
        return _varint(field << 3 | _EIGHT_BYTES) + pack("<d", value)
    # There are unsigned integers only: a negative one is its two's complement
    return _number(field, int(value) % (1 << _WIDTHS.get(field, 1)))


def _number(field: int, value: int | None) -> bytes:
    return b"" if value is None else _varint(field << 3 | _VARINT) + _varint(int(value))


def _text(field: int, text: str) -> bytes:
    return _block(field, text.encode()) if text else b""


def _block(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
