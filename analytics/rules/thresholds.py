"""Thresholds of the rules by class of meter, shipped as data, overridden for a single meter."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from math import isfinite
from typing import Any

from analytics.rules.demand import Demand
from analytics.rules.feeder import Feeder
from analytics.rules.heat import Heat
from analytics.rules.implausible import Implausible
from analytics.rules.night_flow import NightFlow
from analytics.rules.night_load import NightLoad
from analytics.rules.off_day_use import OffDayUse
from analytics.rules.phases import Phases
from analytics.rules.power_factor import LowPowerFactor
from analytics.rules.pv_yield import PvYield
from analytics.rules.silent import Silent
from analytics.rules.stuck import Stuck
from analytics.rules.unlike_usual import UnlikeUsual
from domain.errors import ConfigurationError
from domain.registry import MeterRole

_EVERY = "every"
FED_IN = "active_energy_export_kwh"
"""Quantity of meters of plants."""
Overrides = Mapping[str, Mapping[str, object]]
"""By rule and name of the threshold."""


class MeterClass(StrEnum):
    """Meters that are judged alike: by their medium, plants by the sun, piles by no rhythm."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEAT = "heat"
    COOLING = "cooling"
    PV = "pv"
    CHARGING = "charging"

    @property
    def has_rhythm(self) -> bool:
        """Whether like days tell what is usual: a plant goes by the sun, a pile by who comes."""
        return self not in {MeterClass.PV, MeterClass.CHARGING}


def class_of(medium: str, quantity: str, role: str, *, charges: bool = False) -> MeterClass:
    """Class of a meter: its medium, or `PV` of one that counts what is made or fed in.

    Parameters
    ----------
    charges : bool, default False
        Whether all that it counts goes into vehicles.

    Raises
    ------
    ValueError
        If no rules judge such meters.
    """
    plant = quantity == FED_IN or role == MeterRole.PV
    if plant:
        return MeterClass.PV
    return MeterClass.CHARGING if charges else MeterClass(medium)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of every rule for one meter."""

    unlike_usual: UnlikeUsual
    night_load: NightLoad
    off_day_use: OffDayUse
    stuck: Stuck
    silent: Silent
    implausible: Implausible
    demand: Demand
    low_power_factor: LowPowerFactor
    phases: Phases
    feeder: Feeder
    night_flow: NightFlow
    heat: Heat
    pv_yield: PvYield


def thresholds(meter_class: MeterClass, overrides: Overrides | None = None) -> Thresholds:
    """Thresholds of a meter.

    Parameters
    ----------
    overrides : mapping, optional
        The meter's own, such as ``{"night_load": {"above": 0.3}}``.

    Raises
    ------
    ConfigurationError
        For a rule or a threshold that does not exist, or a value that is no number.
    """
    parts: list[Overrides] = [_shipped()[_EVERY], _shipped().get(meter_class, {}), overrides or {}]
    rules = {each.name: each.type for each in fields(Thresholds)}
    merged: dict[str, dict[str, object]] = {name: {} for name in rules}
    for part in parts:
        for rule, values in part.items():
            if rule not in rules:
                raise ConfigurationError(f"no rule {rule!r}; there are {', '.join(sorted(rules))}")
            merged[rule] |= values
    return Thresholds(**{name: _of(name, rules[name], merged[name]) for name in rules})


def _of(rule: str, kind: Any, values: Mapping[str, object]) -> Any:
    names = [each.name for each in fields(kind)]
    for name in values:
        if name not in names:
            known = ", ".join(names)
            raise ConfigurationError(f"{rule} has no threshold {name!r}; there are {known}")
    return kind(**{name: _number(f"{rule}.{name}", values[name]) for name in names})


def _number(name: str, value: object) -> float:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if is_number and isfinite(number := float(str(value))):
        return number
    raise ConfigurationError(f"{name} = {value!r}: want a number")


@cache
def _shipped() -> dict[str, Overrides]:
    text = (resources.files("analytics.rules") / "thresholds.toml").read_text("utf-8")
    return tomllib.loads(text)
