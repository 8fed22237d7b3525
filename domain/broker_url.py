"""Where the MQTT broker is: ``mqtt://`` or ``mqtts://user:password@host:port``."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from domain.errors import ConfigurationError

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_WANT = "want mqtt://host:port or mqtts://user:password@host:port"


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """A parsed broker URL. Neither its text nor an error about it shows the password."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a URL; the port defaults to 1883, with TLS to 8883.

        Raises
        ------
        ConfigurationError
            If it is not such a URL.
        """
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ConfigurationError(f"broker URL has a bad host or port: {_WANT}") from None
        if parts.scheme not in _PORTS:
            raise ConfigurationError(f"broker URL begins with {parts.scheme!r}: {_WANT}")
        if not host or port == 0:
            raise ConfigurationError(f"broker URL names no host or no port: {_WANT}")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ConfigurationError(f"broker URL has more than host and port: {_WANT}")
        if parts.password is not None and not parts.username:
            raise ConfigurationError(f"broker URL has a password and no user: {_WANT}")
        return cls(
            host,
            port or _PORTS[parts.scheme],
            parts.scheme == "mqtts",
            unquote(parts.username) if parts.username else None,
            None if parts.password is None else unquote(parts.password),
        )

    def __str__(self) -> str:
        """The URL without user and password, fit to be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt{'s' if self.tls else ''}://{host}:{self.port}"
