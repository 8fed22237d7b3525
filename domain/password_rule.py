"""What a password must be.

Lengths and kinds are data: the standards name the properties, not the numbers.
"""

import secrets
import string
from dataclasses import dataclass

from domain.errors import InputError
from domain.sentence import Sentence

PLACE = "password"
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_GIVEN_LENGTH = 20


@dataclass(frozen=True, slots=True)
class PasswordRule:
    """What a password must be.

    Attributes
    ----------
    length : int
        Least length. [characters]
    kinds : int
        Least number of kinds: small letters, capitals, digits, other characters.
    """

    length: int
    kinds: int


def want_password(password: str, login: str, rule: PasswordRule) -> None:
    """Refuse a password that is too short, too uniform, or holds its login.

    Raises
    ------
    InputError
        With what was seen and wanted; the password itself is in no message.
    """
    if len(password) < rule.length:
        template = "password has {seen} characters: want {wanted}"
        raise InputError(
            Sentence("password_short", template, seen=len(password), wanted=rule.length),
            place=PLACE,
        )
    kinds = kinds_of(password)
    if kinds < rule.kinds:
        template = "password has {seen} of small letters, capitals, digits, others: want {wanted}"
        raise InputError(
            Sentence("password_kinds", template, seen=kinds, wanted=rule.kinds), place=PLACE
        )
    if login.casefold() in password.casefold():
        raise InputError(Sentence("password_login", "the password holds the login"), place=PLACE)


def kinds_of(password: str) -> int:
    """How many kinds of characters it has, 0 to 4; letters without case are of the fourth."""
    named = sum(any(char in kind for char in password) for kind in _KINDS)
    return named + any(all(char not in kind for kind in _KINDS) for char in password)


def given_password(rule: PasswordRule) -> str:
    """Make a random password that satisfies the rule, to be told once and changed at first use."""
    alphabet = string.ascii_letters + string.digits + "-_"
    length = max(_GIVEN_LENGTH, rule.length)
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(length))
        if kinds_of(password) == len(_KINDS) + 1:
            return password
