"""Amounts of a month that people enter by hand: their kinds, and the way of each to approval.

Terms: docs/glossary.md (manual entry). The database holds the same order of steps.
"""

from collections.abc import Mapping
from enum import StrEnum


class EntryKind(StrEnum):
    """What is entered, with its unit at the end. Electricity is what was bought."""

    ELECTRICITY_KWH = "electricity_kwh"
    WATER_M3 = "water_m3"
    NATURAL_GAS_M3 = "natural_gas_m3"
    HEAT_GJ = "heat_gj"
    COOLING_GJ = "cooling_gj"
    GASOLINE_L = "gasoline_l"
    DIESEL_L = "diesel_l"
    LPG_KG = "lpg_kg"
    RAW_COAL_KG = "raw_coal_kg"
    PV_SELF_USED_KWH = "pv_self_used_kwh"
    PV_GENERATED_KWH = "pv_generated_kwh"
    GREEN_RETIRED_KWH = "green_retired_kwh"
    GREEN_HELD_KWH = "green_held_kwh"
    OTHER_TCE = "other_tce"

    @property
    def medium(self) -> str | None:
        """Medium of the meters that count the same; None where no meter of ours does."""
        return _MEDIUM.get(self)

    @property
    def metered_as(self) -> str | None:
        """What meters call the same: the medium, or what the plants behind them made or saved."""
        return self.medium or _OF_PLANTS.get(self)


_MEDIUM: Mapping[EntryKind, str] = {
    EntryKind.ELECTRICITY_KWH: "electricity",
    EntryKind.WATER_M3: "water",
    EntryKind.NATURAL_GAS_M3: "gas",
    EntryKind.HEAT_GJ: "heat",
    EntryKind.COOLING_GJ: "cooling",
}
_OF_PLANTS: Mapping[EntryKind, str] = {
    EntryKind.PV_GENERATED_KWH: "pv_generated",
    EntryKind.PV_SELF_USED_KWH: "pv_self_used",
}


class EntrySource(StrEnum):
    """What an amount was read from. An estimate is no source."""

    BILL = "bill"
    DIAL = "dial"


class EntryState(StrEnum):
    """How things stand with the newest version of an entry."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    RETURNED = "returned"
    APPROVED = "approved"


_NEXT: Mapping[EntryState | None, frozenset[EntryState]] = {
    None: frozenset({EntryState.DRAFT}),
    EntryState.DRAFT: frozenset({EntryState.DRAFT, EntryState.SUBMITTED}),
    EntryState.SUBMITTED: frozenset({EntryState.DRAFT, EntryState.CHECKED, EntryState.RETURNED}),
    EntryState.CHECKED: frozenset({EntryState.RETURNED, EntryState.APPROVED}),
    EntryState.RETURNED: frozenset({EntryState.DRAFT}),
    EntryState.APPROVED: frozenset({EntryState.DRAFT}),
}


def may_become(state: EntryState | None, wanted: EntryState) -> bool:
    """Whether an entry in a state (None: not yet there) may come into another.

    Saving another version makes a draft of it, also of a submitted one: that takes it back.
    """
    return wanted in _NEXT[state]


def needs_second_person(state: EntryState) -> bool:
    """Whether whoever entered or submitted the version may not bring it there."""
    return state in {EntryState.CHECKED, EntryState.APPROVED}
