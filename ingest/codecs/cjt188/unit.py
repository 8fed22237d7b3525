"""Unit codes of CJ/T 188, and what one of each is in our unit: exact, as a ratio of whole numbers.

Source: CJ/T 188-2004, table of unit codes; the tenfold and hundredfold steps and energy per hour as
in CJ/T 188-2018. Both as restated in public programs that read such meters.
"""

from dataclasses import dataclass
from enum import Enum


class Measure(Enum):
    """What a unit measures, by our unit of it."""

    ENERGY = "GJ"
    POWER = "kW"
    VOLUME = "m3"
    FLOW = "m3/h"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit is ``over / under`` of ours."""

    measure: Measure
    over: int
    under: int


def _steps(first: int, measure: Measure, over: int, under: int) -> dict[int, Unit]:
    """A unit and its tenfold and hundredfold, which follow each other."""
    return {first + step: Unit(measure, over * 10**step, under) for step in range(3)}


UNITS = {
    0x01: Unit(Measure.ENERGY, 1, 10**9),  # J
    **_steps(0x02, Measure.ENERGY, 36, 10**7),  # Wh
    **_steps(0x05, Measure.ENERGY, 36, 10**4),  # kWh
    **_steps(0x08, Measure.ENERGY, 36, 10),  # MWh
    **_steps(0x0B, Measure.ENERGY, 1, 10**6),  # kJ
    **_steps(0x0E, Measure.ENERGY, 1, 10**3),  # MJ
    **_steps(0x11, Measure.ENERGY, 1, 1),  # GJ
    **_steps(0x14, Measure.POWER, 1, 10**3),  # W
    **_steps(0x17, Measure.POWER, 1, 1),  # kW
    **_steps(0x1A, Measure.POWER, 10**3, 1),  # MW
    **_steps(0x29, Measure.VOLUME, 1, 10**3),  # L
    **_steps(0x2C, Measure.VOLUME, 1, 1),  # m3
    **_steps(0x32, Measure.FLOW, 1, 10**3),  # L/h
    **_steps(0x35, Measure.FLOW, 1, 1),  # m3/h
    0x40: Unit(Measure.POWER, 1, 36 * 10**5),  # J/h
    **_steps(0x43, Measure.POWER, 1, 36 * 10**2),  # kJ/h
    **_steps(0x46, Measure.POWER, 10, 36),  # MJ/h
    **_steps(0x49, Measure.POWER, 10**4, 36),  # GJ/h
}
"""By code."""


def ratios(measure: Measure, decimals: int) -> dict[int, tuple[int, int]]:
    """What turns the digits of a field with `decimals` behind the point into our unit, by code.

    Multiplied by the first number and divided by the second they are rounded once.
    """
    tens = 10**decimals
    return {
        code: (unit.over, unit.under * tens)
        for code, unit in UNITS.items()
        if unit.measure is measure
    }
