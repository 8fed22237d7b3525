"""Tariffs: what a metered amount costs, in versions with dates. Prices are CNY with tax.

A tariff hangs on the meter, never on the institution. A version holds on local days
``[first_day, end_day)``; of a day two versions claim, nobody could say what it costs, so
overlapping ones are refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from domain.errors import InputError, MissingInputError
from domain.registry import Medium
from domain.sentence import Sentence
from domain.time_of_use import Period, Window


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a version or a price was seen, and which person checked it against the document.

    Attributes
    ----------
    evidence : str
        ``secondary``, ``public_code``, ``background`` .., or ``document``.
    note, note_zh : str
        What is doubtful in it, in English and in Chinese.
    checked_by : str or None
        None: nobody has, and official figures refuse it.
    """

    source: str
    evidence: str = ""
    note: str = ""
    note_zh: str = ""
    checked_by: str | None = None
    checked_on: date | None = None
    document: str = ""

    @property
    def checked(self) -> bool:
        """Whether a person has checked it."""
        return self.checked_by is not None


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a price that rises with use; `up_to` None for the last one."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Tiers:
    """Steps of a price by what was used since the month or the year began.

    Attributes
    ----------
    of_quota : bool
        The bounds are shares of the meter's quota for the span, not amounts.
    """

    span: Literal["month", "year"]
    steps: tuple[Tier, ...]
    of_quota: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the price per unit.

    Attributes
    ----------
    name : str
        Slug, such as ``agent_purchase``, ``line_loss``, ``system_operation``.
    floats : bool
        Whether it differs by period; line loss, system operation and funds do not.
    fund : bool
        A government fund: not in the base of the power-factor adjustment.
    inside : str
        Component whose published price contains it already; it is then told, not billed again.
    prices : mapping of Period or None to Decimal
        Where the version itself fixes it; None for every period. Empty: announced by the month.
        [CNY per unit]
    tiers : Tiers or None
        Steps instead of a price.
    """

    name: str
    floats: bool = False
    fund: bool = False
    inside: str = ""
    prices: Mapping[Period | None, Decimal] = field(default_factory=dict)
    tiers: Tiers | None = None

    def is_announced(self, period: Period | None) -> bool:
        """Whether its price in a period, None for all of them, is announced by the month."""
        keys = (None, Period.FLAT) if period is None else (period,)
        return self.tiers is None and not any(key in self.prices for key in keys)


@dataclass(frozen=True, slots=True)
class BasicCharge:
    """Monthly charge of a two-part tariff.

    Attributes
    ----------
    by : str
        ``capacity`` of the transformers [kVA], or ``maximum`` demand by the meter's register [kW].
    price : Decimal
        [CNY/kVA/month] or [CNY/kW/month]
    over_from : Decimal or None
        Share of the declared demand from which what exceeds it is billed `over_factor` times.
    busy_kwh_per_kva, busy_factor : Decimal or None
        Energy per capacity and month from which the price is multiplied. [kWh/kVA], [1]
    """

    by: Literal["capacity", "maximum"]
    price: Decimal
    over_from: Decimal | None = None
    over_factor: Decimal = Decimal(1)
    busy_kwh_per_kva: Decimal | None = None
    busy_factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax on the sum of the other lines; `included` in their prices it is told, not added."""

    name: str
    rate: Decimal
    included: bool


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """Terms that hold on local days [first_day, end_day).

    Attributes
    ----------
    ratios : mapping of Period to Decimal
        Price by period as a multiple of the flat one; for forecasts, never for a bill. [1]
    power_factor : str or None
        Standard the user is held to: ``0.90``, ``0.85``, ``0.80``, or None for no adjustment.
    """

    first_day: date
    end_day: date | None
    provenance: Provenance
    components: tuple[Component, ...]
    windows: tuple[Window, ...] = ()
    ratios: Mapping[Period, Decimal] = field(default_factory=dict)
    basic: BasicCharge | None = None
    power_factor: str | None = None
    taxes: tuple[Tax, ...] = ()

    @property
    def stepped(self) -> bool:
        """Whether some price goes by steps, so that no single hour or day has a cost of its own."""
        return any(each.tiers is not None and not each.inside for each in self.components)

    def holds(self, day: date) -> bool:
        """Whether it is in force on a local day."""
        return self.first_day <= day and (self.end_day is None or day < self.end_day)

    def periods(self) -> list[Period]:
        """Periods its windows name, and flat, in order of precedence."""
        named = {window.period for window in self.windows} | {Period.FLAT}
        return [period for period in Period if period in named]

    def periods_of(self, component: Component) -> list[Period | None]:
        """Periods in which a component has a price of its own; None for one price in all."""
        periods = self.periods()
        return list(periods) if component.floats and len(periods) > 1 else [None]


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff with all its versions, in order of time."""

    code: str
    medium: Medium
    name_zh: str
    name_en: str
    versions: tuple[TariffVersion, ...]

    def in_force(self, day: date) -> TariffVersion:
        """Version of a local day.

        Raises
        ------
        MissingInputError
            If none is in force.
        """
        for version in self.versions:
            if version.holds(day):
                return version
        reason = Sentence(
            "no_tariff_on_day",
            "tariff {tariff}: no version is in force on {day}",
            tariff=self.code,
            day=day,
        )
        raise MissingInputError(reason, code="version")

    def refuse_other_medium(self, medium: str) -> None:
        """Refuse to price what is counted of another medium.

        Raises
        ------
        MissingInputError
            If it is not of the tariff's medium.
        """
        if medium != self.medium:
            reason = Sentence(
                "tariff_prices_other_medium",
                "tariff {tariff} is of {medium}, and the meter counts {counted}: "
                "let it leave the tariff, and put it on one of its own medium",
                tariff=self.code,
                medium=self.medium.value,
                counted=medium,
            )
            raise MissingInputError(reason, code="medium")


def refuse_overlaps(versions: Iterable[TariffVersion], *, place: str) -> None:
    """Refuse versions of one tariff of which two hold on the same day.

    Raises
    ------
    InputError
        Naming both.
    """
    for earlier, later in pairwise(sorted(versions, key=lambda version: version.first_day)):
        if earlier.end_day is None or later.first_day < earlier.end_day:
            reason = Sentence(
                "versions_overlap",
                "the version from {later} begins inside the version {first_day} to {end_day}; "
                "periods are half-open and must not overlap",
                later=later.first_day,
                first_day=earlier.first_day,
                end_day=earlier.end_day or "no end",
            )
            raise InputError(reason, place=place)
