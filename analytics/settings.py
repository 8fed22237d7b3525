"""Settings of the worker, read once at start."""

from ipaddress import ip_network

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """Read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """A login that is a member of ``civicwatt_work``."""


class DeliverySettings(BaseSettings):
    """Settings of `civicwatt deliver`, read from ``CIVICWATT_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    database_url: str = Field(min_length=1)
    """A login that is a member of ``civicwatt_work``."""

    secret_key: str = ""
    """Opens the addresses of channels and signs links; the same for `serve`."""

    public_url: str = ""
    """The console as people reach it, ``https://desk.example.org``; without it no link is sent."""

    smtp_url: str = ""
    """The mail server, ``smtps://user:password@host:port`` or ``smtp://host``."""

    mail_from: str = ""
    """Sender of e-mails."""

    delivery_networks: str = ""
    """Private networks that may be spoken to, ``10.1.0.0/16,192.168.7.9/32``; others are not."""

    sms_key_id: str = ""
    sms_key_secret: str = ""
    sms_sign_name: str = ""
    sms_template: str = ""
    """Access key, signature and template of the provider of text messages (Aliyun)."""

    sms_endpoint: str = "https://dysmsapi.aliyuncs.com"

    heartbeat_url: str = ""
    """Told every so often that ingest, evaluation and delivery have all advanced."""

    heartbeat_every_s: float = Field(default=60, gt=0, le=3600)
    """[s]"""

    @field_validator("delivery_networks")
    @classmethod
    def _known_networks(cls, text: str) -> str:
        for each in text.replace(",", " ").split():
            ip_network(each)
        return text
