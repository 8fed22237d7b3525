"""Units as devices write them, and what turns one into another. Pure.

The list is data, `units.csv`: what a unit measures, how many of the plainest unit it is, and other
ways to write it. Letters keep their case: ``mW`` and ``MW`` are nine orders of magnitude apart, and
a spelling that could be either is in nobody's row. A calorie is that of the international steam
tables, by definition 4.1868 J (ISO 80000-5), as heat meters count and coal equivalent is reckoned:
7,000 kcal are 29.3076 MJ.
"""

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from sys import float_info

_CERTAIN_DIGITS = float_info.dig
"""Decimal digits a float holds for certain: 15."""
_DECIMALS = 9
"""Decimals a value with an offset keeps: no thermometer has more, and 295.15 K are 22 degC."""

FINE = 10_000
"""Numbers with four decimals and fewer are scaled as whole ten-thousandths."""
_GREATEST_FINE = 1e11
"""From here on a double has no room for four decimals beside the whole."""


def scaled(value: float, times: int, over: int) -> float:
    """`value` times `times`, over `over`: the number that the decimal digits of `value` give.

    1235.456 over 1000 is 1.235456, while dividing the doubles gives 1.2354559999999999. Whole
    numbers are divided exactly; a value with more decimals is held to 15 digits, which is what a
    double has.
    """
    if abs(value) < _GREATEST_FINE:
        whole = round(value * FINE)
        if whole / FINE == value:
            return whole * times / (over * FINE)
    return float(f"{value * times / over:.{_CERTAIN_DIGITS}g}")


@dataclass(frozen=True, slots=True)
class Conversion:
    """From one unit to another: times `times`, over `over`, plus `plus`.

    A decimal number stays the decimal number it is, as `scaled` says.
    """

    times: int = 1
    over: int = 1
    plus: float = 0.0

    def __call__(self, value: float) -> float:
        """`value` in the other unit."""
        converted = scaled(value, self.times, self.over)
        return round(converted + self.plus, _DECIMALS) if self.plus else converted


@dataclass(frozen=True, slots=True)
class _Unit:
    symbol: str
    measures: str
    factor: Fraction
    offset: Fraction


@cache
def _units() -> dict[str, _Unit]:
    text = (resources.files("ingest.codecs") / "units.csv").read_text("utf-8")
    return {
        spelling: _Unit(
            row["unit"], row["measures"], Fraction(row["factor"]), Fraction(row["offset"] or 0)
        )
        for row in csv.DictReader(text.splitlines())
        for spelling in (row["unit"], *row["also"].split())
    }


def symbol(unit: str) -> str:
    """The one way to write a unit; `unit` itself if it is unknown."""
    known = _units().get(unit)
    return known.symbol if known else unit


@lru_cache(maxsize=1000)  # units come from outside: the same few, or anything
def conversion(source: str, target: str) -> Conversion | None:
    """What turns `source` into `target`; None if one is unknown, or they measure unlike things."""
    here, there = _units().get(source), _units().get(target)
    if here is None or there is None or here.measures != there.measures:
        return None
    ratio = here.factor / there.factor
    plus = (here.offset - there.offset) / there.factor
    return Conversion(ratio.numerator, ratio.denominator, float(plus))
