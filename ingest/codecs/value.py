"""Whether a value may be kept under a name. Pure; every codec's last check."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from domain.errors import PayloadError
from domain.quantity import quantities
from domain.reading import Value

LONGEST_CODE = 200
"""Longest device code and quantity name. [bytes of UTF-8]"""
LONGEST_TEXT = 500
"""Longest text value; several of them make a key of the store. [bytes of UTF-8]"""
MOST_NAMES = 500
"""Most values of a sample. No device has as many; each odd one is a row of its own."""
MOST_SAMPLES = 20_000
"""Most samples of a message."""
GREATEST = 1e15
"""Greatest number, either way: beyond it a register has no fraction left, and sums overflow."""
_INTEGERS = {"smallint": 2**15, "bigint": 2**63}


def checked_values(items: Mapping[str, Any]) -> dict[str, Value]:
    """Check values of any name; null is "not measured" and makes no number.

    Raises
    ------
    PayloadError
        If there is no value, or one that cannot be kept.
    """
    if len(items) > MOST_NAMES:
        reason = f"{len(items)} values in one sample: want at most {MOST_NAMES}"
        raise PayloadError(reason, code="too_many_names")
    values = {name: checked(name, value) for name, value in items.items() if value is not None}
    if not values:
        raise PayloadError("no value in it", code="no_value")
    return values


def checked_code(code: str) -> str:
    """Return `code` if it can be the code of a device.

    Raises
    ------
    PayloadError
        If it is empty, too long, or has characters that cannot be seen.
    """
    if not code or not code.isprintable() or len(code.encode()) > LONGEST_CODE:
        shown = ascii(code[:LONGEST_CODE])
        raise PayloadError(f"{shown} cannot be the code of a device", code="bad_device")
    return code


def is_name(name: str) -> bool:
    """Whether something can be the name of a value."""
    return bool(name) and name.isprintable() and len(name.encode()) <= LONGEST_CODE


def checked(name: str, value: Any) -> Value:
    """Return `value` in the type in which `name` is stored.

    Raises
    ------
    PayloadError
        If the name cannot be a name, or the value is not of its type or size.
    """
    if not is_name(name):
        raise PayloadError(f"name {name[:LONGEST_CODE]!r} cannot be a name", code="bad_name")
    quantity = quantities().get(name)
    column_type = quantity.column_type if quantity else None
    if isinstance(value, str):
        if column_type not in (None, "text"):
            raise PayloadError(f"{name} is the text {value[:50]!r}: want a number", code="bad_type")
        if not _is_text(value):
            raise PayloadError(f"{name} is no text to be kept: {value[:50]!a}", code="bad_text")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        got = type(value).__name__
        raise PayloadError(f"{name} is a {got}: want a number or a text", code="bad_type")
    if column_type == "text":
        raise PayloadError(f"{name} is the number {value}: want a code", code="bad_type")
    return _number(name, value, _INTEGERS.get(column_type or ""))


def _is_text(value: str) -> bool:
    try:
        return "\0" not in value and len(value.encode()) <= LONGEST_TEXT
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _number(name: str, value: float, limit: int | None) -> Value:
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise PayloadError(f"{name} is not a finite number", code="not_finite")
    if abs(number) > GREATEST:
        raise PayloadError(f"{name} is {number}: want at most {GREATEST:g}", code="too_great")
    if limit is None:
        return number
    if number != int(number) or not -limit <= number < limit:
        raise PayloadError(f"{name} is {value}: want a whole number of its size", code="bad_type")
    return int(value)
