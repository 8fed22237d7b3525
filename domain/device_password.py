"""Passwords of devices: derived when they are needed, stored nowhere.

A credential has a random salt; together with the installation's secret key it gives the password.
Whoever has only the database or only the key has no password, and yet a broker that has lost its
list of users can be given every one of them again.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Self

from domain.errors import ConfigurationError

SALT_BYTES = 16
SHORTEST_KEY = 32
"""Characters of a secret key; `make_secrets.py` writes longer ones."""
_PASSWORD_BYTES = 24
"""192 bits, in 32 characters: some devices take no longer password."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The installation's secret key (``CIVICWATT_SECRET_KEY``), as far as device passwords go."""

    _key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take the variable's text.

        Raises
        ------
        ConfigurationError
            If it is missing or short. The message does not show it.
        """
        if len(text) < SHORTEST_KEY:
            raise ConfigurationError(
                f"CIVICWATT_SECRET_KEY has {len(text)} characters: want {SHORTEST_KEY} or more, "
                "the same for serve, work and admin"
            )
        return cls(text.encode())

    @property
    def key_id(self) -> str:
        """Short name of the key that tells nothing about it: passwords of another key are wrong."""
        return self._mac(b"key id")[:4].hex()

    def password(self, username: str, salt: bytes) -> str:
        """Password of the credential with this name at the broker and this salt."""
        mac = self._mac(b"device password\0" + salt + username.encode())
        return urlsafe_b64encode(mac[:_PASSWORD_BYTES]).decode()

    def _mac(self, text: bytes) -> bytes:
        return hmac.digest(self._key, b"civicwatt " + text, hashlib.sha256)


def new_salt() -> bytes:
    """Salt of a new credential, or of a new password for an old one."""
    return secrets.token_bytes(SALT_BYTES)
