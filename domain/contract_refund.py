"""What goes back of a charge where rooms were too cold or too warm, and how warm they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.contract_line import MONTHS
from domain.contract_tier import Tier, want_rising
from domain.record import signed_by_two, wanted


@dataclass(frozen=True, slots=True)
class Refund:
    """Part of a line's charge that goes back for each day on which rooms were too cold or too warm.

    Attributes
    ----------
    line : str
        Line of the fee whose charge of the day it is of.
    lowest_c, highest_c : Decimal or None
        What was promised for the rooms; one of them at least. [degC]
    tiers : tuple of Tier
        By degrees outside [K]: share of the day's charge that goes back. All of a day goes by the
        tier it reaches.
    unmeasured : Decimal
        Share that goes back for a day that nobody measured. [1]
    charged_days : tuple of int, 12 values, January first
        Days of each month that the charge is for; empty: all. [d]
    """

    code: str
    name_zh: str
    name_en: str
    line: str
    tiers: tuple[Tier, ...]
    unmeasured: Decimal
    lowest_c: Decimal | None = None
    highest_c: Decimal | None = None
    charged_days: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        want_rising(self.tiers)
        most = max(each.share for each in self.tiers)
        wanted(most <= 1, f"tiers give {most} of a day's charge back, want 1 at most")
        wanted(0 <= self.unmeasured <= 1, f"unmeasured {self.unmeasured}, want 0 to 1")
        bounds = [each for each in (self.lowest_c, self.highest_c) if each is not None]
        wanted(bounds, "want lowest_c or highest_c")
        wanted(bounds == sorted(bounds), f"lowest_c {self.lowest_c} above {self.highest_c}")
        wanted(len(self.charged_days) in {0, MONTHS}, "charged_days: want 12 values")
        wanted(min(self.charged_days, default=0) >= 0, "charged_days below 0")


@dataclass(frozen=True, slots=True)
class RefundFigure:
    """How warm the rooms were that a refund goes by.

    Attributes
    ----------
    days : mapping of str to Decimal
        By local day that was measured; days that are not in it nobody measured. [degC]
    signed_by : tuple of str
        Two persons.
    """

    refund: str
    source: str
    days: Mapping[str, Decimal]
    signed_by: tuple[str, ...]

    def __post_init__(self) -> None:
        for day in self.days:
            date.fromisoformat(day)
        wanted(signed_by_two(self.signed_by), "signed_by: want two persons")
