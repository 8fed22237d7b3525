"""Settings of the commands that only need the database."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """For `migrate`: a login that may create roles. For `admin`: a member of civicwatt_admin."""

    lang: Literal["zh-CN", "en"] = "zh-CN"
    """Language of people who are added without one."""
