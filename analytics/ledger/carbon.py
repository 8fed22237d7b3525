"""Coal equivalent and CO2 of what a place used, and why they changed from year to year. Pure.

Every figure takes all its factors from one version of one set and carries them with it: nothing
is added that was computed on another basis, and a closed period can be computed again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from analytics.ledger.energy_use import UNIT, Carrier, EnergyUse
from analytics.ledger.exact import difference, product, total
from domain.errors import FactorError
from domain.factor import GRID, ChosenFactor, ElectricityBasis, FactorSet
from domain.sentence import Sentence

Unit = Literal["kgce", "kgCO2"]
Why = Literal["by_rule", "no_factor"]
"""Why a carrier is left out: the set does not count it, or has no factor for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """The part of one carrier.

    Attributes
    ----------
    amount : Decimal
        What was multiplied; of electricity's CO2 only what was bought and is not green. [unit]
    unit : str
        Of the amount.
    factors : tuple of ChosenFactor
        The conversion, and the density where it is per kg and the amount in L.
    rate : Decimal
        Product of the factors. [result per unit]
    value : Decimal
        `amount` times `rate`, exact. [kgce or kgCO2]
    """

    carrier: Carrier
    amount: Decimal
    unit: str
    factors: tuple[ChosenFactor, ...]
    rate: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum with its basis.

    Attributes
    ----------
    value : Decimal
        Exact sum of the lines. [unit]
    set_id : str
        Set and version of every factor in it.
    excluded : Mapping of Carrier to Why
        What was used and is not in the sum.
    """

    value: Decimal
    unit: Unit
    year: int
    set_id: str
    electricity: ElectricityBasis
    lines: tuple[Line, ...]
    excluded: Mapping[Carrier, Why]

    @property
    def factors(self) -> tuple[ChosenFactor, ...]:
        """Every factor in it, in the order of the lines."""
        return tuple(chosen for line in self.lines for chosen in line.factors)

    @property
    def grid(self) -> ChosenFactor | None:
        """The grid factor in it, if any."""
        return next((each for each in self.factors if each.factor.key == GRID), None)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Factors in it that nobody has compared with their document, by name."""
        return tuple(sorted({c.factor.key for c in self.factors if not c.factor.checked}))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing for want of a factor."""
        return "no_factor" not in self.excluded.values()


@dataclass(frozen=True, slots=True)
class Change:
    """Why a figure differs from another year's: `activity` + `factor` = `difference`, exactly.

    Attributes
    ----------
    activity : Decimal
        Other amounts at the earlier year's factors. [unit]
    factor : Decimal
        Other factors on the later year's amounts. [unit]
    """

    unit: Unit
    year: int
    base_year: int
    difference: Decimal
    activity: Decimal
    factor: Decimal


def coal_equivalent(
    use: EnergyUse,
    factors: FactorSet,
    *,
    year: int,
    counts_water: bool | None = None,
    first_day: date | None = None,
) -> Figure:
    """Comprehensive energy consumption: self-used PV counts, water as the set says.

    Parameters
    ----------
    year : int
        Reporting year.
    counts_water : bool or None
        Overrides the set; the figure then has water among its lines or its exclusions.
    first_day : date or None
        Of the amounts; None: of the year. A factor that may be used from a later day on is none.
    """
    water = factors.counts_water if counts_water is None else counts_water
    by_rule = set() if water else {Carrier.WATER}
    keys = {carrier: f"coal.{carrier}" for carrier in Carrier}
    keys[Carrier.ELECTRICITY] = factors.electricity.key

    def find(key: str) -> ChosenFactor:
        return factors.find(key, year=year, province=None, first_day=first_day)

    return _figure("kgce", use.amounts, keys, by_rule, factors, year, find)


def carbon(
    use: EnergyUse,
    factors: FactorSet,
    *,
    year: int,
    province: str | None,
    first_day: date | None = None,
) -> Figure:
    """CO2 of fuels, of the electricity bought and of heat.

    Self-used PV and electricity with retired certificates emit nothing; certificates that are
    only held change nothing.

    Parameters
    ----------
    province : str or None
        Whose grid factor is wanted; None takes the nation's, and the figure says so.
    first_day : date or None
        As `coal_equivalent` takes it.
    """
    amounts = dict(use.amounts)
    if Carrier.ELECTRICITY in amounts:
        amounts[Carrier.ELECTRICITY] = use.emitting_kwh
    keys = {carrier: f"co2.{carrier}" for carrier in Carrier}
    keys[Carrier.ELECTRICITY] = GRID

    def find(key: str) -> ChosenFactor:
        return factors.find(key, year=year, province=province, first_day=first_day)

    return _figure("kgCO2", amounts, keys, {Carrier.WATER}, factors, year, find)


def change(now: Figure, then: Figure) -> Change:
    """Separate what was used from what it was multiplied with.

    The activity effect is taken at the earlier year's factors: "had the factors stayed". The
    factor effect is the rest, on the later year's amounts. No remainder is left to share out.

    Raises
    ------
    FactorError
        When the two are of different sets, bases or units, or do not hold the same carriers: not
        measured is not zero.
    """
    for name, a, b in (
        ("unit", now.unit, then.unit),
        ("factor set", _code(now), _code(then)),
        ("electricity", now.electricity, then.electricity),
        ("carriers", _carriers(now), _carriers(then)),
    ):
        if a != b:
            raise FactorError(
                Sentence(
                    "years_unlike",
                    "{what} of {year}: {seen}, of {before}: {then}; want the same",
                    what=name,
                    year=now.year,
                    seen=a,
                    before=then.year,
                    then=b,
                )
            )
    pairs = list(zip(now.lines, then.lines, strict=True))
    activity = (product(difference(a.amount, b.amount), b.rate) for a, b in pairs)
    factor = (product(a.amount, difference(a.rate, b.rate)) for a, b in pairs)
    return Change(
        now.unit,
        now.year,
        then.year,
        difference(now.value, then.value),
        total(activity),
        total(factor),
    )


def same_carriers(now: Figure | None, then: Figure | None) -> bool:
    """Whether two figures are sums of the same carriers; nothing stands against one alone."""
    return now is None or then is None or _carriers(now) == _carriers(then)


def add(figures: Iterable[Figure]) -> Decimal:
    """Sum of figures of one set, version, basis, unit and year.

    Raises
    ------
    FactorError
        When they are not: 当量值 and 等价值 never meet in one sum.
    """
    found = list(figures)
    bases = {(each.unit, each.set_id, each.electricity.value, each.year) for each in found}
    if len(bases) > 1:
        seen = "; ".join(" ".join(map(str, basis)) for basis in sorted(bases))
        raise FactorError(f"figures on different bases cannot be added: {seen}")
    return total(each.value for each in found)


def _figure(
    unit: Unit,
    amounts: Mapping[Carrier, Decimal],
    keys: Mapping[Carrier, str],
    by_rule: set[Carrier],
    factors: FactorSet,
    year: int,
    find: Callable[[str], ChosenFactor],
) -> Figure:
    lines, excluded = [], dict[Carrier, Why]()
    for carrier in Carrier:
        if carrier not in amounts:
            continue
        if carrier in by_rule:
            excluded[carrier] = "by_rule"
        elif not factors.has(keys[carrier]):
            excluded[carrier] = "no_factor"
        else:
            lines.append(_line(carrier, amounts[carrier], find(keys[carrier]), find))
    value = total(line.value for line in lines)
    return Figure(value, unit, year, factors.id, factors.electricity, tuple(lines), excluded)


def _line(
    carrier: Carrier, amount: Decimal, chosen: ChosenFactor, find: Callable[[str], ChosenFactor]
) -> Line:
    """Multiply; litres are weighed first where the factor is per kg."""
    unit = UNIT[carrier]
    used: tuple[ChosenFactor, ...] = (chosen,)
    per = chosen.factor.unit.partition("/")[2]
    if per != unit:
        if (unit, per) != ("L", "kg"):
            raise FactorError(f"{chosen.factor.key} is per {per}, {carrier} is counted in {unit}")
        used = (chosen, find(f"density.{carrier}"))
    rate = Decimal(1)
    for each in used:
        rate = product(rate, each.factor.value)
    return Line(carrier, amount, unit, used, rate, product(amount, rate))


def _code(figure: Figure) -> str:
    return figure.set_id.partition("/")[0]


def _carriers(figure: Figure) -> str:
    return ", ".join(line.carrier for line in figure.lines)


def no_factor_of(figure: Figure, carrier: Carrier) -> Sentence:
    """Say that a figure counts nothing of a carrier, for its set has no factor of it."""
    return Sentence(
        "set_lacks_carrier",
        "set {set} has no {unit} of {carrier}",
        set=figure.set_id,
        unit=figure.unit,
        carrier=carrier,
    )
