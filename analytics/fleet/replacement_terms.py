"""The cars that may replace petrol cars, as a file of the schema ``replacement/1``. Pure.

What a new car needs in the cold is no figure of ours: it is told for each car with its document,
and nothing is read beyond the coldest temperature it was told for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from domain.errors import InputError
from domain.record import read, wanted
from domain.sentence import Sentence
from domain.toml_text import read_toml

SCHEMA = "replacement/1"
_LARGEST = Decimal(2000)
_COLDEST, _WARMEST = Decimal(-60), Decimal(60)


@dataclass(frozen=True, slots=True, kw_only=True)
class WinterPoint:
    """Consumption at a temperature over that of the year. [degC], [1]."""

    temperature_c: Decimal
    factor: Decimal

    def __post_init__(self) -> None:
        """Refuse what no car does."""
        wanted(_COLDEST <= self.temperature_c <= _WARMEST, "temperature_c of -60 to 60")
        wanted(0 < self.factor <= 5, "factor more than 0 and at most 5")  # noqa: PLR2004 - more is a slip of the pen


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyItem:
    """What a car costs in a year beside its energy.

    Attributes
    ----------
    name : str
        As the kinds of orders: ``repair``, ``insurance``, ``rent``, ``purchase`` ..
    cny_year : Decimal
        [CNY/a]
    """

    name: str
    cny_year: Decimal
    document: str

    def __post_init__(self) -> None:
        """Refuse what nobody could check."""
        wanted(self.cny_year >= 0, "cny_year of 0 or more")
        wanted(self.document.strip(), "a document for every item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A car that may replace petrol cars of a class.

    Attributes
    ----------
    battery_kwh : Decimal
        Usable capacity. [kWh]
    kwh_100km : Decimal
        Out of the battery, over a year of real use. [kWh/100 km]
    reserve : Decimal
        Share of the battery that is not planned with: for age and for detours. [1]
    charge_kw : Decimal
        At our own piles: what the car or the pile can do, whichever is less. [kW]
    document : str
        Where these figures stand.
    winter : tuple of WinterPoint
        Consumption in the cold, by temperature.
    winter_document : str
        Where that stands.
    """

    name: str
    vehicle_class: str
    battery_kwh: Decimal
    kwh_100km: Decimal
    reserve: Decimal
    charge_kw: Decimal
    document: str
    winter: tuple[WinterPoint, ...]
    winter_document: str
    item: tuple[YearlyItem, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself or nobody could check."""
        wanted(self.name.strip(), "a name")
        wanted(0 < self.battery_kwh < _LARGEST, "battery_kwh more than 0 and below 2000")
        wanted(0 < self.kwh_100km < _LARGEST, "kwh_100km more than 0 and below 2000")
        wanted(0 <= self.reserve < 1, "reserve in [0, 1)")
        wanted(0 < self.charge_kw < _LARGEST, "charge_kw more than 0 and below 2000")
        wanted(self.document.strip(), "a document")
        wanted(self.winter_document.strip(), "a winter_document")
        at = [each.temperature_c for each in self.winter]
        wanted(at and len(set(at)) == len(at), "each temperature of winter once, and at least one")
        names = [each.name for each in self.item]
        wanted(len(set(names)) == len(names), "each item once")

    def factor_at(self, temperature_c: Decimal) -> Decimal | None:
        """Consumption at a temperature over that of the year, between the points told. [1].

        Above the warmest point that of the warmest; below the coldest None: nobody said.
        """
        points = sorted(self.winter, key=lambda each: each.temperature_c)
        if temperature_c < points[0].temperature_c:
            return None
        for cold, warm in pairwise(points):
            if temperature_c <= warm.temperature_c:
                span = warm.temperature_c - cold.temperature_c
                share = (temperature_c - cold.temperature_c) / span
                return cold.factor + (warm.factor - cold.factor) * share
        return points[-1].factor


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementTerms:
    """Candidates, and by what petrol cars are held against them.

    Attributes
    ----------
    holds_from : date
        First local day of periods it may be used for.
    coldest_day_c : Decimal
        Mean of the coldest day to reckon with; a colder one that was measured counts. [degC]
    efficiency : Decimal
        Battery over pile. [1]
    electricity_cny_kwh : Decimal or None
        Where no pile of our own has a price; None: without one no cost.
    days_beyond : Decimal
        Share of the days driven on which another car may do. [1]
    """

    schema: str
    name: str
    holds_from: date
    coldest_day_c: Decimal
    coldest_document: str
    efficiency: Decimal
    days_beyond: Decimal
    electricity_cny_kwh: Decimal | None = None
    electricity_document: str = ""
    candidate: tuple[Candidate, ...]

    def __post_init__(self) -> None:
        """Refuse what contradicts itself or nobody could check."""
        wanted(self.schema == SCHEMA, f"schema {SCHEMA}")
        wanted(self.name.strip(), "a name")
        wanted(_COLDEST <= self.coldest_day_c <= _WARMEST, "coldest_day_c of -60 to 60")
        wanted(self.coldest_document.strip(), "a coldest_document")
        wanted(0 < self.efficiency <= 1, "efficiency in (0, 1]")
        wanted(0 <= self.days_beyond < 1, "days_beyond in [0, 1)")
        price = self.electricity_cny_kwh
        wanted(price is None or 0 < price < _LARGEST, "electricity_cny_kwh more than 0")
        names = [each.name for each in self.candidate]
        wanted(names and len(set(names)) == len(names), "each candidate once, and at least one")

    def candidates_of(self, vehicle_class: str) -> Sequence[Candidate]:
        """Candidates for a class, in the file's order."""
        return [each for each in self.candidate if each.vehicle_class == vehicle_class]


def read_replacement(text: str, *, place: str) -> ReplacementTerms:
    """Read the candidates from TOML.

    Raises
    ------
    InputError
        With the place, what was seen and what was wanted.
    """
    return replacement_of(read_toml(text, place=place), place=place)


def replacement_of(document: object, *, place: str) -> ReplacementTerms:
    """Read the candidates from a document, as the store keeps it.

    Raises
    ------
    InputError
        As `read_replacement`.
    """
    if not isinstance(document, Mapping):
        raise InputError(Sentence("want_table", "want a table"), place=place)
    return read(ReplacementTerms, document, place)
