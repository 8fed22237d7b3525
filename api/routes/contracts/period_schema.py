"""Months of a contract by line, as the API shows them."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from analytics.settlement.course import StatementState
from api.routes.savings.saving_schema import Yuan


class PeriodChangeOut(BaseModel):
    """What adjusts a baseline. [unit]."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(description="weather, closed, factors, other, or a code or kind of the line.")
    quantity: Decimal


class PeriodOut(BaseModel):
    """A line of a month: from the agreed baseline to what was saved; quantities in `unit`."""

    statement: int
    month: str
    state: StatementState
    line: str
    name_zh: str
    name_en: str
    unit: str
    baseline: Decimal
    changes: list[PeriodChangeOut] = Field(description="With the baseline: the adjusted baseline.")
    adjusted_baseline: Decimal
    use: Decimal
    saving: Decimal
    low: Decimal | None
    high: Decimal | None
    status: str
    price: Decimal | None = Field(description="[CNY/unit]")
    share: Decimal | None = Field(description="Of the fee, or the provider's. [1]")
    amount: Yuan | None = Field(description="In the fee; null where it is not in it. [CNY]")
    payment: Yuan | None = Field(description="Of the whole month, to the provider. [CNY]")
