"""Addresses and secrets of channels, encrypted: who reads the database has none of them."""

import hashlib
import json
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import ConfigurationError

_NONCE = 12
SECRET_MIN = 16
"""Fewest characters of the installation's secret key with which something is sealed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel leads: an URL, an e-mail address or a telephone; and what signs."""

    to: str
    secret: str = ""


def seal(address: Address, secret_key: str) -> bytes:
    """Encrypt under the installation's key.

    Raises
    ------
    ConfigurationError
        If there is no such key.
    """
    nonce = os.urandom(_NONCE)
    told = json.dumps([address.to, address.secret]).encode()
    return nonce + _cipher(secret_key).encrypt(nonce, told, b"channel")


def unseal(sealed: bytes, secret_key: str) -> Address:
    """Read again what was sealed.

    Raises
    ------
    ConfigurationError
        If it was sealed under another key.
    """
    try:
        told = _cipher(secret_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], b"channel")
    except InvalidTag as error:
        raise ConfigurationError(
            "the channel was entered under another CIVICWATT_SECRET_KEY: enter it again"
        ) from error
    to, secret = json.loads(told)
    return Address(to, secret)


def _cipher(secret_key: str) -> AESGCM:
    if len(secret_key) < SECRET_MIN:
        raise ConfigurationError(
            f"CIVICWATT_SECRET_KEY has {len(secret_key)} characters, want at least {SECRET_MIN}"
        )
    return AESGCM(hashlib.sha256(b"civicwatt channel\0" + secret_key.encode()).digest())
