"""Passwords: Argon2id by argon2-cffi, with its current recommended parameters."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to check when there is no such person: it takes as long as a wrong password."""
    return _hasher.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """Hash for the store."""
    return _hasher.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one that was hashed; never without the work of finding out."""
    try:
        _hasher.verify(password_hash or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None
