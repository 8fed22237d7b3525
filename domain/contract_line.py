"""Lines of an energy contract: what the fee and the bills are made of, and how each follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from domain.record import wanted
from domain.time_of_use import Period

MONTHS = 12
_ONE = Decimal(1)


class LineKind(StrEnum):
    """What a line of a contract is; see docs/settlement.md for the formula of each."""

    ENERGY = "energy"
    DEMAND = "demand"
    POWER_FACTOR = "power_factor"
    FIXED = "fixed"
    AREA_HEAT = "area_heat"
    PV_SELF_USE = "pv_self_use"
    PV_EXPORT = "pv_export"
    O_AND_M = "o_and_m"
    TAX = "tax"


PRICED = frozenset({LineKind.ENERGY, LineKind.DEMAND, LineKind.AREA_HEAT})
"""Quantity x price, with a baseline of both."""
FLAT = frozenset({LineKind.FIXED, LineKind.O_AND_M})
"""An amount a month."""
RELATIVE = frozenset({LineKind.POWER_FACTOR, LineKind.TAX})
"""Percent of other lines."""
SOLAR = frozenset({LineKind.PV_SELF_USE, LineKind.PV_EXPORT})
"""What the sun gave: credited to whom it belongs to."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a line used and cost before the contract.

    Attributes
    ----------
    quantity : tuple of Decimal, 12 values, January first
        Of the whole month [unit of the line]; heat by area: area x share of the season.
    shares : tuple of mapping of Period to Decimal, 1 or 12 values
        Load shape; each sums to 1. [1]
    prices : tuple of mapping of Period to Decimal, 1 or 12 values
        With tax. [CNY/unit]
    tariff : str
        Which version of the periods the shares are of.
    """

    quantity: tuple[Decimal, ...]
    prices: tuple[Mapping[Period, Decimal], ...]
    shares: tuple[Mapping[Period, Decimal], ...] = ({Period.FLAT: _ONE},)
    tariff: str = ""

    def __post_init__(self) -> None:
        wanted(len(self.quantity) == MONTHS, f"quantity has {len(self.quantity)} values, want 12")
        wanted(min(self.quantity) >= 0, "quantity below 0")
        for name, rows in (("shares", self.shares), ("prices", self.prices)):
            wanted(len(rows) in {1, MONTHS}, f"{name} has {len(rows)} rows, want 1 or 12")
        for row in self.shares:
            whole = sum(row.values(), Decimal(0))
            wanted(whole == 1, f"shares sum to {whole}, want 1")

    def shape(self, month: int) -> Mapping[Period, Decimal]:
        """Load shape of a month, 1 to 12. [1]."""
        return self.shares[month - 1 if len(self.shares) > 1 else 0]

    def price(self, month: int) -> Mapping[Period, Decimal]:
        """Prices of a month, 1 to 12. [CNY/unit]."""
        return self.prices[month - 1 if len(self.prices) > 1 else 0]


class PriceMode(StrEnum):
    """How the price of the fee follows the current one."""

    FLOATING = "floating"
    """Passed through whole: Pt."""
    FIXED = "fixed"
    """That of the baseline: P0."""
    SHARED = "shared"
    """P0 + share x (Pt - P0), from a change of more than `trigger` on."""


@dataclass(frozen=True, slots=True)
class PriceClause:
    """Price clause of a line; `share` and `trigger` [1] belong to the shared one."""

    mode: PriceMode = PriceMode.FLOATING
    share: Decimal = _ONE
    trigger: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        wanted(0 <= self.share <= 1, f"share {self.share}, want 0 to 1")
        wanted(self.trigger >= 0, f"trigger {self.trigger}, want 0 or more")


class WeatherMethod(StrEnum):
    """How the baseline follows the weather."""

    NONE = "none"
    MODEL = "model"
    """The baseline model at the weather of the month; also an alternating test, like beside like
    or an isolated retrofit, by the rule learnt without the measure."""
    ISOLATED = "isolated"
    """What is used, and what a measured key parameter saved of it (IPMVP A)."""
    ADDITIVE = "degree_day_additive"
    """Q0 + slope x (DD - DD0), heating and cooling apart."""
    RATIO = "ratio"
    """Q0 x (1 + share x (DD/DD0 - 1)), guarded where DD0 is small."""


@dataclass(frozen=True, slots=True)
class DegreeDayTerm:
    """How a line follows the degree days of heating or of cooling.

    Attributes
    ----------
    slope : Decimal
        For the additive method, and for the ratio where it is guarded. [unit/(degC d)]
    share : Decimal
        Part of the baseline that follows, for the ratio. [1]
    min_dd : Decimal
        Below so many baseline degree days of the whole month the ratio is not used. [degC d]
    cap : Decimal or None
        Most the ratio's term may add or take. [1]
    dead_band : Decimal
        Change of degree days up to which nothing follows. [1]
    """

    slope: Decimal = Decimal(0)
    share: Decimal = Decimal(0)
    min_dd: Decimal = Decimal(0)
    cap: Decimal | None = None
    dead_band: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        wanted(0 <= self.share <= 1, f"share {self.share}, want 0 to 1")
        wanted(min(self.slope, self.min_dd, self.dead_band) >= 0, "a number below 0")
        wanted(self.cap is None or self.cap > 0, f"cap {self.cap}, want more than 0")


@dataclass(frozen=True, slots=True)
class WeatherClause:
    """Weather method of a line, heating and cooling apart; None: does not follow."""

    method: WeatherMethod = WeatherMethod.NONE
    heating: DegreeDayTerm | None = None
    cooling: DegreeDayTerm | None = None

    def __post_init__(self) -> None:
        by_days = self.method in {WeatherMethod.ADDITIVE, WeatherMethod.RATIO}
        has = self.heating is not None or self.cooling is not None
        wanted(by_days == has, f"method {self.method} and its terms of degree days do not agree")


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One line of a contract.

    Attributes
    ----------
    in_fee, in_bills : bool
        Whether it is part of the fee F, and of the utility bills U that are set against it.
    coefficient : Decimal or None
        Fee as a part of the adjusted baseline cost; None for the contract's. [1]
    adjusted_by : tuple of str
        Codes of the adjustments that change its baseline.
    amounts : tuple of Decimal, 1 or 12 values
        For `fixed` and `o_and_m`. [CNY/month]
    of : tuple of str
        For `power_factor` and `tax`: lines it is a percentage of.
    percent : Decimal or None
        For `power_factor` that of the baseline, for `tax` the rate. [%]
    standard : str
        For `power_factor`: 0.90, 0.85 or 0.80, where the month's is worked out from kvarh.
    client_share : Decimal
        For PV: part of its worth that is the client's; the rest is the provider's. [1]
    adds_to : str
        For `pv_self_use`: line whose use, as a saving sees it, it is part of.
    model : str or None
        Baseline in the registry whose figure counts, and its version: `12/3`.
    """

    code: str
    kind: LineKind
    name_zh: str
    name_en: str
    unit: str = "CNY"
    in_fee: bool = True
    in_bills: bool = True
    coefficient: Decimal | None = None
    baseline: Baseline | None = None
    price_clause: PriceClause = field(default_factory=PriceClause)
    weather: WeatherClause = field(default_factory=WeatherClause)
    adjusted_by: tuple[str, ...] = ()
    amounts: tuple[Decimal, ...] = ()
    of: tuple[str, ...] = ()
    percent: Decimal | None = None
    standard: str = ""
    client_share: Decimal = Decimal(0)
    adds_to: str = ""
    model: str | None = None

    def __post_init__(self) -> None:
        for holds, name, kinds in (
            (self.baseline is not None, "baseline", PRICED),
            (bool(self.amounts), "amounts", FLAT),
            (bool(self.of), "of", RELATIVE),
            (self.percent is not None, "percent", RELATIVE),
        ):
            given = "without" if self.kind in kinds else "with"
            wanted(holds == (self.kind in kinds), f"a line of kind {self.kind} {given} {name}")
        wanted(len(self.amounts) in {0, 1, MONTHS}, "amounts: want 1 or 12 values")
        wanted(0 <= self.client_share <= 1, f"client_share {self.client_share}, want 0 to 1")
        wanted(not self.client_share or self.kind in SOLAR, "client_share is for PV")
        wanted(not self.adds_to or self.kind is LineKind.PV_SELF_USE, "adds_to is for pv_self_use")
        wanted(not (self.kind is LineKind.O_AND_M and self.in_bills), "o_and_m is in no bill")
        isolated = self.weather.method is WeatherMethod.ISOLATED
        wanted(not (isolated and self.adjusted_by), "adjusted_by: what is used now is adjusted")
        wanted(self.coefficient is None or 0 < self.coefficient <= 1, "coefficient: want 0 to 1")

    def amount(self, month: int) -> Decimal:
        """Amount of a whole month, 1 to 12, of a line that is one. [CNY]."""
        return self.amounts[month - 1 if len(self.amounts) > 1 else 0]
