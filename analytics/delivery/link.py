"""The link with which a telephone acknowledges one alert: signed, and good for nothing else."""

import base64
import hashlib
import hmac
from datetime import timedelta

VALID = timedelta(hours=12)
"""A link ends after this: a shift."""


def link_token(delivery_key: str, secret_key: str) -> str:
    """The token of a delivery: the same each time it is sent, and guessed by nobody."""
    told = f"acknowledge {delivery_key}".encode()
    digest = hmac.digest(secret_key.encode(), told, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def token_hash(token: str) -> bytes:
    """What the store keeps of it."""
    return hashlib.sha256(token.encode()).digest()
