"""Savings of a statement, with how sure they are."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.model_band import CalibratedBy
from domain.money import cents

Yuan = Annotated[Decimal, AfterValidator(cents)]
"""Told with two decimals. [CNY]"""


class SavingBandOut(BaseModel):
    """How the band of a saving was measured, and how likely a saving is."""

    model_config = ConfigDict(from_attributes=True)

    confidence: Decimal = Field(description="Nominal coverage. [1]")
    coverage: Decimal | None = Field(
        description="Share of `tested` later meter-years that such bands held. [1]"
    )
    tested: int
    meter_years: int = Field(description="From which the band is made.")
    calibrated_by: CalibratedBy = Field(description="shipped: not calibrated here yet.")
    here: int = Field(description="Meter-years of the place.")
    here_held: int = Field(description="Of them, those that the band held.")
    p_saving: Decimal = Field(description="Probability that anything was saved. [1]")
    guarantee: Decimal | None = Field(description="The month's part of it, by its days. [unit]")
    p_guarantee: Decimal | None = Field(description="Probability that more was saved. [1]")


class SavingOut(BaseModel):
    """Saving of a line; quantities in `unit`, effects in CNY."""

    model_config = ConfigDict(from_attributes=True)

    line: str
    unit: str
    adjusted_baseline: Decimal
    use: Decimal
    naive: Decimal = Field(description="Baseline - use, nothing adjusted: it misleads.")
    saving: Decimal
    low: Decimal | None
    high: Decimal | None
    ratio: Decimal | None = Field(description="[1]")
    quantity_effect: Yuan = Field(description="[CNY]")
    shifting_effect: Yuan = Field(description="[CNY]")
    cost_effect: Yuan = Field(description="[CNY]")
    status: str
    band: SavingBandOut | None
    planned: Decimal | None = Field(description="Planned for just this month. [unit]")
