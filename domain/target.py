"""What plans ask of an indicator, from a base year to a later one, and national levels."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from domain.indicator import IndicatorName

BASE_YEARS = (2020, 2025)
"""Years with which institutions are compared: the bases of the 14th and the 15th five-year plan."""


@dataclass(frozen=True, slots=True)
class Target:
    """A change that is asked for, as a share of the base year's value: -0.05 is 5 % less. [1]."""

    indicator: IndicatorName
    base_year: int
    year: int
    change: Decimal
    source: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Level:
    """The nation's values of a year, each in its indicator's unit."""

    year: int
    values: Mapping[IndicatorName, Decimal]
    source: str
    checked: bool


@cache
def shipped_targets() -> tuple[Target, ...]:
    """The targets that come with this version, from `domain/limits/targets.toml`."""
    return tuple(
        Target(
            IndicatorName(row["indicator"]),
            row["base_year"],
            row["year"],
            row["change"],
            row["source"],
            row["checked"],
        )
        for row in _file()["target"]
    )


@cache
def shipped_levels() -> tuple[Level, ...]:
    """The national levels that come with this version."""
    return tuple(
        Level(
            row["year"],
            {name: row[name] for name in IndicatorName if name in row},
            row["source"],
            row["checked"],
        )
        for row in _file()["level"]
    )


@cache
def _file() -> Mapping[str, list[dict[str, Any]]]:
    text = (resources.files("domain") / "limits" / "targets.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)
