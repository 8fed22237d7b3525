"""Institutions' figures and indicators as the API answers them, each with its basis."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analytics.ledger.indicator import Why
from api.problem import Words
from api.routes.institution.factors import ChosenFactorOut
from domain.factor import ElectricityBasis
from domain.indicator import IndicatorName
from domain.quota import Band


class QuotaOut(BaseModel):
    """Limits an indicator is held against, and where it lies."""

    code: str
    name_zh: str
    name_en: str
    constraint: float = Field(description="约束值. [unit of the indicator]")
    base: float | None = Field(description="基准值. [unit of the indicator]")
    guide: float = Field(description="引导值. [unit of the indicator]")
    band: Band | None = Field(
        description="Null without a value, and for a year that is not over or not measured enough."
    )
    source: str
    evidence: str
    checked: bool


class RankOut(BaseModel):
    """Place among institutions of the same kind and climate zone, the least use first."""

    position: int | None = Field(description="Null among too few.")
    n: int = Field(description="How many are compared, this one included.")
    better_than: float | None = Field(description="Share of the others that use more. [1]")
    median: float | None = Field(
        description="Of those compared, this one included; null among too few."
    )


class IndicatorComparisonOut(BaseModel):
    """Change against a base year, and the change that a plan asks for."""

    base_year: int
    base_value: float | None
    change: float | None = Field(description="As a share of the base; 5 % less is -0.05. [1]")
    unlike: bool = Field(
        description="The base is the sum of other carriers, and so there is no change."
    )
    target: float | None = Field(description="What the plan asks for by this year. [1]")
    target_source: str
    target_checked: bool


class IndicatorOut(BaseModel):
    """One indicator of one institution."""

    name: IndicatorName
    unit: str
    value: float | None
    why: Why | None = Field(description="Why there is no value.")
    rank: RankOut | None = Field(description="Null for who takes part in no ranking.")
    quotas: list[QuotaOut]
    comparisons: list[IndicatorComparisonOut]


class CarrierOut(BaseModel):
    """One carrier's part."""

    carrier: str
    unit: str
    amount: float = Field(description="All that was used, in `unit`.")
    energy_kgce: float | None = Field(description="Null where it is left out.")
    co2_kg: float | None = Field(description="Null where it is left out. [kgCO2]")
    energy_left_out: Literal["by_rule", "no_factor"] | None
    co2_left_out: Literal["by_rule", "no_factor"] | None
    coverage: float | None = Field(description="Share of the time that has figures. [1]")
    unmeasured: float | None = Field(description="Part whose quantity is not measured. [unit]")
    manual: float | None = Field(description="Part entered by hand and approved; null: none.")
    manual_months: int = Field(description="Months entered by hand that count. [month]")
    beside_meters: float | None = Field(
        description="Entered - metered of months that meters know as well, which do not count."
    )


class YearChangeOut(BaseModel):
    """Why the CO2 changed: activity + factor = difference."""

    base_year: int
    difference_kg: float
    activity_kg: float = Field(description="Other amounts at the earlier year's factors. [kgCO2]")
    factor_kg: float = Field(description="Other factors on this year's amounts. [kgCO2]")


class DenominatorOut(BaseModel):
    """A time-weighted mean, and of how many of the days it is known."""

    value: float | None
    covered_days: int
    days: int


class TrendMonthOut(BaseModel):
    """Electricity of one local month."""

    model_config = ConfigDict(from_attributes=True)

    month: date = Field(description="Its first day.")
    kwh: float | None = Field(description="Null where the month is not known whole. [kWh]")


class IndicatorStandingOut(BaseModel):
    """Alerts that stand at an institution or below it now, of those the caller may see."""

    urgent: int = 0
    high: int = 0
    low: int = 0


class InstitutionIndicatorsOut(BaseModel):
    """One institution's year, or the days of it that are over."""

    organisation_id: int
    code: str
    name_zh: str
    name_en: str
    first_day: date
    end_day: date = Field(description="Day after the last one.")
    is_over: bool
    province: str | None
    use: str | None
    climate_zone: str | None
    area_m2: DenominatorOut
    persons: DenominatorOut
    carriers: list[CarrierOut]
    energy_kgce: float | None
    co2_kg: float | None
    pv_self_used_kwh: float
    green_retired_kwh: float
    green_held_kwh: float = Field(description="Certificates not retired: they count for nothing.")
    grid: ChosenFactorOut | None = Field(description="The grid factor that was used.")
    unchecked: list[str] = Field(description="Factors used that nobody has checked.")
    missing: list[str] = Field(description="What could not be computed, and why.")
    missing_words: list[Words] = Field(description="Code and parameters of each of `missing`.")
    indicators: list[IndicatorOut]
    co2_change: YearChangeOut | None = Field(description="Against the year before.")
    co2_change_why: str | None = Field(description="Why the two years cannot be compared.")
    co2_change_words: Words = Field(description="Code and parameters of `co2_change_why`.")
    trend: list[TrendMonthOut] = Field(
        description="Electricity of the year and the one before, by month."
    )
    alerts: IndicatorStandingOut


class NationalLevelOut(BaseModel):
    """The nation's values of a year."""

    year: int
    values: dict[IndicatorName, float]
    source: str
    checked: bool


class BasisOut(BaseModel):
    """What all figures of an answer rest on."""

    set: str = Field(description="Code of the factor set.")
    version: int
    name_zh: str
    name_en: str
    electricity: ElectricityBasis
    counts_water: bool
    least_coverage: float = Field(description="Who is measured less is in no ranking. [1]")
    fewest_peers: int = Field(description="Among fewer there is no rank.")


class IndicatorList(BaseModel):
    """Institutions with their indicators of one year, on one basis."""

    year: int
    basis: BasisOut
    items: list[InstitutionIndicatorsOut]
    levels: list[NationalLevelOut]
