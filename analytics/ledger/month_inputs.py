"""All that a closing is made from, and which of it counts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from analytics.ledger.institution_year import DECLARABLE, Place
from analytics.ledger.medium_month import MediumMonth
from analytics.ledger.meter_cost_month import MeterCostMonth
from analytics.ledger.month_facts import ManualAmount, MonthFacts
from analytics.ledger.own_plant import OwnPlant
from domain.factor import FactorSet
from domain.manual_entry import EntryKind
from domain.obstacle import ObstacleKind

SELF_USED = "pv_self_used_kwh"
OTHER = EntryKind.OTHER_TCE.value
_OF_NO_FIGURE = {
    EntryKind.PV_GENERATED_KWH,
    # Without the second person a certificate is worth nothing, and the month waits for none.
    EntryKind.GREEN_RETIRED_KWH,
    EntryKind.GREEN_HELD_KWH,
}
"""Kinds without which no figure of a month lacks anything."""


@dataclass(frozen=True, slots=True)
class MonthInputs:
    """All that is known of an institution's month, as of one instant.

    Attributes
    ----------
    first_day, end_day : date
        The local month, half-open.
    known_at : datetime
        As of when figures, prices and corrections are.
    media : tuple of MediumMonth
        Of each medium that a boundary meter counts.
    standing : mapping
        Days [first, end) of what speaks against the order of closing, by its kind.
    waiting : tuple of (str, date)
        Meters and local days with readings that are not computed yet.
    remarks : tuple of mapping
        What is wrong with the metrology of the boundary, as it is written into the document.
    unmetered_limit : Decimal
        Share of the use from which an unmetered rest warns. [1]
    """

    institution: Mapping[str, str]
    first_day: date
    end_day: date
    known_at: datetime
    media: tuple[MediumMonth, ...]
    costs: tuple[MeterCostMonth, ...]
    facts: MonthFacts
    place: Place
    factors: FactorSet
    standing: Mapping[ObstacleKind, str]
    waiting: tuple[tuple[str, date], ...]
    remarks: tuple[Mapping[str, Any], ...]
    unmetered_limit: Decimal
    code_version: str

    @property
    def entered(self) -> tuple[ManualAmount, ...]:
        """Entries that count: of a medium only where its meters do not know the month whole."""
        whole = {medium.medium for medium in self.media if medium.is_whole}
        known = {SELF_USED} if self.plant is not None and self.plant.is_whole else set()
        return tuple(
            entry
            for entry in self.facts.manual
            if entry.kind in {*DECLARABLE, OTHER} - known
            or (entry.medium is not None and entry.medium not in whole)
        )

    @property
    def awaited(self) -> dict[EntryKind, str]:
        """Kinds that the figures of the month lack, and how each stands.

        Where a meter hung, the hours it lacks are told and not the entry.
        """
        metered = {medium.medium for medium in self.media}
        if self.plant is not None:
            metered.add("pv_self_used")
        return {
            kind: state
            for kind, state in ((EntryKind(each), how) for each, how in self.facts.awaited.items())
            if kind not in _OF_NO_FIGURE and kind.metered_as not in metered
        }

    @property
    def plant(self) -> OwnPlant | None:
        """Plants behind the boundary."""
        return next((each.plant for each in self.media if each.plant is not None), None)

    @property
    def self_used(self) -> Decimal | None:
        """What plants made for the institution itself, where no entry says it. [kWh]."""
        entered = any(entry.kind == SELF_USED for entry in self.entered)
        return None if self.plant is None or entered else self.plant.self_used

    @property
    def metered(self) -> tuple[MediumMonth, ...]:
        """Media that count as their meters say, because no entry stands in for them."""
        entered = {entry.medium for entry in self.entered}
        return tuple(medium for medium in self.media if medium.medium not in entered)

    @property
    def priced(self) -> tuple[MeterCostMonth, ...]:
        """Costs of the meters that count."""
        codes = {meter.code for medium in self.metered for meter in medium.meters}
        return tuple(money for money in self.costs if money.code in codes)
