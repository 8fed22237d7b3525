"""What was measured, billed and announced in one month of a contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.contract_kpi import KpiFigure
from domain.contract_refund import RefundFigure
from domain.grade import GRADES
from domain.model_band import ModelBand, NoBand
from domain.model_reason import ModelReason
from domain.non_routine import NonRoutine
from domain.power_factor import PowerFactorTable
from domain.record import signed_by_two, wanted
from domain.time_of_use import Period
from domain.uncertified import Uncertified


@dataclass(frozen=True, slots=True)
class Use:
    """What one meter counted, by period: as amounts, or as its register before and after.

    Attributes
    ----------
    quantities : mapping of Period to Decimal
        [unit of the line]
    first, last : mapping of Period to Decimal
        Register at both ends; times the ratio an amount. Beside quantities `last` may stand alone.
    grade : str
        Of the quantity: `measured`, `allocated`, ..; `estimated` is refused.
    missing_days : int
        Days that are not in it, for the contract's rule of substitution. [d]
    document, signed_by, proof_sha256 : str, tuple of str, str; or None
        Of a meter entered by hand: what it was read off, two persons, digest of what they saw.
    uncertified : Uncertified or None
        Days without a certificate; None: each has one, or nobody has said.
    """

    meter: str
    quantities: Mapping[Period, Decimal] | None = None
    first: Mapping[Period, Decimal] | None = None
    last: Mapping[Period, Decimal] | None = None
    grade: str = "measured"
    missing_days: int = 0
    document: str | None = None
    signed_by: tuple[str, ...] | None = None
    proof_sha256: str | None = None
    uncertified: Uncertified | None = None

    def __post_init__(self) -> None:
        two = self.signed_by is None or signed_by_two(self.signed_by)
        wanted(two, "signed_by: a use by hand wants two persons")
        registers = self.first is not None and self.last is not None
        given = (self.quantities is None) == registers
        half = self.first is not None and self.last is None
        wanted(given and not half, "want either quantities, or first and last")
        if self.first is not None and self.last is not None:
            wanted(set(self.first) == set(self.last), "first and last have other periods")
        wanted(self.grade in GRADES, f"grade {self.grade!r}, want {' or '.join(GRADES)}")
        amounts = [*(self.quantities or {}).values(), *(self.first or {}).values()]
        wanted(min(amounts, default=0) >= 0, f"meter {self.meter}: an amount below 0")
        wanted(self.missing_days >= 0, f"missing_days {self.missing_days}, want 0 or more")


@dataclass(frozen=True, slots=True)
class Prices:
    """Current prices of a line.

    Attributes
    ----------
    prices : mapping of Period to Decimal
        With tax. [CNY/unit]
    tariff : str
        Which version of the periods they are by; has to be the baseline's, or redefined.
    checked_by : str
        Who held them against the document; without it nothing can be signed.
    """

    line: str
    prices: Mapping[Period, Decimal]
    source: str
    checked_by: str = ""
    tariff: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A utility's bill of a line.

    Attributes
    ----------
    first_day, end_day : date
        Local days it is for, half-open; they need not be those of the month.
    amount : Decimal
        [CNY]
    days : mapping of str to Decimal
        Use by local day, where the bill crosses the month's border. [unit of the line]
    meter : str or None
        Code in the ledger of the meter it is of; None: it is of all of the line.
    """

    line: str
    number: str
    first_day: date
    end_day: date
    amount: Decimal
    days: Mapping[str, Decimal] | None = None
    meter: str | None = None

    def __post_init__(self) -> None:
        wanted(self.first_day < self.end_day, f"ends on {self.end_day}, want after its first day")
        for day in self.days or {}:
            date.fromisoformat(day)


@dataclass(frozen=True, slots=True)
class DegreeDays:
    """Degree days of the month at a station. [degC d].

    Attributes
    ----------
    missing_days : int
        Days of which the station told nothing. [d]
    """

    station: str
    heating: Decimal
    cooling: Decimal
    missing_days: int = 0

    def __post_init__(self) -> None:
        wanted(min(self.heating, self.cooling) >= 0, "degree days below 0")


@dataclass(frozen=True, slots=True)
class ModelFigure:
    """Baseline of a line by a model at the weather of the month, or by a comparison.

    Attributes
    ----------
    quantity : Decimal
        [unit of the line]
    low, high : Decimal or None
        Band of the quantity; None: not calibrated. [unit of the line]
    confidence : Decimal or None
        Of the band, nominal. [1]
    cvrmse, nmbe : Decimal or None
        Fit over the training period. [1]
    freedom : Decimal or None
        What NMBE, and the square of CV(RMSE), are multiplied by to be held to a limit: n / (n - p).
        None: nobody has said, and they are held to it as they are. [1]
    band : ModelBand or None
        What the band was made from, and how often such bands held.
    no_band : NoBand or None
        Why there is none.
    missing_days : int or None
        Days without weather, of which nothing is in the quantity. [d]
    outside : Decimal or None
        Share of the other days colder or warmer than any of the training. [1]
    cvrmse_limit, nmbe_limit, limit_source : Decimal, Decimal, str; or None
        Most that the fit may have, and who asks for it. [1]
    ipmvp, gbt_28750 : str or None
        Option of IPMVP, and method of GB/T 28750 by its Chinese term.
    planned : Decimal or None
        Saving that somebody planned for just this month. [unit of the line]
    tells_saving : bool or None
        `quantity` is what a measured key parameter saved, and no baseline.
    reasons : tuple of ModelReason, or None
        Why the model is not to be relied on; None: nobody has said.
    """

    line: str
    model: str
    version: str
    data_sha256: str
    quantity: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    confidence: Decimal | None = None
    cvrmse: Decimal | None = None
    nmbe: Decimal | None = None
    band: ModelBand | None = None
    no_band: NoBand | None = None
    missing_days: int | None = None
    outside: Decimal | None = None
    cvrmse_limit: Decimal | None = None
    nmbe_limit: Decimal | None = None
    limit_source: str | None = None
    ipmvp: str | None = None
    gbt_28750: str | None = None
    planned: Decimal | None = None
    tells_saving: bool | None = None
    reasons: tuple[ModelReason, ...] | None = None
    freedom: Decimal | None = None

    def __post_init__(self) -> None:
        wanted(self.freedom is None or self.freedom >= 1, f"freedom {self.freedom}, want 1 or more")
        wanted((self.missing_days or 0) >= 0, f"missing_days {self.missing_days}, want 0 or more")


@dataclass(frozen=True, slots=True)
class Submetered:
    """What a submeter counted of a piece of equipment. [unit of the line]."""

    equipment: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Charging:
    """A charging pile of the boundary, or below it.

    Attributes
    ----------
    meter : str
        Its own, by its code in the ledger.
    above : tuple of str
        Meters of the boundary that count it too, by their codes in the ledger.
    counted : Decimal or None
        By its meter; None where some of the month is not known. [kWh]
    matched : Decimal
        Of that what plug-ins took that were matched to it. [kWh]
    """

    pile: str
    meter: str
    above: tuple[str, ...]
    counted: Decimal | None
    matched: Decimal
    charges: int

    def __post_init__(self) -> None:
        wanted(min(self.counted or 0, self.matched, self.charges) >= 0, f"{self.pile}: below 0")


@dataclass(frozen=True, slots=True)
class Nested:
    """A meter of the boundary that hangs below others of it, by their codes in the ledger."""

    meter: str
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChargingAccepted:
    """Two persons stand for a month in which charging does not balance."""

    reason: str
    document: str
    signed_by: tuple[str, ...]

    def __post_init__(self) -> None:
        wanted(bool(self.reason.strip()), "reason: want one")
        wanted(signed_by_two(self.signed_by), "signed_by: want two persons")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody outside accepted the savings of the month: only then are they verified."""

    by: str
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class WeatherFrom:
    """A local day on which another station stands for hours that the contract's does not tell."""

    day: date
    station: str
    hours: int


@dataclass(frozen=True, slots=True)
class LineAccount:
    """Of which class the user of a meter of a power-factor line is, as the ledger knows it.

    Attributes
    ----------
    meter : str
        Its code in the ledger.
    standard : str
        Power factor the utility holds it to, ``none`` for no adjustment; empty: not entered. [1]
    reverse : str
        What the utility does with reverse reactive energy: added, ignored; empty: nobody has said.
    fed_back : bool
        Whether the meter counted some in the month.
    checked_by : str
        Second person who held it against `document`; empty: nobody has.
    """

    line: str
    meter: str
    fed_back: bool
    standard: str = ""
    reverse: str = ""
    source: str = ""
    checked_by: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class ContractMonth:
    """All figures of one month; what is not there is missing, not zero.

    Attributes
    ----------
    month : str
        YYYY-MM
    percents : mapping of str to Decimal
        By line of kind `power_factor`: what the bill says. [%]
    amounts : mapping of str to Decimal
        By line of kind `fixed`: what the bill says. [CNY]
    power_factors : tuple of PowerFactorTable, or None
        By which a percentage is worked out from kvarh, and who has checked them.
    charging, charging_accepted : tuple of Charging, ChargingAccepted; or None
        Piles of the boundary, and who accepts that they do not balance.
    non_routine : tuple of NonRoutine, or None
        Accepted events that adjust baselines on days of it.
    weather_from : tuple of WeatherFrom, or None
        Days on which other stations stand for the contract's.
    nested : tuple of Nested, or None
        Meters of the boundary below others of it on some day of the month.
    accounts : tuple of LineAccount, or None
        Of users of power-factor lines; None where no ledger told the month.
    refunds : tuple of RefundFigure, or None
        How warm rooms were, by the contract's refunds.
    """

    month: str
    uses: tuple[Use, ...] = ()
    prices: tuple[Prices, ...] = ()
    bills: tuple[Bill, ...] = ()
    degree_days: DegreeDays | None = None
    models: tuple[ModelFigure, ...] = ()
    kpis: tuple[KpiFigure, ...] = ()
    submeters: tuple[Submetered, ...] = ()
    percents: Mapping[str, Decimal] | None = None
    amounts: Mapping[str, Decimal] | None = None
    acceptance: Acceptance | None = None
    power_factors: tuple[PowerFactorTable, ...] | None = None
    non_routine: tuple[NonRoutine, ...] | None = None
    weather_from: tuple[WeatherFrom, ...] | None = None
    charging: tuple[Charging, ...] | None = None
    charging_accepted: ChargingAccepted | None = None
    refunds: tuple[RefundFigure, ...] | None = None
    nested: tuple[Nested, ...] | None = None
    accounts: tuple[LineAccount, ...] | None = None

    def __post_init__(self) -> None:
        wanted(
            len(self.month) == 7 and self.month[4:5] == "-",  # noqa: PLR2004 - YYYY-MM
            f"month {self.month!r}, want YYYY-MM",
        )
        date.fromisoformat(f"{self.month}-01")
        meters = [use.meter for use in self.uses]
        wanted(len(set(meters)) == len(meters), "uses: a meter is there twice")
        lines = [each.line for each in self.prices]
        wanted(len(set(lines)) == len(lines), "prices: a line is there twice")
        refunds = [each.refund for each in self.refunds or ()]
        wanted(len(set(refunds)) == len(refunds), "refunds: one is there twice")
        outside = {day[:7] for each in self.refunds or () for day in each.days} - {self.month}
        wanted(not outside, f"refunds: days of {', '.join(sorted(outside))}, want {self.month}")
        standards = [table.standard for table in self.power_factors or ()]
        wanted(len(set(standards)) == len(standards), "power_factors: a standard is there twice")

    def table(self, standard: str) -> PowerFactorTable | None:
        """Power-factor table of a standard such as ``0.90``, where it is there."""
        found = (each for each in self.power_factors or () if f"{each.standard:.2f}" == standard)
        return next(found, None)

    @property
    def first_day(self) -> date:
        """First local day."""
        return date.fromisoformat(f"{self.month}-01")

    @property
    def end_day(self) -> date:
        """Local day after the last one."""
        first = self.first_day
        return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)

    @property
    def number(self) -> int:
        """Month of the year, 1 to 12."""
        return self.first_day.month
