"""Conversion factors with their provenance, and sets of them (口径). Pure.

There is no single right conversion of energy to coal or CO2. So factors come in named sets with
versions; a report chooses one, takes every factor from it, and says so.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from domain.errors import FactorError
from domain.grid_region import NATION, name_of, regions_above
from domain.sentence import Sentence

GRID = "co2.grid"
"""The one factor that differs from place to place and from year to year."""
FactorId = tuple[str, str, int, date | None]
"""What makes a factor one of its set: key, region, year and effective_from."""
_SEALED = (
    *("key", "region", "year", "effective_from", "value", "unit", "source", "evidence"),
    *("checked", "checked_by", "checked_on", "note"),
)


class ElectricityBasis(StrEnum):
    """What a kWh of electricity stands for in coal. The two are never mixed in one figure."""

    CALORIFIC = "calorific"
    """当量值: the heat in it."""
    EQUIVALENT = "equivalent"
    """等价值: the coal burnt to make it."""

    @property
    def key(self) -> str:
        """Name of the factor of electricity on this basis."""
        return f"coal.electricity_{self.value}"


@dataclass(frozen=True, slots=True)
class Factor:
    """One number that turns an amount into coal equivalent, CO2 or kilograms.

    Attributes
    ----------
    key : str
        A name of ``factor_keys.csv``.
    region : str
        ``CN``, a province such as ``CN-TJ``, or a regional grid such as ``grid-north``.
    year : int
        The year it describes, or of the edition it stands in.
    effective_from : date or None
        First day whose amounts may be computed with it; None where the source names none.
    value : Decimal
        In `unit`.
    source : str
        The document it stands in.
    evidence : str
        Where it was seen: ``document``, ``transcription``, ``derived`` or ``background``.
    checked : bool
        A named person has compared it with the document. Official tables take no other.
    checked_by, checked_on : str, date or None
        Who that was, and when.
    document : str
        What it was compared with by somebody who checked it here.
    """

    key: str
    region: str
    year: int
    effective_from: date | None
    value: Decimal
    unit: str
    source: str
    evidence: str
    checked: bool
    checked_by: str = ""
    checked_on: date | None = None
    note: str = ""
    document: str = ""

    @property
    def id(self) -> FactorId:
        """What makes it one of its set."""
        return self.key, self.region, self.year, self.effective_from


@dataclass(frozen=True, slots=True)
class FactorCheck:
    """Somebody compared a factor with a document, after its version was entered."""

    by: str
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class ChosenFactor:
    """A factor that was looked up, and what had been asked for.

    Attributes
    ----------
    wanted_region : str
        Where the factor's own region differs, the wanted one had none.
    wanted_year : int
        The reporting year. A grid factor may be of an earlier one.
    """

    factor: Factor
    wanted_region: str
    wanted_year: int

    @property
    def fell_back(self) -> bool:
        """Whether a wider region stands for the wanted one."""
        return self.factor.key == GRID and self.factor.region != self.wanted_region


@dataclass(frozen=True)
class FactorSet:
    """A version of a set of factors, checked.

    Attributes
    ----------
    code : str
        Never renamed: closed periods refer to it.
    version : int
        Rises with every change; a figure keeps the one it was computed with.
    electricity : ElectricityBasis
        The one basis this set has a factor for.
    counts_water : bool
        Whether water is part of the comprehensive energy consumption. Usually not.
    factors : tuple of Factor
        As they were entered.
    checks : mapping of FactorId to FactorCheck
        What was checked since; no part of the version, and not of its digest.
    """

    code: str
    version: int
    name_zh: str
    name_en: str
    electricity: ElectricityBasis
    counts_water: bool
    factors: tuple[Factor, ...]
    checks: Mapping[FactorId, FactorCheck] = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        """What a figure is marked with, such as ``statistics/1``."""
        return f"{self.code}/{self.version}"

    @property
    def sha256(self) -> str:
        """Digest of everything in it, so that the same version never means two things."""
        head = (self.code, self.version, self.electricity.value, self.counts_water)
        body = sorted(
            repr(tuple(getattr(factor, name) for name in _SEALED)) for factor in self.factors
        )
        return hashlib.sha256("\n".join([repr(head), *body]).encode()).hexdigest()

    @cached_property
    def signed(self) -> tuple[Factor, ...]:
        """The factors with the checks that stand now."""
        return tuple(_signed(factor, self.checks.get(factor.id)) for factor in self.factors)

    @cached_property
    def _by_key(self) -> Mapping[str, list[Factor]]:
        found: dict[str, list[Factor]] = defaultdict(list)
        for factor in self.signed:
            found[factor.key].append(factor)
        return dict(found)

    def has(self, key: str) -> bool:
        """Whether it holds a factor of that name for any region and year."""
        return key in self._by_key

    def find(
        self, key: str, *, year: int, province: str | None, first_day: date | None = None
    ) -> ChosenFactor:
        """Look up a factor: the province's, else its regional grid's, else the nation's.

        Parameters
        ----------
        year : int
            Reporting year. Of the grid the latest year up to it is taken, which the answer tells;
            of anything else the edition that the set holds.
        province : str or None
            By ISO 3166-2, such as ``CN-CQ``; None where it is not known.
        first_day : date or None
            First day of the amounts, on which it has to hold already; None: of the year.

        Raises
        ------
        FactorError
            When there is none; a factor of a later year or day never stands in.
        """
        since = first_day or date(year, 1, 1)
        places = regions_above(province) if key == GRID else (NATION,)
        here = self._by_key.get(key, [])
        for region in places:
            fit = [
                factor
                for factor in here
                if factor.region == region and _reaches(factor, year, since)
            ]
            if fit:
                best = max(fit, key=lambda factor: (factor.year, factor.effective_from or date.min))
                return ChosenFactor(best, places[0], year)
        raise FactorError(_nothing(self.id, key, places, here, year, since))


def _signed(factor: Factor, check: FactorCheck | None) -> Factor:
    if check is None:
        return factor
    return replace(
        factor,
        checked=True,
        checked_by=check.by,
        checked_on=check.on,
        document=check.document,
    )


def _reaches(factor: Factor, year: int, since: date) -> bool:
    """Whether amounts of a year, from a day in it on, may be computed with it."""
    begun = factor.effective_from is None or factor.effective_from <= since
    return begun and (factor.key != GRID or factor.year <= year)


def _nothing(
    set_id: str, key: str, places: Iterable[str], here: list[Factor], year: int, since: date
) -> Sentence:
    first = min((factor.year for factor in here), default=None)
    begins = [each.effective_from for each in here if each.effective_from is not None]
    later = min((day for day in begins if day > since), default=None)
    told = {"set": set_id, "key": key, "where": ", ".join(map(name_of, places)), "year": year}
    if first is None:
        return Sentence(
            "factor_none",
            "set {set} has no {key} for {where} in {year} or before: it has none at all",
            **told,
        )
    if later is None:
        return Sentence(
            "factor_of_later_year",
            "set {set} has no {key} for {where} in {year} or before: its first is of {first}",
            first=first,
            **told,
        )
    return Sentence(
        "factor_from_later_day",
        "set {set} has no {key} for {where} in {year} or before: its first is of {first}; the next"
        " may be used from {later} on, the amounts begin on {since}",
        first=first,
        later=later,
        since=since,
        **told,
    )
