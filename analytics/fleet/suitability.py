"""Whether an electric car could do what a petrol car does: range in the cold, standing, cost. Pure.

Each of the three is fulfilled, fulfilled on a condition, not fulfilled, or not known. What is not
known is never taken as fulfilled, and where one is not fulfilled the others do not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from analytics.fleet.replacement_terms import Candidate, ReplacementTerms
from domain.money import cents

LEAST_DAYS = 28
"""Days that must be known before anything is said of a car: four of each day of the week. [d]"""
FUEL = "fuel"
ENERGY = "energy"
_YEAR = 365
_HUNDRED = Decimal(100)
_NOTHING = Decimal(0)
_TENTH = Decimal("0.1")


class CarVerdict(StrEnum):
    """What comes of it."""

    SUITABLE = "suitable"
    WITH_CONDITIONS = "with_conditions"
    NOT_SUITABLE = "not_suitable"
    NOT_ENOUGH_DATA = "not_enough_data"


class CarReason(StrEnum):
    """Why a verdict is not simply *suitable*."""

    RANGE_SHORT = "range_short"
    """Days beyond the range are more than another car may do."""
    MEAN_BEYOND = "mean_beyond"
    """By its fuel book it drives further on a mean day than the range."""
    DAYS_UNKNOWN = "days_unknown"
    COLDER_THAN_TOLD = "colder_than_told"
    """It gets colder than the candidate's consumption is told for."""
    STANDING_UNKNOWN = "standing_unknown"
    FUEL_UNKNOWN = "fuel_unknown"
    PRICE_UNKNOWN = "price_unknown"
    SOME_DAYS_BEYOND = "some_days_beyond"
    CHARGE_ELSEWHERE = "charge_elsewhere"
    DEARER = "dearer"


_AGAINST = {CarReason.RANGE_SHORT, CarReason.MEAN_BEYOND}
_CONDITIONS = {CarReason.SOME_DAYS_BEYOND, CarReason.CHARGE_ELSEWHERE, CarReason.DEARER}


@dataclass(frozen=True, slots=True)
class Driving:
    """What is known of a petrol car in a period.

    Attributes
    ----------
    km : mapping of date to Decimal
        Of each local day that is known, 0 where it stood. [km]
    near_h : mapping of date to Decimal
        Hours that it stood near piles of our own, of each day on which it is known where it
        stood. [h]
    days : int
        Local days that it was held. [d]
    costs : mapping of str to Decimal
        What was paid over these days, by kind of order. [CNY]
    book_km_day : Decimal or None
        Mean by its fuel book and a measured consumption; None where either is unknown. [km/d]
    """

    km: Mapping[date, Decimal]
    near_h: Mapping[date, Decimal]
    days: int
    costs: Mapping[str, Decimal]
    book_km_day: Decimal | None = None

    @property
    def driven(self) -> list[Decimal]:
        """Kilometres of the days on which it drove, the shortest first. [km]."""
        return sorted(each for each in self.km.values() if each > 0)


@dataclass(frozen=True, slots=True)
class Range:
    """What a day asks for, and what a battery gives on the coldest day.

    Attributes
    ----------
    factor, range_km : Decimal or None
        None where it gets colder than the candidate's consumption is told for. [1], [km]
    median_km, most_km : Decimal or None
        Of the days driven; None where it never was. [km]
    """

    days_known: int
    days_driven: int
    median_km: Decimal | None
    p95_km: Decimal | None
    most_km: Decimal | None
    factor: Decimal | None
    range_km: Decimal | None
    days_beyond: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many days it stood near our piles long enough for the coldest day's energy.

    Attributes
    ----------
    days, days_short : int
        Days driven of which it is known where it stood; of these, on which that was too short.
    median_h : Decimal or None
        Near our piles on these days. [h]
    """

    days: int
    days_short: int
    median_h: Decimal | None


@dataclass(frozen=True, slots=True)
class YearlyCost:
    """A year of either car, with what is inside.

    Attributes
    ----------
    items, left_out : tuple of str
        Inside, always told; known for one side only, and in neither.
    km_year : Decimal
        [km/a]
    petrol_cny, electric_cny : Decimal
        [CNY/a]
    """

    items: tuple[str, ...]
    left_out: tuple[str, ...]
    km_year: Decimal
    petrol_cny: Decimal
    electric_cny: Decimal


@dataclass(frozen=True, slots=True)
class Suitability:
    """A petrol car held against a candidate. `cost` is None where one side is not known."""

    range: Range
    standing: Standing
    cost: YearlyCost | None
    verdict: CarVerdict
    reasons: tuple[CarReason, ...]


def suitability(
    driving: Driving,
    candidate: Candidate,
    terms: ReplacementTerms,
    *,
    coldest_c: Decimal,
    cny_kwh: Decimal | None,
) -> Suitability:
    """Hold a petrol car against a candidate.

    Parameters
    ----------
    coldest_c : Decimal
        Mean of the coldest day to reckon with. [degC]
    cny_kwh : Decimal or None
        At the pile. [CNY/kWh]
    """
    factor = candidate.factor_at(coldest_c)
    asked = _range(driving, candidate, factor)
    stood = _standing(driving, candidate, terms, factor)
    cost = _cost(driving, candidate, terms, cny_kwh)
    reasons = (
        *_of_range(driving, asked, terms),
        *_of_standing(asked, stood, terms),
        *_of_cost(driving, cost, cny_kwh),
    )
    return Suitability(asked, stood, cost, _verdict(reasons), reasons)


def _verdict(reasons: Sequence[CarReason]) -> CarVerdict:
    if _AGAINST.intersection(reasons):
        return CarVerdict.NOT_SUITABLE
    if not _CONDITIONS.issuperset(reasons):
        return CarVerdict.NOT_ENOUGH_DATA
    return CarVerdict.WITH_CONDITIONS if reasons else CarVerdict.SUITABLE


def _range(driving: Driving, candidate: Candidate, factor: Decimal | None) -> Range:
    driven, reach = driving.driven, None
    if factor is not None:
        planned = candidate.battery_kwh * (1 - candidate.reserve)
        reach = (planned * _HUNDRED / (candidate.kwh_100km * factor)).quantize(_TENTH)
    return Range(
        len(driving.km),
        len(driven),
        _quantile(driven, Decimal("0.5")),
        _quantile(driven, Decimal("0.95")),
        driven[-1] if driven else None,
        factor,
        reach,
        sum(reach is not None and each > reach for each in driven),
    )


def _standing(
    driving: Driving, candidate: Candidate, terms: ReplacementTerms, factor: Decimal | None
) -> Standing:
    per_km = candidate.kwh_100km / _HUNDRED * (factor or 1) / terms.efficiency
    days = [day for day, km in driving.km.items() if km > 0 and day in driving.near_h]
    short = [
        day for day in days if driving.near_h[day] * candidate.charge_kw < driving.km[day] * per_km
    ]
    hours = sorted(driving.near_h[day] for day in days)
    return Standing(len(days), len(short), _quantile(hours, Decimal("0.5")))


def _cost(
    driving: Driving, candidate: Candidate, terms: ReplacementTerms, cny_kwh: Decimal | None
) -> YearlyCost | None:
    """A year of either car; None where fuel, distance or price are not known."""
    if FUEL not in driving.costs or cny_kwh is None or len(driving.km) < LEAST_DAYS:
        return None
    km_year = sum(driving.km.values(), _NOTHING) * _YEAR / len(driving.km)
    kwh = km_year * candidate.kwh_100km / _HUNDRED / terms.efficiency
    paid = {name: cny * _YEAR / driving.days for name, cny in driving.costs.items()}
    told = {each.name: each.cny_year for each in candidate.item}
    both = [name for name in told if name in paid]
    return YearlyCost(
        (ENERGY, *both),
        tuple(sorted((told.keys() ^ paid.keys()) - {FUEL})),
        km_year.quantize(_TENTH),
        cents(paid[FUEL] + sum((paid[name] for name in both), _NOTHING)),
        cents(kwh * cny_kwh + sum((told[name] for name in both), _NOTHING)),
    )


def _of_range(driving: Driving, asked: Range, terms: ReplacementTerms) -> list[CarReason]:
    if asked.range_km is None:
        return [CarReason.COLDER_THAN_TOLD]
    if asked.days_known < LEAST_DAYS:
        beyond = driving.book_km_day is not None and driving.book_km_day > asked.range_km
        return [CarReason.MEAN_BEYOND if beyond else CarReason.DAYS_UNKNOWN]
    if asked.days_beyond > terms.days_beyond * asked.days_driven:
        return [CarReason.RANGE_SHORT]
    return [CarReason.SOME_DAYS_BEYOND] if asked.days_beyond else []


def _of_standing(asked: Range, stood: Standing, terms: ReplacementTerms) -> list[CarReason]:
    """What of the days on which it drove is known to be charged for.

    Days of which it is not known where it stood are not told apart from the others, so that the
    days that are known have to be as many as those that tell a range, or all there are.
    """
    if stood.days < min(LEAST_DAYS, asked.days_driven) or asked.days_known < LEAST_DAYS:
        return [CarReason.STANDING_UNKNOWN]
    short = stood.days_short > terms.days_beyond * stood.days
    return [CarReason.CHARGE_ELSEWHERE] if short else []


def _of_cost(driving: Driving, cost: YearlyCost | None, cny_kwh: Decimal | None) -> list[CarReason]:
    reasons = []
    if FUEL not in driving.costs:
        reasons.append(CarReason.FUEL_UNKNOWN)
    if cny_kwh is None:
        reasons.append(CarReason.PRICE_UNKNOWN)
    if cost is not None and cost.electric_cny > cost.petrol_cny:
        reasons.append(CarReason.DEARER)
    return reasons


def _quantile(ordered: Sequence[Decimal], share: Decimal) -> Decimal | None:
    """The smallest value that at least a share of them do not exceed; None of none."""
    if not ordered:
        return None
    return ordered[int((share * len(ordered)).to_integral_value(ROUND_CEILING)) - 1]
