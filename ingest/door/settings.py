"""Settings of who tells the broker whom to let in, read once at start."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AdmissionSettings(BaseSettings):
    """What `civicwatt work` needs to tell the broker who may sign in."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """A login that is a member of ``civicwatt_work``."""

    broker_admin_url: str = ""
    """Mosquitto's administrator, as ``mqtt://user:password@host:port``; empty: nobody is told."""

    secret_key: str = ""
    """Gives the passwords of devices, with each credential's salt."""

    profiles: Path | None = None
    """Folder with an installation's own profiles: devices hear the answers they give."""
