"""The unit a value is stored in, and how the payload's number becomes that. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from domain.errors import ConfigurationError
from domain.quantity import quantities
from ingest.codecs.unit import conversion, scaled
from ingest.profile.document import ValueRule

_ENDINGS = {
    "w": "W", "kw": "kW", "wh": "Wh", "kwh": "kWh", "kvar": "kvar", "kvarh": "kvarh", "kva": "kVA",
    "v": "V", "mv": "mV", "a": "A", "ma": "mA", "hz": "Hz", "m3": "m3", "l": "L", "m3h": "m3/h",
    "kpa": "kPa", "gj": "GJ", "c": "degC", "pct": "%", "ppm": "ppm", "lx": "lx", "wm2": "W/m2",
    "km": "km", "m": "m", "kmh": "km/h", "deg": "deg", "kohm": "kOhm", "ratio": "1",
    "s": "s", "min": "min", "h": "h", "dbm": "dBm",
}  # fmt: skip
"""Units at the end of a name that is not in the list of quantities."""
_DIGITS = 9
"""Decimals a number keeps to which something was added: 295.15 K are 22 degC."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """``number * times / over + plus``, so that a decimal stays the one it is."""

    times: int = 1
    over: int = 1
    plus: float = 0.0

    def of(self, number: float) -> float:
        """The scaled number."""
        if self.times == self.over == 1:
            plain = float(number)
        else:
            plain = scaled(number, self.times, self.over)
        return round(plain + self.plus, _DIGITS) if self.plus else plain


def unit_of(name: str) -> str | None:
    """Unit in which a quantity or an odd name is stored; None when its name does not say."""
    quantity = quantities().get(name)
    return quantity.unit if quantity else _ENDINGS.get(name.rpartition("_")[2])


def scaling_of(rule: ValueRule, said: str | None = None) -> Scaling:
    """How the payload's number becomes the stored one.

    Parameters
    ----------
    said : str, optional
        Unit in the payload; the rule's own wins.

    Raises
    ------
    ConfigurationError
        If the units do not measure the same, or the scale is no number.
    """
    try:
        factor, offset = Fraction(str(rule.scale)), Fraction(str(rule.offset))
    except (ValueError, ZeroDivisionError):
        reason = f"scale {rule.scale!r}, offset {rule.offset!r}: want numbers"
        raise ConfigurationError(reason) from None
    given, wanted = rule.unit or said, unit_of(rule.name)
    plus = 0.0
    if given and wanted and given != wanted:
        found = conversion(given, wanted)
        if found is None:
            raise ConfigurationError(
                f"unit {given!r} is none of {rule.name}: want one like {wanted!r}"
            )
        more = Fraction(found.times, found.over)
        factor, offset, plus = factor * more, offset * more, found.plus
    sign = -1 if rule.negate else 1
    scaled = sign * factor
    return Scaling(scaled.numerator, scaled.denominator, sign * (float(offset) + plus))
