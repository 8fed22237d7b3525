"""An institution's year: what it used, its coal equivalent and CO2, its indicators. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from analytics.ledger.carbon import (
    Change,
    Figure,
    carbon,
    change,
    coal_equivalent,
    no_factor_of,
    same_carriers,
)
from analytics.ledger.energy_use import UNIT, Carrier, EnergyUse
from analytics.ledger.exact import total
from analytics.ledger.indicator import Indicator, indicators, relative_change
from domain.errors import FactorError
from domain.factor import FactorSet
from domain.indicator import IndicatorName
from domain.limit import Institution
from domain.quota import Quota
from domain.sentence import Sentence
from domain.timeline import Mean

Found = TypeVar("Found")

CARRIER_OF_MEDIUM: Mapping[str, Carrier] = {
    "electricity": Carrier.ELECTRICITY,
    "gas": Carrier.NATURAL_GAS,
    "heat": Carrier.HEAT,
    "cooling": Carrier.COOLING,
    "water": Carrier.WATER,
}
_DECLARED = {
    f"{carrier.value}_{UNIT[carrier].lower()}": carrier
    for carrier in (Carrier.GASOLINE, Carrier.DIESEL, Carrier.LPG, Carrier.RAW_COAL)
}
_OWN = ("pv_self_used_kwh", "green_retired_kwh", "green_held_kwh")
DECLARABLE = (*_OWN, *_DECLARED)
"""What a document may prove that no meter counts, each with its unit."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and what an institution is.

    Attributes
    ----------
    province : str or None
        By ISO 3166-2; None where its region was not entered.
    use, zone : str or None
        Kind of place and climate zone; None where they were not entered.
    """

    province: str | None
    use: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class InstitutionYear:
    """Everything that was computed of one institution and period.

    Attributes
    ----------
    first_day, end_day : date
        The period, half-open: the year, or what has passed of it.
    use : EnergyUse
        Without electricity where that was refused; `missing` says why.
    energy, co2 : Figure or None
        None where a factor is missing or the use was refused; `missing` says which.
    missing : tuple of str
        What could not be computed, and why.
    """

    year: int
    first_day: date
    end_day: date
    place: Place
    use: EnergyUse
    area_m2: Mean
    persons: Mean
    energy: Figure | None
    co2: Figure | None
    missing: tuple[str, ...]
    indicators: tuple[Indicator, ...]

    @property
    def is_over(self) -> bool:
        """Whether the period is the whole year."""
        return self.end_day == date(self.year + 1, 1, 1)

    def value(self, name: IndicatorName) -> Decimal | None:
        """Value of one indicator."""
        return next(each.value for each in self.indicators if each.name is name)

    def change_since(self, name: IndicatorName, then: "InstitutionYear") -> Decimal | None:
        """Change of an indicator as a share of an earlier year's. [1].

        None without both, and between sums of other carriers: not measured is not zero.
        """
        if not self.is_alike(name, then):
            return None
        return relative_change(self.value(name), then.value(name))

    def is_alike(self, name: IndicatorName, then: "InstitutionYear") -> bool:
        """Whether an indicator is the sum of the same carriers as another year's."""
        figures = {
            IndicatorName.ENERGY_PER_AREA: (self.energy, then.energy),
            IndicatorName.ENERGY_PER_PERSON: (self.energy, then.energy),
            IndicatorName.CO2_PER_AREA: (self.co2, then.co2),
        }
        return same_carriers(*figures.get(name, (None, None)))


def energy_use(metered: Mapping[str, Decimal], declared: Mapping[str, Decimal]) -> EnergyUse:
    """Unite what meters counted with what documents prove.

    Parameters
    ----------
    metered : Mapping of str to Decimal
        By medium. The electricity is what was bought: self-used PV is added to it.
    declared : Mapping of str to Decimal
        By names of `DECLARABLE`. What belongs to electricity waits for its meter: PV alone is not
        all that was used.

    Raises
    ------
    FactorError
        For more certificates than was bought.
    """
    amounts = _by_carrier(metered, declared)
    if Carrier.ELECTRICITY not in amounts:
        return EnergyUse(amounts)
    own = {name: declared.get(name, Decimal(0)) for name in _OWN}
    bought = amounts[Carrier.ELECTRICITY]
    amounts[Carrier.ELECTRICITY] = total([bought, own["pv_self_used_kwh"]])
    return EnergyUse(amounts, **own)


def use_besides_electricity(
    metered: Mapping[str, Decimal], declared: Mapping[str, Decimal]
) -> EnergyUse:
    """What is known where `energy_use` refuses: all but electricity and amounts below 0."""
    amounts = _by_carrier(metered, declared)
    kept: dict[Carrier, Decimal] = {
        carrier: amount
        for carrier, amount in amounts.items()
        if carrier is not Carrier.ELECTRICITY and amount.is_finite() and amount >= 0
    }
    return EnergyUse(kept)


def _by_carrier(
    metered: Mapping[str, Decimal], declared: Mapping[str, Decimal]
) -> dict[Carrier, Decimal]:
    amounts = {CARRIER_OF_MEDIUM[medium]: amount for medium, amount in metered.items()}
    return amounts | {
        _DECLARED[what]: amount for what, amount in declared.items() if what in _DECLARED
    }


def institution_year(
    year: int,
    days: tuple[date, date],
    place: Place,
    amounts: tuple[Mapping[str, Decimal], Mapping[str, Decimal]],
    factors: FactorSet,
    *,
    area_m2: Mean,
    persons: Mean,
) -> InstitutionYear:
    """Compute all figures of one institution with one factor set; what cannot be, is told.

    Parameters
    ----------
    amounts : tuple of Mapping
        Metered and declared, as `energy_use` takes them.
    """
    missing: list[str] = []

    def attempt(compute: Callable[[], Found]) -> Found | None:
        try:
            return compute()
        except FactorError as error:
            missing.append(error.reason)
            return None

    known = attempt(lambda: energy_use(*amounts))
    use = known or use_besides_electricity(*amounts)
    energy = co2 = None
    if known is not None:  # what is refused was not nothing
        energy = attempt(lambda: coal_equivalent(use, factors, year=year))
        co2 = attempt(lambda: carbon(use, factors, year=year, province=place.province))
    for figure in (energy, co2):
        if figure is not None:
            left_out = [carrier for carrier, why in figure.excluded.items() if why == "no_factor"]
            missing += [no_factor_of(figure, each) for each in left_out]
    found = indicators(use, energy, co2, area_m2=area_m2, persons=persons, refused=known is None)
    return InstitutionYear(
        year, *days, place, use, area_m2, persons, energy, co2, tuple(missing), found
    )


def co2_change(now: InstitutionYear, then: InstitutionYear | None) -> Change | str | None:
    """Why the CO2 changed; the reason as text where the two cannot be compared.

    None without an earlier figure. Only whole years are compared.
    """
    if then is None or then.co2 is None or now.co2 is None or not then.co2.lines:
        return None
    if not (now.is_over and then.is_over):
        running = now.year if not now.is_over else then.year
        return Sentence("year_runs", "{year} is not over", year=running)
    try:
        return change(now.co2, then.co2)
    except FactorError as error:
        return error.reason


def quotas_of(place: Place, of: Institution, year: int, quotas: Iterable[Quota]) -> list[Quota]:
    """Quotas for such a place in a year, its own before its class's, province's and nation's."""
    fit = [each for each in quotas if each.holds_for(of, year, use=place.use, zone=place.zone)]
    return sorted(fit, key=lambda quota: quota.sphere.nearness, reverse=True)
