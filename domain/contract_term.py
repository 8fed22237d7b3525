"""Terms of an energy contract beside its lines: adjustments, quality, sharing, substitution."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.contract_line import MONTHS
from domain.contract_tier import Tier, want_rising
from domain.record import wanted
from domain.tolerance import ToleranceRule


class BandMode(StrEnum):
    """What counts of a change that leaves its band."""

    FULL = "full"
    """All of it: the baseline jumps at the edge."""
    EXCESS = "excess"
    """Only what exceeds the band."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """How baselines follow the area, the headcount or another dated fact.

    Attributes
    ----------
    baseline : Decimal
        What the baseline stands for. [unit]
    band : Decimal
        Relative change up to which nothing follows. [1]
    beta : Decimal
        Relative change of the baseline per relative change of the fact. [1]
    notice_days : int
        A change that is notified later than this after its day counts from the notice on. [d]
    """

    code: str
    unit: str
    baseline: Decimal
    band: Decimal
    beta: Decimal
    band_mode: BandMode = BandMode.FULL
    notice_days: int = 30

    def __post_init__(self) -> None:
        wanted(self.baseline > 0, f"baseline {self.baseline}, want more than 0")
        wanted(self.band >= 0 <= self.notice_days, "band or notice_days below 0")


@dataclass(frozen=True, slots=True)
class Station:
    """A weather station and the degree days of the baseline as it would have told them.

    Attributes
    ----------
    first_day : date or None
        Local day from which it counts; None for the first one.
    heating, cooling : tuple of Decimal, 12 values, January first
        Of whole months. [degC d]
    heating_base_c, cooling_base_c : Decimal
        [degC]
    """

    code: str
    heating: tuple[Decimal, ...]
    cooling: tuple[Decimal, ...]
    first_day: date | None = None
    heating_base_c: Decimal = Decimal(18)
    cooling_base_c: Decimal = Decimal(26)
    document: str = ""

    def __post_init__(self) -> None:
        for name, row in (("heating", self.heating), ("cooling", self.cooling)):
            wanted(len(row) == MONTHS, f"{name} has {len(row)} values, want 12")
            wanted(min(row) >= 0, f"{name} below 0")
        begins = self.first_day is None or self.first_day.day == 1
        wanted(begins, f"first_day {self.first_day}, want the first of a month")


class SubstitutionMethod(StrEnum):
    """What stands for days of a meter without data."""

    NONE = "none"
    MEAN_OF_DAYS = "mean_of_days"
    """The mean of the month's measured days."""
    AGREED_MONTHS = "agreed_months"
    """The day of the same month that the parties agreed on, such as that of the year before."""
    CHECK_METER = "check_meter"
    """What another meter behind it counted on just these days."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Rule for missing data; beyond `most_days` a month [d] it does not reach.

    Attributes
    ----------
    months : tuple of Decimal, 12 values, January first; or None
        For `agreed_months`, of one meter: what it counts in whole months. [unit of the line]
    """

    method: SubstitutionMethod = SubstitutionMethod.NONE
    most_days: int = 0
    months: tuple[Decimal, ...] | None = None

    def __post_init__(self) -> None:
        agreed = self.method is SubstitutionMethod.AGREED_MONTHS
        wanted((self.months is not None) == agreed, f"method {self.method} and its months differ")
        if self.months is not None:
            wanted(len(self.months) == MONTHS, f"months has {len(self.months)} values, want 12")
            wanted(min(self.months) >= 0, "months below 0")


@dataclass(frozen=True, slots=True)
class WeatherGaps:
    """Rule for days on which the weather station tells less than half of their hours.

    Attributes
    ----------
    stations : tuple of str
        Whose hours stand for those that lack, the first that has one.
    method : SubstitutionMethod
        What stands for days that no station tells: the month's other days.
    most_days : int
        Such days in a month; beyond it the rule does not reach. [d]
    """

    stations: tuple[str, ...] = ()
    method: SubstitutionMethod = SubstitutionMethod.NONE
    most_days: int = 0

    def __post_init__(self) -> None:
        wanted(len(set(self.stations)) == len(self.stations), "stations: one is there twice")
        wanted(all(self.stations), "stations: one has no code")
        by_mean = self.method is SubstitutionMethod.MEAN_OF_DAYS
        wanted(by_mean == (self.most_days > 0), f"method {self.method} with {self.most_days} days")
        other = self.method not in {SubstitutionMethod.NONE, SubstitutionMethod.MEAN_OF_DAYS}
        wanted(not other, f"method {self.method}: want none or mean_of_days")
        wanted(self.stations or by_mean, "weather_gaps: want stations, or the mean of days")


@dataclass(frozen=True, slots=True)
class Closure:
    """What is left of the baseline on days on which the premises are closed.

    Attributes
    ----------
    residual : Decimal
        [1]
    min_days : int
        Fewer closed days in a month change nothing. [d]
    """

    residual: Decimal
    min_days: int = 1

    def __post_init__(self) -> None:
        wanted(0 <= self.residual <= 1, f"residual {self.residual}, want 0 to 1")


@dataclass(frozen=True, slots=True)
class Sharing:
    """Part of the provider's margin that goes back to the client.

    Attributes
    ----------
    share : Decimal
        Of what is left of F - U above `margin` x F. [1]
    """

    share: Decimal
    margin: Decimal

    def __post_init__(self) -> None:
        wanted(0 <= self.share <= 1, f"share {self.share}, want 0 to 1")


@dataclass(frozen=True, slots=True)
class ProviderShare:
    """Provider's part of the saving from a day on, of shared savings. [1]."""

    first_day: date
    share: Decimal

    def __post_init__(self) -> None:
        wanted(0 <= self.share <= 1, f"share {self.share}, want 0 to 1")


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A saving the provider answers for, in each year of the contract.

    Attributes
    ----------
    line : str
        Line of kind `energy` it is of.
    quantity : Decimal
        In a whole year. [unit of the line]
    surplus_share : Decimal
        Provider's part of what is saved beyond it. [1]
    shortfall_tiers, surplus_tiers : tuple of Tier, or None
        By how far the saving is short of it, or beyond, as a part of it [1]: share of the worth
        that is made good, or that is the provider's. None: made good whole; `surplus_share`.
    tier_mode : BandMode or None
        Whether the tier that is reached holds for all of it, or each part has its own; None: that.
    """

    line: str
    quantity: Decimal
    surplus_share: Decimal = Decimal(0)
    shortfall_tiers: tuple[Tier, ...] | None = None
    surplus_tiers: tuple[Tier, ...] | None = None
    tier_mode: BandMode | None = None

    def __post_init__(self) -> None:
        for tiers in (self.shortfall_tiers, self.surplus_tiers):
            if tiers is not None:
                want_rising(tiers)
        by_tiers = self.shortfall_tiers is not None or self.surplus_tiers is not None
        wanted(by_tiers or self.tier_mode is None, "tier_mode: there are no tiers")
        wanted(0 <= self.surplus_share <= 1, f"surplus_share {self.surplus_share}, want 0 to 1")
        both = self.surplus_tiers is not None and self.surplus_share
        wanted(not both, "surplus_share and surplus_tiers: want one of them")
        wanted(self.quantity > 0, f"quantity {self.quantity}, want more than 0")


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """What the contract grants, or wants, of the certificates of its meters.

    Attributes
    ----------
    most_days : int
        So many days a month may be without one. [d]
    document : str
        By which both agreed on that.
    wanted : bool
        A meter of which nobody ever entered one stands against signing too.
    """

    most_days: int = 0
    document: str = ""
    wanted: bool = False

    def __post_init__(self) -> None:
        wanted(self.most_days >= 0, "certificates: most_days below 0")
        told = not self.most_days or bool(self.document.strip())
        wanted(told, "certificates: days without one want the document that grants them")


@dataclass(frozen=True, slots=True)
class MeterErrorRule:
    """What becomes of a meter that is found out of tolerance.

    Attributes
    ----------
    goes_back : ToleranceRule
        How far.
    limit_pct : Decimal
        An error up to it corrects nothing. [%]
    """

    goes_back: ToleranceRule
    limit_pct: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        wanted(self.limit_pct >= 0, f"limit_pct {self.limit_pct}, want 0 or more")


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of the contract's boundary.

    Attributes
    ----------
    ratio : Decimal
        What one of its register stands for. [unit]
    excluded : bool
        Whether what it counts is taken out of the boundary (a charging pile, a tenant).
    first_day, end_day : date or None
        Local days on which it belongs to the boundary, half-open.
    ledger : str or None
        What it is in the ledger, where not the meter of its own code: `CODE`, or another register
        of that meter's devices, `CODE/reactive_energy_import_kvarh`.
    by_hand : bool or None
        Nobody reads it out (a maximum demand, PV without a meter): each month a person enters what
        it counted, with a document, and another one stands behind it.
    substitution : Substitution or None
        Its own rule for missing data; None: the contract's.
    stands_for : str or None
        Code of the meter that it checks: it is in no sum, but counts on days which that one lacks.
    """

    code: str
    line: str
    ratio: Decimal = Decimal(1)
    excluded: bool = False
    first_day: date | None = None
    end_day: date | None = None
    ledger: str | None = None
    by_hand: bool | None = None
    substitution: Substitution | None = None
    stands_for: str | None = None

    def __post_init__(self) -> None:
        wanted(not (self.by_hand and self.ledger), "by_hand and ledger: want one of them")
        checks = self.stands_for is not None
        other = self.by_hand or self.excluded or self.substitution is not None
        wanted(not (checks and other), "stands_for: such a meter is read out and only stands by")
        wanted(self.stands_for != self.code, f"stands_for: {self.code} stands for itself")
        wanted(self.ratio > 0, f"ratio {self.ratio}, want more than 0")

    def in_ledger(self) -> tuple[str, str]:
        """Code of the meter in the ledger, and which register of its devices; empty: its own."""
        code, _, quantity = (self.ledger or self.code).partition("/")
        return code, quantity


@dataclass(frozen=True, slots=True)
class Rounding:
    """Decimals of quantities and prices before they are multiplied; None: not rounded.

    Amounts are rounded half up to 0.01 CNY line by line, and a total is the sum of its lines.
    """

    quantity_digits: int | None = None
    price_digits: int | None = None
