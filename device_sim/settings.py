"""Settings of `simulate` and `replay`, read once at start."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from device_sim.district import DEFAULT_ZONE


class DeviceSimSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    mqtt_url: str = Field(min_length=1)
    """Broker to publish to: ``mqtt://`` or ``mqtts://user:password@host:port``."""

    data_dir: Path = Path(".local")
    """Folder in which the simulator keeps how far it has come."""


class ZoneSetting(BaseSettings):
    """The zone alone, for a default."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    zone: str = DEFAULT_ZONE
    """IANA zone in which people live where nothing else is said."""
