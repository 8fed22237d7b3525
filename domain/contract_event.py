"""What happens during a contract and changes what is settled: dated, documented, signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.contract import Party
from domain.record import signed_by_two, wanted
from domain.time_of_use import Period


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that an adjustment follows has another value from a day on.

    Attributes
    ----------
    adjustment : str
        Code of the contract's adjustment.
    value : Decimal
        In its unit.
    notified_on : date
        Local day on which the other party was told.
    caused_by : Party
        What the provider caused itself does not raise the fee.
    """

    adjustment: str
    value: Decimal
    first_day: date
    notified_on: date
    document: str
    caused_by: Party = Party.CLIENT


@dataclass(frozen=True, slots=True)
class Equipment:
    """Equipment that came to the premises, or went.

    Attributes
    ----------
    power_kw, load_factor, hours_per_day : Decimal
        [kW], [1], [h/d]. Not used in months in which a submeter counted it.
    removed : bool
        It went: what it used is taken off the baseline.
    submetered : bool
        A submeter counts it, and a month without its figure has none.
    ledger : str or None
        Code of that submeter in the ledger.
    notified_on : date or None
        Local day on which the other party was told.
    """

    code: str
    line: str
    first_day: date
    document: str
    power_kw: Decimal = Decimal(0)
    load_factor: Decimal = Decimal(0)
    hours_per_day: Decimal = Decimal(24)
    end_day: date | None = None
    removed: bool = False
    submetered: bool = False
    caused_by: Party = Party.CLIENT
    ledger: str | None = None
    notified_on: date | None = None

    def __post_init__(self) -> None:
        wanted(0 <= self.load_factor <= 1, f"load_factor {self.load_factor}, want 0 to 1")
        wanted(0 <= self.hours_per_day <= 24, f"hours_per_day {self.hours_per_day}, want 0 to 24")  # noqa: PLR2004 - hours of a day
        wanted(self.power_kw >= 0, f"power_kw {self.power_kw}: what went is removed = true")

    def counts_from(self, notice_days: int | None) -> date:
        """First local day on which it counts, by the notice that a contract wants. [d].

        Without a notice it counts from its day on; the statement says that the notice is missing.
        """
        if notice_days is None or self.notified_on is None:
            return self.first_day
        late = (self.notified_on - self.first_day).days > notice_days
        return self.notified_on if late else self.first_day


@dataclass(frozen=True, slots=True)
class Agreed:
    """A non-routine adjustment of a baseline that both parties signed, such as for a great event.

    Attributes
    ----------
    quantity : Decimal
        Added to the baseline over the local days [first_day, end_day), evenly. [unit of the line]
    signed_by : tuple of str
        Two persons.
    """

    line: str
    first_day: date
    end_day: date
    quantity: Decimal
    reason: str
    document: str
    signed_by: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_signed_span(self.first_day, self.end_day, self.signed_by)


@dataclass(frozen=True, slots=True)
class Closed:
    """Local days [first_day, end_day) on which the premises were closed: works, force majeure."""

    first_day: date
    end_day: date
    reason: str
    document: str
    signed_by: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_signed_span(self.first_day, self.end_day, self.signed_by)


class ShapeBasis(StrEnum):
    """Where the shares of a baseline by new periods come from."""

    INTERVALS = "intervals"
    """Interval data of the baseline, put into the new periods."""
    INDEX = "index"
    """Only bills exist: the mean price of the baseline, moved by an index."""


@dataclass(frozen=True, slots=True)
class Redefinition:
    """The utility cut the day into other periods, and how the baseline is read by them.

    Attributes
    ----------
    tariff : str
        Version of the periods from `first_day` on.
    shares : tuple of mapping, 1 or 12 values
        Load shape of the baseline by the new periods. [1]
    index : Decimal or None
        Current mean price as a multiple of the baseline's. [1]
    """

    line: str
    first_day: date
    tariff: str
    basis: ShapeBasis
    document: str
    signed_by: tuple[str, ...]
    shares: tuple[Mapping[Period, Decimal], ...] = ()
    index: Decimal | None = None

    def __post_init__(self) -> None:
        wanted(self.first_day.day == 1, f"first_day {self.first_day}, want the first of a month")
        by_shares = self.basis is ShapeBasis.INTERVALS
        wanted(bool(self.shares) == by_shares, f"basis {self.basis} and its shares do not agree")
        wanted((self.index is None) == by_shares, f"basis {self.basis} and its index do not agree")
        wanted(len(self.shares) in {0, 1, 12}, f"shares has {len(self.shares)} rows, want 1 or 12")
        for row in self.shares:
            whole = sum(row.values(), Decimal(0))
            wanted(whole == 1, f"shares sum to {whole}, want 1")
        wanted(signed_by_two(self.signed_by), "signed_by: want two persons")


@dataclass(frozen=True, slots=True)
class MeterError:
    """A meter was found out of tolerance over local days [first_day, end_day).

    Attributes
    ----------
    error_pct : Decimal
        By which it shows too much; below zero: too little. [%]
    basis : str
        Why it goes back so far.
    verified_on, found_on : date or None
        Local days of the last verification that it passed, and of the one that it did not: by these
        the contract's rule says how far back it goes.
    """

    meter: str
    error_pct: Decimal
    first_day: date
    end_day: date
    basis: str
    document: str
    verified_on: date | None = None
    found_on: date | None = None

    def __post_init__(self) -> None:
        wanted(self.first_day < self.end_day, f"ends on {self.end_day}, want after its first day")
        if self.verified_on is not None and self.found_on is not None:
            wanted(self.verified_on < self.found_on, "verified_on: want a day before found_on")
        wanted(self.error_pct > -100, f"error_pct {self.error_pct}, want more than -100")  # noqa: PLR2004 - percent


@dataclass(frozen=True, slots=True)
class Events:
    """Everything that happened during a contract."""

    changes: tuple[Change, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    closed: tuple[Closed, ...] = ()
    redefinitions: tuple[Redefinition, ...] = ()
    meter_errors: tuple[MeterError, ...] = ()


def _check_signed_span(first_day: date, end_day: date, signed_by: tuple[str, ...]) -> None:
    wanted(first_day < end_day, f"ends on {end_day}, want after its first day")
    wanted(signed_by_two(signed_by), "signed_by: want two persons")
