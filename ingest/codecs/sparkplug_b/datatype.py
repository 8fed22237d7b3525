"""What the value of a metric is, by the datatype its birth certificate gives it. Pure.

The wire has unsigned integers only; which numbers are negative is the datatype's knowledge.
Source: Eclipse Sparkplug specification 3.0.0, section 6.4.16 "Data Types".
"""

from struct import pack
from typing import Any

from domain.errors import PayloadError
from domain.reading import Value
from ingest.codecs.instant import from_epoch_ms

BOOLEAN = 11
_SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}
_UNSIGNED_BITS = {5: 8, 6: 16, 7: 32, 8: 64}
FLOATS = (9, 10)
"""Of 32 and of 64 bits."""
_TEXTS = (12, 14, 15)
_DATE_TIME = 13
_WIRE_BITS = {"int_value": 32, "long_value": 64}
_FLOAT_DIGITS = range(6, 9)
"""Decimal digits a 32-bit float may need; nine always do."""

SCALARS = frozenset((*_SIGNED_BITS, *_UNSIGNED_BITS, *FLOATS, *_TEXTS, _DATE_TIME, BOOLEAN))
"""Datatypes with a value to keep: not bytes, files, data sets, templates, arrays."""

NUMBERS = frozenset((*_SIGNED_BITS, *_UNSIGNED_BITS, *FLOATS))
"""Datatypes that are numbers."""


def value_of(metric: Any, datatype: int) -> Value | None:
    """Value of a metric; None if it says that it has none.

    Parameters
    ----------
    metric : Metric
        Message of `ingest.codecs.sparkplug_b.payload`.
    datatype : int
        One of `SCALARS`.

    Raises
    ------
    PayloadError
        If the value is not of the datatype.
    """
    field = metric.WhichOneof("value")
    if metric.is_null or field is None:
        return None
    value = getattr(metric, field)
    if field in _WIRE_BITS:
        return from_integer(value, datatype, _WIRE_BITS[field])
    if field == "float_value" and datatype in FLOATS:
        return shortest(value)
    if field == "double_value" and datatype in FLOATS:
        return float(value)
    if field == "boolean_value" and datatype == BOOLEAN:
        return int(value)
    if field == "string_value" and datatype in _TEXTS:
        return str(value)
    raise PayloadError(f"{field} in a metric of datatype {datatype}", code="bad_type")


def from_integer(value: int, datatype: int, wire_bits: int) -> Value:
    """What an integer on the wire, which is of so many bits, stands for.

    Raises
    ------
    PayloadError
        If it is none of the datatype.
    """
    if datatype == _DATE_TIME:
        return from_epoch_ms(value).isoformat()
    if datatype in _UNSIGNED_BITS and value < 1 << _UNSIGNED_BITS[datatype]:
        return value
    if datatype in _SIGNED_BITS:
        half = 1 << (_SIGNED_BITS[datatype] - 1)
        # Senders put -10 as an Int8 on the wire as 0xF6, or stretched to the width of the field
        for whole in (2 * half, 1 << wire_bits):
            if value < half:
                return value
            if whole - half <= value < whole:
                return value - whole
    raise PayloadError(f"integer {value} in a metric of datatype {datatype}", code="bad_type")


def shortest(value: float) -> float:
    """The shortest decimal number that a 32-bit float stands for.

    A device that measured 230.1 sent the nearest 32-bit float, not 230.10000610351562.
    """
    wire = pack("<f", value)
    for digits in _FLOAT_DIGITS:
        decimal = float(f"{value:.{digits}g}")
        try:
            if pack("<f", decimal) == wire:
                return decimal
        except OverflowError:  # rounded up beyond the greatest float
            break
    return value
