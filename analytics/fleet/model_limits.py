"""Limits of vehicles by maker and model: data beside this file."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from math import isfinite
from typing import Any

from domain.errors import ConfigurationError

_EVERY, _MODEL = "every", "model"


@dataclass(frozen=True, slots=True)
class VehicleLimits:
    """Thresholds of a vehicle.

    Attributes
    ----------
    soc_low_pct, soc_least_pct : float
        State of charge that is low, and one that is urgent. [%]
    soh_low_pct : float
        State of health, as the vehicle tells it, below which a battery is worn. [%]
    charge_to_pct : float
        Charge to which it is charged at least, unless somebody wants to drive. [%]
    aux_battery_v : float
        Of the 12 V battery. [V]
    insulation_ohm_per_v, insulation_urgent_ohm_per_v : float
        Of the traction circuit, over its voltage. [ohm/V]
    cell_spread_v, cell_spread_urgent_v : float
        Between the strongest and the weakest cell. [V]
    cell_spread_k : float
        Between the warmest and the coldest probe. [K]
    """

    soc_low_pct: float
    soc_least_pct: float
    soh_low_pct: float
    charge_to_pct: float
    aux_battery_v: float
    insulation_ohm_per_v: float
    insulation_urgent_ohm_per_v: float
    cell_spread_v: float
    cell_spread_urgent_v: float
    cell_spread_k: float


@cache
def vehicle_limits(maker: str = "", model: str = "") -> VehicleLimits:
    """Limits of a model of a maker; those of every vehicle where neither is known.

    Raises
    ------
    ConfigurationError
        If the data name what does not exist, or say what is no number above 0.
    """
    return limits_in(_shipped(), maker, model)


def limits_in(data: dict[str, Any], maker: str, model: str) -> VehicleLimits:
    """The same of other data; raises as `vehicle_limits` does."""
    names = {each.name for each in fields(VehicleLimits)}
    parts, fitting = [data.get(_EVERY, {})], list[tuple[int, dict[str, Any]]]()
    for each in data.get(_MODEL, []):
        part = dict(each)
        its_maker, its_model = str(part.pop("maker", "")), str(part.pop("model", ""))
        if not its_maker:
            raise ConfigurationError(f"limits of a model {its_model!r}: want its maker")
        fits = maker.casefold() == its_maker.casefold()
        if fits and model.casefold().startswith(its_model.casefold()):
            fitting.append((len(its_model), part))
        parts.append(part)
    for part in parts:
        _want_limits(part, names)
    found = dict(parts[0])
    for _, part in sorted(fitting, key=lambda each: each[0]):
        found |= part
    if lacking := names - found.keys():
        raise ConfigurationError(f"vehicles have no {', '.join(sorted(lacking))}")
    return VehicleLimits(**{name: float(found[name]) for name in names})


def _want_limits(part: dict[str, Any], names: set[str]) -> None:
    for name, value in part.items():
        if name not in names:
            known = ", ".join(sorted(names))
            raise ConfigurationError(f"no limit {name!r} of vehicles; there are {known}")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (is_number and isfinite(value) and value > 0):
            raise ConfigurationError(f"{name} = {value!r}: want a number above 0")


def _shipped() -> dict[str, Any]:
    text = (resources.files("analytics.fleet") / "model_limits.toml").read_text("utf-8")
    return tomllib.loads(text)
