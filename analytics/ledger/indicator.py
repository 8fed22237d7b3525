"""Indicators of one institution: figures over time-weighted area and headcount. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from analytics.ledger.carbon import Figure
from analytics.ledger.energy_use import Carrier, EnergyUse
from domain.indicator import IndicatorName
from domain.timeline import Mean

_STEP = Decimal("0.000001")


class Why(StrEnum):
    """Why an indicator has no value."""

    NO_AMOUNT = "no_amount"
    """Nothing of it was measured."""
    NO_FACTOR = "no_factor"
    """The factor set has none for the place and year, or for something that was used."""
    USE_REFUSED = "use_refused"
    """What was told of the use cannot be, such as more certificates than was bought."""
    NO_DENOMINATOR = "no_denominator"
    """Area or headcount is not known on any day."""
    DENOMINATOR_HAS_GAPS = "denominator_has_gaps"
    """Area or headcount is not known on every day."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A value in the unit of its name, to the sixth decimal; or why there is none."""

    name: IndicatorName
    value: Decimal | None
    why: Why | None = None


def indicators(
    use: EnergyUse,
    energy: Figure | None,
    co2: Figure | None,
    *,
    area_m2: Mean,
    persons: Mean,
    refused: bool = False,
) -> tuple[Indicator, ...]:
    """Every indicator of a place over one period.

    Parameters
    ----------
    use : EnergyUse
        Of the period.
    energy, co2 : Figure or None
        Coal equivalent and CO2 of `use`; None where a factor was missing.
    area_m2, persons : Mean
        Over the days of the same period.
    refused : bool
        Whether what was told of the use cannot be; `use` is then what is known all the same.
    """
    heat = _line(energy, Carrier.HEAT)
    above: Mapping[IndicatorName, tuple[Decimal | Why, Mean]] = {
        IndicatorName.ENERGY_PER_AREA: (_whole(energy), area_m2),
        IndicatorName.ENERGY_PER_PERSON: (_whole(energy), persons),
        IndicatorName.WATER_PER_PERSON: (_amount(use, Carrier.WATER), persons),
        IndicatorName.CO2_PER_AREA: (_whole(co2), area_m2),
        IndicatorName.ELECTRICITY_PER_AREA: (_amount(use, Carrier.ELECTRICITY), area_m2),
        IndicatorName.HEAT_PER_AREA: (heat, area_m2),
    }
    if refused:
        water = IndicatorName.WATER_PER_PERSON
        above = {
            name: (amount if name is water else Why.USE_REFUSED, over)
            for name, (amount, over) in above.items()
        }
    return tuple(_over(name, *parts) for name, parts in above.items())


def relative_change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """Change as a share of the earlier value; None without both, or where that was 0. [1]."""
    if now is None or not then:
        return None
    return ((now - then) / then).quantize(_STEP, ROUND_HALF_UP)


def _whole(figure: Figure | None) -> Decimal | Why:
    """The sum, where nothing that was used is missing in it."""
    if figure is None or not figure.is_whole:
        return Why.NO_FACTOR
    return figure.value if figure.lines else Why.NO_AMOUNT


def _amount(use: EnergyUse, carrier: Carrier) -> Decimal | Why:
    return use.amounts.get(carrier, Why.NO_AMOUNT)


def _line(figure: Figure | None, carrier: Carrier) -> Decimal | Why:
    if figure is None:
        return Why.NO_FACTOR
    found = (line.value for line in figure.lines if line.carrier is carrier)
    return next(found, Why.NO_AMOUNT)


def _over(name: IndicatorName, amount: Decimal | Why, denominator: Mean) -> Indicator:
    if isinstance(amount, Why):
        return Indicator(name, None, amount)
    if denominator.value is None or denominator.value <= 0:
        return Indicator(name, None, Why.NO_DENOMINATOR)
    if not denominator.whole:
        return Indicator(name, None, Why.DENOMINATOR_HAS_GAPS)
    exact = Fraction(amount) / denominator.value
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return Indicator(name, value.quantize(_STEP, ROUND_HALF_UP))
