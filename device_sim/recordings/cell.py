"""What stands in a cell: an exact number, or a form of writing peculiar to a logger."""

import re
from collections.abc import Callable
from decimal import Decimal
from math import isfinite

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DEGREES_MINUTES = re.compile(r"([+-]?)(\d{1,3}) (\d{1,2}(?:\.\d+)?)", re.ASCII)


def number(text: str) -> Decimal:
    """A plain decimal number; ValueError if it is none, or too large for a measurement."""
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no number")
    value = Decimal(text)
    if not isfinite(float(value)):
        raise ValueError(f"{text!r} is too large")
    return value


def magnitude(text: str) -> Decimal:
    """A number without its sign."""
    return abs(number(text))


def degrees_minutes(text: str) -> Decimal:
    """Degrees of ``-117 25.758``: the sign stands before the degrees and holds for both [deg]."""
    match = _DEGREES_MINUTES.fullmatch(text)
    if match is None or Decimal(match[3]) >= 60:  # noqa: PLR2004  # minutes in a degree
        raise ValueError(f"{text!r} is no angle: want degrees and minutes, as -117 25.758")
    angle = Decimal(match[2]) + Decimal(match[3]) / 60
    return -angle if match[1] == "-" else angle


FORMS: dict[str, Callable[[str], Decimal]] = {
    "number": number,
    "magnitude": magnitude,
    "degrees_minutes": degrees_minutes,
}
