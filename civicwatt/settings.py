"""Settings of the commands that only need the database."""

from pathlib import Path
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


class CredentialSettings(BaseSettings):
    """What issuing a credential takes beside the database."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    secret_key: str = ""
    """Gives the passwords of devices; the same for `serve`, `work` and `admin`."""

    broker_public_url: str = ""
    """Broker as devices reach it, ``mqtts://host:port``."""

    profiles: Path | None = None
    """Folder with an installation's own profiles, ``*.toml``."""
