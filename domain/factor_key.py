"""What a conversion factor may be: its unit, and between which numbers it must lie.

The list is data, `factor_keys.csv`. A factor in another unit is refused and never converted: the
mistakes of a thousand that are made with factors (kgce/MJ for kgce/GJ, kg for t, 10^4 m3 for m3)
are mistakes of units, and whoever wrote one unit may have meant the other number.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class FactorKey:
    """A factor in one of the units it may have.

    Attributes
    ----------
    name : str
        Such as ``co2.grid``: what it gives, and of what.
    unit : str
        Such as ``kgCO2/kWh``.
    least, greatest : Decimal
        Outside this range it is a mistake. [unit]
    zh, en : str
        Names shown to people.
    """

    name: str
    unit: str
    least: Decimal
    greatest: Decimal
    zh: str
    en: str


@cache
def factor_keys() -> Mapping[str, tuple[FactorKey, ...]]:
    """Every key by name, once for each unit it may have, in the order of the list."""
    text = (resources.files("domain") / "factor_keys.csv").read_text("utf-8")
    found: dict[str, tuple[FactorKey, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        key = FactorKey(
            row["key"],
            row["unit"],
            Decimal(row["least"]),
            Decimal(row["greatest"]),
            row["zh"],
            row["en"],
        )
        found[key.name] = (*found.get(key.name, ()), key)
    return MappingProxyType(found)


def doubt(name: str, value: Decimal, unit: str) -> str | None:
    """Why a value in that unit cannot be the factor `name`; None when it can."""
    units = factor_keys().get(name)
    if units is None:
        return f"{name!r} is no factor; there are {', '.join(factor_keys())}"
    key = next((each for each in units if each.unit == unit), None)
    if key is None:
        wanted = " or ".join(each.unit for each in units)
        return f"{name} is in {unit!r}, want {wanted}"
    if not (value.is_finite() and key.least <= value <= key.greatest):
        return f"{name} is {value} {unit}, want {key.least} to {key.greatest} {unit}"
    return None
