"""What plans ask of an indicator, from a base year to a later one, and national levels."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from domain.canonical import canonical, digest, plain
from domain.indicator import IndicatorName
from domain.limit import Institution, Origin, Sphere

BASE_YEARS = (2020, 2025)
"""Years with which institutions are compared: the bases of the 14th and the 15th five-year plan."""


@dataclass(frozen=True, slots=True)
class Target:
    """A change that is asked for, as a share of the base year's value: -0.05 is 5 % less. [1]."""

    indicator: IndicatorName
    base_year: int
    year: int
    sphere: Sphere
    change: Decimal
    origin: Origin

    @property
    def key(self) -> tuple[IndicatorName, int, int, Sphere]:
        """What makes it one of its kind: another one with the same key takes its place."""
        return self.indicator, self.base_year, self.year, self.sphere

    @property
    def sha256(self) -> str:
        """Digest of what it asks for, of whom; a check is of this."""
        sphere = self.sphere
        said = [
            *(self.indicator.value, self.base_year, self.year, sphere.province),
            *(sphere.institution_class, sphere.organisation, plain(self.change)),
            self.origin.source,
        ]
        return digest(canonical(["target", *said]))


def target_of(
    targets: Iterable[Target], name: IndicatorName, years: tuple[int, int], of: Institution
) -> Target | None:
    """The nearest target of an institution.

    Parameters
    ----------
    years : tuple of int
        Base year, and the year by which it is asked for.
    """
    fit = (
        each
        for each in targets
        if (each.indicator, each.base_year, each.year) == (name, *years)
        and each.sphere.holds_for(of)
    )
    return max(fit, key=lambda each: each.sphere.nearness, default=None)


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
            Sphere(),
            row["change"],
            Origin(row["source"], "transcription"),
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
