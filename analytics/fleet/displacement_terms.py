"""The parameters by which displaced fuel is worked out, as a file of the schema ``displacement/1``.

Everything in it that no meter and no order tells is an assumption, and says where it is from. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.fleet.displacement import BaselineSource, FuelBaseline
from domain.errors import InputError
from domain.record import read, wanted
from domain.sentence import Sentence
from domain.toml_text import read_toml

SCHEMA = "displacement/1"
_LARGEST = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerms:
    """What a car of a class would have burnt.

    Attributes
    ----------
    litres_100km : Decimal
        [L/100 km]
    document : str
        Where it stands; only what is assumed may have none.
    """

    vehicle_class: str
    litres_100km: Decimal
    source: BaselineSource
    document: str = ""

    def __post_init__(self) -> None:
        """Refuse what nobody could check."""
        wanted(0 < self.litres_100km < _LARGEST, "litres_100km more than 0 and below 1000")
        wanted(
            self.source is BaselineSource.ASSUMED or self.document.strip(),
            "a document for every baseline that is not assumed",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTerms:
    """What the cars replaced cost beside their fuel.

    Attributes
    ----------
    name : str
        As the kinds of orders: ``toll``, ``parking``, ``repair``, ``insurance``, ``rent`` ..
    cny_100km : Decimal
        [CNY/100 km]
    """

    name: str
    cny_100km: Decimal
    document: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no cost."""
        wanted(self.cny_100km >= 0, "cny_100km of 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplacementTerms:
    """A stated set of parameters.

    Attributes
    ----------
    holds_from : date
        First local day of periods it may be used for.
    region : str or None
        Whose grid factor is wanted, such as ``CN-CQ``; None: the nation's.
    factor_set : str
        Code of the set of factors; of it the newest version.
    petrol_cny_l : Decimal
        Of the cars replaced. [CNY/L]
    electricity_cny_kwh : Decimal or None
        For energy at the pile that no order and no tariff prices; None: without those no cost.
    efficiency : Decimal or None
        Battery over pile, for energy that no pile's meter and no order counted. [1]
    vehicle_class, item : tuple
        The classes' baselines; cost items of the cars replaced.
    """

    schema: str
    name: str
    holds_from: date
    petrol_cny_l: Decimal
    petrol_document: str = ""
    region: str | None = None
    factor_set: str = "statistics"
    electricity_cny_kwh: Decimal | None = None
    electricity_document: str = ""
    efficiency: Decimal | None = None
    baseline: tuple[ClassTerms, ...]
    item: tuple[ItemTerms, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        wanted(self.schema == SCHEMA, f"schema {SCHEMA}")
        wanted(self.name.strip(), "a name")
        wanted(0 < self.petrol_cny_l < _LARGEST, "petrol_cny_l more than 0 and below 1000")
        price = self.electricity_cny_kwh
        wanted(price is None or 0 <= price < _LARGEST, "electricity_cny_kwh of 0 to 1000")
        wanted(self.efficiency is None or 0 < self.efficiency <= 1, "efficiency in (0, 1]")
        classes = [each.vehicle_class for each in self.baseline]
        wanted(classes and len(set(classes)) == len(classes), "each class once, and at least one")
        names = [each.name for each in self.item]
        wanted(len(set(names)) == len(names), "each item once")

    def baselines(self) -> Mapping[str, FuelBaseline]:
        """What each class would have burnt."""
        return {
            each.vehicle_class: FuelBaseline(each.litres_100km, each.source, each.document)
            for each in self.baseline
        }


def read_terms(text: str, *, place: str) -> DisplacementTerms:
    """Read the parameters from TOML.

    Raises
    ------
    InputError
        With the place, what was seen and what was wanted.
    """
    return terms_of(read_toml(text, place=place), place=place)


def terms_of(document: object, *, place: str) -> DisplacementTerms:
    """Read the parameters from a document, as the store keeps it.

    Raises
    ------
    InputError
        As `read_terms`.
    """
    if not isinstance(document, Mapping):
        raise InputError(Sentence("want_table", "want a table"), place=place)
    return read(DisplacementTerms, document, place)
