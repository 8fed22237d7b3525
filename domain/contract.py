"""An energy contract as data: trusteeship, shared savings or guaranteed savings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.contract_kpi import Kpi
from domain.contract_line import RELATIVE, ContractLine, LineKind
from domain.contract_refund import Refund
from domain.contract_term import (
    Adjustment,
    CertificateRule,
    Closure,
    Guarantee,
    Meter,
    MeterErrorRule,
    ProviderShare,
    Rounding,
    Sharing,
    Station,
    Substitution,
    SubstitutionMethod,
    WeatherGaps,
)
from domain.model_band import CONFIDENCE
from domain.record import wanted

_HALF = Decimal("0.5")


class ContractKind(StrEnum):
    """Who bears what."""

    TRUSTEESHIP = "trusteeship"
    SHARED_SAVINGS = "shared_savings"
    GUARANTEED_SAVINGS = "guaranteed_savings"


class Party(StrEnum):
    """The two sides of a contract."""

    PROVIDER = "provider"
    """Where it pays the utilities (mode A), the client pays the fee."""
    CLIENT = "client"
    """Where it pays them (mode B), the difference of fee and bills is paid."""


class Schedule(StrEnum):
    """How often something falls due, counted from January."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class BandUse(StrEnum):
    """What the band of a saving is for."""

    INFORMS = "informs"
    GATES = "gates"
    """A saving that its band does not show is not paid for."""


class LateBill(StrEnum):
    """What becomes of a utility's bill for a month that is over."""

    ITS_MONTH = "its_month"
    """It corrects the month it is for."""
    CURRENT_MONTH = "current_month"
    """It is borne in the month in which it came."""


class SigningRule(StrEnum):
    """What makes a document of the contract signed by a party."""

    KEYS = "keys"
    """Its detached signature of the bundle, by a key that only the party has."""
    APPROVALS = "approvals"
    """Its approval as the server records it: whoever hosts the server could have written it."""


@dataclass(frozen=True, slots=True)
class BaselineYears:
    """Use of the three years before, which the baseline was chosen from. [unit of the line].

    Attributes
    ----------
    years : tuple of Decimal, 3 values, oldest first
    agreed : bool
        The parties agreed on another baseline than the rule gives.
    """

    line: str
    years: tuple[Decimal, ...]
    agreed: bool = False
    document: str = ""

    def __post_init__(self) -> None:
        wanted(len(self.years) == 3, "years: want three, oldest first")  # noqa: PLR2004 - the rule's


@dataclass(frozen=True, slots=True)
class Contract:
    """Terms of one contract, in one version.

    Attributes
    ----------
    version : int
        An amendment is a new version; a statement names the one it was made with.
    first_day, end_day : date
        Local days it runs, half-open.
    utilities_paid_by : Party
        Direction of payments.
    coefficient : Decimal
        Fee as a part of the adjusted baseline cost, where a line has none of its own. [1]
    adjustment_schedule : Schedule
        Monthly; else months are paid on the plain baseline and adjusted by the true-up of their
        quarter or year.
    true_up_schedule : Schedule or None
        Quarterly or yearly; None: yearly. Quarters are those of contract years, and the last one of
        a year is trued up with its year.
    payment_day : int
        Day of the month after, on which a payment falls due. [1 to 28]
    kpi_cap : Decimal
        Most that is taken off for quality, of the fee. [1]
    fee_cap : Decimal or None
        Most the fee of a contract year may come to. [CNY]
    retention : Decimal
        Part of each payment to the provider that is kept until the hand-over. [1]
    weather_gaps : WeatherGaps or None
        What stands for days without weather; None: nothing does.
    confidence : Decimal or None
        Nominal coverage of the bands; None: that of `domain.model_band`. [1]
    charging_tolerance : Decimal or None
        Share of a pile's energy that may belong to no plug-in; None: it is told, and any may. [1]
    equipment_notice_days : int or None
        Equipment that is notified later than this after its day counts from the notice on; None:
        it counts from its day on, whenever it is notified. [d]
    meter_errors : MeterErrorRule or None
        How far back a meter found out of tolerance is corrected; None: as both agree each time.
    certificates : CertificateRule or None
        What it grants of days without a certificate; None: none, where there ever was one.
    signing : SigningRule or None
        What a signature takes; None: keys.
    refunds : tuple of Refund, or None
        What goes back for days on which rooms were too cold or too warm, beside the measures of
        quality and outside their cap.
    """

    code: str
    version: int
    kind: ContractKind
    name_zh: str
    name_en: str
    client: str
    provider: str
    first_day: date
    end_day: date
    utilities_paid_by: Party
    lines: tuple[ContractLine, ...]
    meters: tuple[Meter, ...] = ()
    zone: str = "Asia/Shanghai"
    signed_on: date | None = None
    document: str = ""
    coefficient: Decimal = Decimal(1)
    payment_schedule: Schedule = Schedule.MONTHLY
    adjustment_schedule: Schedule = Schedule.MONTHLY
    payment_day: int = 15
    adjustments: tuple[Adjustment, ...] = ()
    stations: tuple[Station, ...] = ()
    baseline_years: tuple[BaselineYears, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    kpi_cap: Decimal = Decimal(1)
    fee_cap: Decimal | None = None
    sharing: Sharing | None = None
    provider_shares: tuple[ProviderShare, ...] = ()
    guarantee: Guarantee | None = None
    retention: Decimal = Decimal(0)
    substitution: Substitution = field(default_factory=Substitution)
    closure: Closure | None = None
    late_bills: LateBill = LateBill.ITS_MONTH
    band: BandUse = BandUse.INFORMS
    rounding: Rounding = field(default_factory=Rounding)
    weather_gaps: WeatherGaps | None = None
    confidence: Decimal | None = None
    charging_tolerance: Decimal | None = None
    true_up_schedule: Schedule | None = None
    equipment_notice_days: int | None = None
    refunds: tuple[Refund, ...] | None = None
    meter_errors: MeterErrorRule | None = None
    signing: SigningRule | None = None
    certificates: CertificateRule | None = None

    def __post_init__(self) -> None:
        wanted(self.first_day < self.end_day, f"ends on {self.end_day}, want after its first day")
        wanted(1 <= self.payment_day <= 28, f"payment_day {self.payment_day}, want 1 to 28")  # noqa: PLR2004 - every month has them
        wanted(0 < self.coefficient <= 1, f"coefficient {self.coefficient}, want 0 to 1")
        wanted(0 <= self.kpi_cap <= 1, f"kpi_cap {self.kpi_cap}, want 0 to 1")
        wanted(0 <= self.retention < 1, f"retention {self.retention}, want 0 to below 1")
        wanted(_HALF <= self.nominal < 1, f"confidence {self.nominal}, want 0.5 to below 1")
        wanted(
            self.true_up_schedule is not Schedule.MONTHLY,
            "true_up_schedule: want quarterly or yearly",
        )
        wanted(
            self.adjustment_schedule is not Schedule.QUARTERLY or self.trues_up_quarters,
            "adjustment_schedule quarterly: want true_up_schedule quarterly",
        )
        wanted((self.equipment_notice_days or 0) >= 0, "equipment_notice_days below 0")
        wanted(0 <= (self.charging_tolerance or 0) < 1, "charging_tolerance: want 0 to below 1")
        self._check_names()
        self._check_kind()

    @property
    def nominal(self) -> Decimal:
        """Coverage that bands are to have. [1]."""
        return CONFIDENCE if self.confidence is None else self.confidence

    @property
    def signed_by_keys(self) -> bool:
        """Whether a party signs by a detached signature, and an approval does not do."""
        return self.signing is not SigningRule.APPROVALS

    @property
    def trues_up_quarters(self) -> bool:
        """Whether each quarter of a contract year is trued up, and not the year alone."""
        return self.true_up_schedule is Schedule.QUARTERLY

    def line(self, code: str) -> ContractLine:
        """Line of a code; the codes that other parts name are checked."""
        return next(line for line in self.lines if line.code == code)

    def names(self) -> dict[str, tuple[str, str]]:
        """Chinese and English name of every line and measure of quality, by its code."""
        lines = [(line.code, line.name_zh, line.name_en) for line in self.lines]
        kpis = [(kpi.code, kpi.name_zh, kpi.name_en) for kpi in self.kpis]
        back = [(each.code, each.name_zh, each.name_en) for each in self.refunds or ()]
        return {code: (chinese, english) for code, chinese, english in (*lines, *kpis, *back)}

    def of_kind(self, *kinds: LineKind) -> list[ContractLine]:
        """Lines of some kinds, in order."""
        return [line for line in self.lines if line.kind in kinds]

    def station(self, day: date) -> Station | None:
        """Weather station that counts on a local day."""
        begun = [each for each in self.stations if each.first_day is None or each.first_day <= day]
        return max(begun, key=lambda each: each.first_day or date.min, default=None)

    def _check_names(self) -> None:
        lines = {line.code for line in self.lines}
        refunds = [each.code for each in self.refunds or ()]
        for what, codes in (
            ("lines", [line.code for line in self.lines]),
            ("meters", [meter.code for meter in self.meters]),
            ("adjustments", [each.code for each in self.adjustments]),
            ("kpis and refunds", [*(kpi.code for kpi in self.kpis), *refunds]),
        ):
            twice = {code for code in codes if codes.count(code) > 1}
            wanted(not twice, f"{what}: {', '.join(sorted(twice))} is there twice")
        named = [("meters", meter.line) for meter in self.meters]
        named += [("baseline_years", each.line) for each in self.baseline_years]
        named += [("guarantee", self.guarantee.line)] if self.guarantee else []
        named += [(f"refunds {each.code}", each.line) for each in self.refunds or ()]
        for line in self.lines:
            named += [(f"lines {line.code}.of", code) for code in line.of]
            named += [(f"lines {line.code}.adds_to", line.adds_to)] if line.adds_to else []
            strange = set(line.adjusted_by) - {each.code for each in self.adjustments}
            wanted(not strange, f"lines {line.code}: no adjustment {', '.join(sorted(strange))}")
        for place, code in named:
            wanted(code in lines, f"{place}: there is no line {code!r}")
        self._check_order()
        self._check_meters()
        for each in self.refunds or ():
            wanted(self.line(each.line).in_fee, f"refunds {each.code}: {each.line} is in no fee")

    def _check_meters(self) -> None:
        """A meter stands for one that counts the same line; a rule by check meter has one."""
        agreed = SubstitutionMethod.AGREED_MONTHS
        wanted(self.substitution.method is not agreed, "substitution: agreed_months is a meter's")
        lines = {meter.code: meter.line for meter in self.meters if meter.stands_for is None}
        stand_by = [meter for meter in self.meters if meter.stands_for is not None]
        for meter in stand_by:
            same = lines.get(meter.stands_for or "") == meter.line
            wanted(same, f"meters {meter.code}: {meter.stands_for} counts no {meter.line}")
        checked = [meter.stands_for for meter in stand_by]
        wanted(len(set(checked)) == len(checked), "meters: two stand for the same")
        for meter in self.meters:
            own = meter.substitution
            lone = own is not None and own.method is SubstitutionMethod.CHECK_METER
            wanted(not lone or meter.code in checked, f"meters {meter.code}: none stands for it")

    def _check_order(self) -> None:
        """What is a percentage of other lines comes after them: no circles."""
        before: set[str] = set()
        for line in self.lines:
            late = set(line.of) - before if line.kind in RELATIVE else set()
            wanted(not late, f"lines {line.code}.of: {', '.join(sorted(late))} has to come before")
            before.add(line.code)

    def _check_kind(self) -> None:
        shared = self.kind is ContractKind.SHARED_SAVINGS
        wanted(bool(self.provider_shares) == shared, "provider_shares are for shared_savings")
        guaranteed = self.kind is ContractKind.GUARANTEED_SAVINGS
        wanted((self.guarantee is not None) == guaranteed, "guarantee is for guaranteed_savings")
        trusteeship = self.kind is ContractKind.TRUSTEESHIP
        wanted(self.sharing is None or trusteeship, "sharing is for trusteeship")
        gates = self.band is BandUse.GATES
        wanted(not (gates and trusteeship), "band: under trusteeship no saving is paid for")
        if not trusteeship:
            wanted(
                self.utilities_paid_by is Party.CLIENT,
                f"utilities_paid_by: under {self.kind} the client pays them",
            )
            charged = _in_fee(self.of_kind(LineKind.ENERGY))
            wanted(not charged, f"lines {charged}: under {self.kind} use is in no fee")


def _in_fee(lines: Iterable[ContractLine]) -> str:
    return ", ".join(line.code for line in lines if line.in_fee)
