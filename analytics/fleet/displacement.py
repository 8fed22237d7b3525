"""What electric kilometres spared: fuel, cost, CO2 and coal, each with its basis. Pure.

Litres displaced are notional unless the baseline was measured, and say so. Gross and net stand
beside each other, energy cost beside full cost, and every figure names what it was made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from analytics.ledger.carbon import Figure, carbon, coal_equivalent
from analytics.ledger.energy_use import Carrier, EnergyUse
from analytics.ledger.exact import difference, product, total
from domain.errors import FactorError
from domain.factor import FactorSet

_HUNDRED = Decimal(100)


class BaselineSource(StrEnum):
    """Where the consumption of the cars replaced comes from, best first."""

    FUEL_BOOK = "fuel_book"
    """Measured: the fuel book of the cars before they were replaced."""
    LABEL = "label"
    """The type's label times a factor of real use."""
    LIMIT = "limit"
    """The legal limit of its mass."""
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class FuelBaseline:
    """What a class of cars would have burnt.

    Attributes
    ----------
    litres_100km : Decimal
        [L/100 km]
    document : str
        Where the number stands; empty for what was assumed.
    """

    litres_100km: Decimal
    source: BaselineSource
    document: str = ""

    @property
    def measured(self) -> bool:
        """Whether it is no notion."""
        return self.source is BaselineSource.FUEL_BOOK


@dataclass(frozen=True, slots=True)
class Driven:
    """What a vehicle, or all of a class, did in a period.

    Attributes
    ----------
    vehicle_class : str
        Whose baseline counts.
    electric_km : Decimal
        Only these displace fuel. [km]
    grid_kwh : Decimal
        At the meter of the pile, loss included. [kWh]
    efficiency : Decimal or None
        Battery over pile, where `grid_kwh` was worked out with an assumed one; None where the
        pile was metered. [1]
    """

    vehicle_class: str
    electric_km: Decimal
    grid_kwh: Decimal
    efficiency: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FuelLine:
    """Litres of one class: `electric_km` times the baseline / 100.

    Attributes
    ----------
    litres : Decimal or None
        Exact; None where the class has no baseline. [L]
    """

    vehicle_class: str
    electric_km: Decimal
    baseline: FuelBaseline | None
    litres: Decimal | None


@dataclass(frozen=True, slots=True)
class Displaced:
    """Fuel displaced in a period.

    Attributes
    ----------
    litres : Decimal or None
        Exact sum; None while a class has no baseline. [L]
    electric_km, grid_kwh : Decimal
        [km], [kWh]
    energy_measured : bool
        Whether every kWh was counted at a pile.
    """

    lines: tuple[FuelLine, ...]
    litres: Decimal | None
    electric_km: Decimal
    grid_kwh: Decimal
    energy_measured: bool

    @property
    def measured(self) -> bool:
        """Whether every baseline was measured; else the litres are notional."""
        return all(line.baseline is not None and line.baseline.measured for line in self.lines)


def grid_kwh(battery_kwh: Decimal, efficiency: Decimal) -> Decimal:
    """Energy at the pile of energy that reached the battery. [kWh].

    Raises
    ------
    FactorError
        If the efficiency is not in (0, 1].
    """
    if not 0 < efficiency <= 1:
        raise FactorError(f"efficiency {efficiency}: want more than 0 and at most 1")
    return battery_kwh / efficiency


def displaced(driven: Sequence[Driven], baselines: Mapping[str, FuelBaseline]) -> Displaced:
    """Fuel that cars of the same classes would have burnt over the same electric kilometres."""
    lines = tuple(_line(each, baselines.get(each.vehicle_class)) for each in driven)
    known = [line.litres for line in lines if line.litres is not None]
    return Displaced(
        lines,
        total(known) if len(known) == len(lines) else None,
        total(each.electric_km for each in driven),
        total(each.grid_kwh for each in driven),
        all(each.efficiency is None for each in driven),
    )


def _line(driven: Driven, baseline: FuelBaseline | None) -> FuelLine:
    litres = None
    if baseline is not None:
        litres = product(driven.electric_km, product(baseline.litres_100km, Decimal("0.01")))
    return FuelLine(driven.vehicle_class, driven.electric_km, baseline, litres)


@dataclass(frozen=True, slots=True)
class CostItem:
    """What one thing costs either way, over the electric kilometres of a period.

    Attributes
    ----------
    name : str
        Such as ``energy``, ``maintenance``, ``insurance``, ``rent``, ``depreciation``.
    fuel_cny, electric_cny : Decimal or None
        Of the cars replaced, and of those driven; None where it is not known.
    """

    name: str
    fuel_cny: Decimal | None
    electric_cny: Decimal | None


@dataclass(frozen=True, slots=True)
class CostComparison:
    """Cost per 100 km either way, with the items that are inside.

    Attributes
    ----------
    items : tuple of str
        What is inside, always told.
    left_out : tuple of str
        Items known for one side only: they are in neither.
    fuel_cny_100km, electric_cny_100km : Decimal
        [CNY/100 km]
    reduction : Decimal
        1 - electric / fuel; positive = cheaper. [1]
    """

    items: tuple[str, ...]
    left_out: tuple[str, ...]
    fuel_cny_100km: Decimal
    electric_cny_100km: Decimal
    reduction: Decimal


def energy_item(found: Displaced, cny_litre: Decimal, cny_kwh: Decimal) -> CostItem:
    """Cost of energy at mean prices; at piles with time of use the mean of what was paid."""
    litres = found.litres
    fuel = None if litres is None else product(litres, cny_litre)
    return CostItem("energy", fuel, product(found.grid_kwh, cny_kwh))


def compared_cost(electric_km: Decimal, items: Sequence[CostItem]) -> CostComparison | None:
    """Compare the cost of items that are known on both sides.

    Returns
    -------
    CostComparison or None
        None where nothing was driven, or no item is known on both sides.
    """
    both = [each for each in items if each.fuel_cny is not None and each.electric_cny is not None]
    fuel = total(each.fuel_cny for each in both if each.fuel_cny is not None)
    electric = total(each.electric_cny for each in both if each.electric_cny is not None)
    if electric_km <= 0 or fuel <= 0:
        return None
    inside = tuple(each.name for each in both)
    return CostComparison(
        inside,
        tuple(each.name for each in items if each.name not in inside),
        fuel * _HUNDRED / electric_km,
        electric * _HUNDRED / electric_km,
        1 - electric / fuel,
    )


@dataclass(frozen=True, slots=True)
class Spared:
    """What burning less fuel and charging instead came to; both on one set of factors.

    Attributes
    ----------
    gross, charging : Figure
        Of the fuel not burnt; of the electricity charged. Each names its set, version and basis.
    net : Decimal
        gross - charging; may be negative. [unit of the figures]
    """

    gross: Figure
    charging: Figure
    net: Decimal

    @property
    def overstated(self) -> Decimal | None:
        """How many times the net a claim of the gross would be; None where net is not positive."""
        return self.gross.value / self.net if self.net > 0 else None


def spared_co2(
    found: Displaced, factors: FactorSet, *, year: int, province: str | None
) -> Spared | None:
    """CO2 from tank to wheel against that of the grid. [kgCO2]; None while litres are unknown.

    Parameters
    ----------
    province : str or None
        Whose grid factor is wanted; what stands in for it, the figure tells.
    """
    if found.litres is None:
        return None
    fuel, power = _uses(found.litres, found.grid_kwh)
    return _spared(
        carbon(fuel, factors, year=year, province=province),
        carbon(power, factors, year=year, province=province),
    )


def spared_coal(found: Displaced, factors: FactorSet, *, year: int) -> Spared | None:
    """Coal equivalent on the set's one basis of electricity. [kgce]; None as for CO2."""
    if found.litres is None:
        return None
    fuel, power = _uses(found.litres, found.grid_kwh)
    return _spared(
        coal_equivalent(fuel, factors, year=year), coal_equivalent(power, factors, year=year)
    )


def _uses(litres: Decimal, kwh: Decimal) -> tuple[EnergyUse, EnergyUse]:
    return EnergyUse({Carrier.GASOLINE: litres}), EnergyUse({Carrier.ELECTRICITY: kwh})


def _spared(gross: Figure, charging: Figure) -> Spared:
    for figure in (gross, charging):
        if not figure.is_whole:
            missing = ", ".join(figure.excluded)
            raise FactorError(f"set {figure.set_id} has no factor of {figure.unit} for {missing}")
    return Spared(gross, charging, difference(gross.value, charging.value))
