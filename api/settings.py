"""Settings of the API, read once at start; a wrong one stops the process before it listens."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """A login that is a member of ``civicwatt_api`` and of nothing else."""

    zone: str = "Asia/Shanghai"
    """Zone shown where nothing with a zone of its own is shown."""

    profiles: Path | None = None
    """Folder with an installation's own profiles, ``*.toml``; the collector's has the same."""

    secret_key: str = ""
    """Gives the passwords of devices; without it none can be issued."""

    broker_public_url: str = ""
    """Broker as devices reach it, ``mqtts://host:port``; shown to installers."""

    public_url: str = ""
    """The console as people reach it; an OpenID provider sends them back there."""

    oidc_issuer: str = ""
    """OpenID provider by which people may sign in, as it names itself; none unless set."""

    oidc_client_id: str = ""
    """As what the provider knows this installation."""

    oidc_client_secret_file: Path | None = None
    """File with the secret that the provider has given it."""

    oidc_login_claim: str = "preferred_username"
    """Claim of the ID token that is the login of a person here."""

    oidc_name: str = ""
    """What the provider is called on the sign-in page; its host unless set."""

    requests_per_minute: int = Field(default=6000, gt=0)
    """Requests of each person or key; so many may come at once. [1/min]"""

    stranger_requests_per_minute: int = Field(default=600, gt=0)
    """Requests of each address that nobody known asks. [1/min]"""

    failed_sign_ins_per_minute: int = Field(default=60, gt=0)
    """Of each address, whoever's password it is that is tried. [1/min]"""

    unmetered_limit: Decimal = Field(default=Decimal("0.05"), gt=0, le=1)
    """Share of a use from which what no submeter counted is a warning when a month is closed."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name


STATEMENT_TIMEOUT = timedelta(seconds=10)
"""Longest a request may hold the database."""
