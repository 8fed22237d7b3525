"""Settings of metrology, read once at start by every process that asks what is wrong."""

from decimal import Decimal
from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.tolerance import ToleranceRule


class MetrologySettings(BaseSettings):
    """Read from ``CIVICWATT_METROLOGY_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    metrology_first_notice_days: int = Field(default=90, ge=1)
    """How long before its end a certificate is first told to end. [d]"""

    metrology_last_notice_days: int = Field(default=30, ge=1)
    """How long before its end it is told to end soon. [d]"""

    metrology_bill_limit_pct: Decimal = Field(default=Decimal(2), gt=0)
    """By so much our boundary total may differ from the utility's bill. [%]"""

    metrology_bill_money_limit_pct: Decimal = Field(default=Decimal(2), gt=0)
    """By so much the sum of the utility's bill may differ from our cost of its days. [%]"""

    metrology_tolerance_rule: ToleranceRule = ToleranceRule.HALF_TIME
    """How far back a correction is proposed where no clause of a contract says otherwise."""


@cache
def metrology_settings() -> MetrologySettings:
    """Those of this process."""
    return MetrologySettings()
