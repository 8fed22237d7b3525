"""Settings of the listener, read once at start."""

from hmac import digest
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import ConfigurationError

SHORTEST_KEY = 32
"""Shortest secret key. [characters]"""


class ListenerSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """A login that is a member of ``civicwatt_collect``."""

    zone: str = "Asia/Shanghai"
    """Zone in which a day begins for devices that stand nowhere yet."""

    profiles: Path | None = None
    """Folder with an installation's own profiles: messages in quarantine are read again by them."""

    secret_key: str = Field(default="", repr=False)
    """Authentication codes of JT/T 808 terminals are made of it."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    def secret_of(self, codec: str) -> bytes:
        """A key of its own for one codec, so that nothing made with it is of use elsewhere.

        Raises
        ------
        ConfigurationError
            If there is no secret key, or one that can be guessed.
        """
        if len(self.secret_key) < SHORTEST_KEY:
            got = len(self.secret_key)
            raise ConfigurationError(
                f"CIVICWATT_SECRET_KEY has {got} characters: want at least {SHORTEST_KEY}"
            )
        return digest(self.secret_key.encode(), codec.encode(), "sha256")
