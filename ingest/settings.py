"""Settings of the collector, read once at start."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class CollectorSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """A login that is a member of ``civicwatt_collect``."""

    mqtt_url: str = Field(min_length=1)
    """``mqtt://`` or ``mqtts://user:password@host:port``."""

    zone: str = "Asia/Shanghai"
    """Zone in which a day begins for devices that stand nowhere yet."""

    profiles: Path | None = None
    """Folder with an installation's own profiles, ``*.toml``."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name
