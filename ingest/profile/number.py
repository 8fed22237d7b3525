"""Numbers as payloads give them: also as text, and the many ways to say there is none. Pure."""

from typing import Any

from domain.errors import PayloadError

MISSING = frozenset(
    {"", "-", "--", "n/a", "na", "nan", "null", "nil", "none", "error", "err", "unknown"}
    | {"undefined", "unavailable", "invalid"}
)
"""Texts that say there is no value, in lower case."""


def number_of(name: str, given: Any, missing: frozenset[Any]) -> float | None:
    """A number, or None where the payload says that there is none.

    Parameters
    ----------
    name : str
        For the reason when it is none.
    missing : frozenset
        Texts in lower case, and numbers, that say there is none.

    Raises
    ------
    PayloadError
        If it is something else.
    """
    kind = given.__class__
    if kind is str:
        number = _read(name, given, missing)
    elif kind is float or kind is int:
        number = given
    else:
        raise PayloadError(f"{name} is a {kind.__name__}: want a number", code="bad_type")
    return None if number is None or number in missing else number


def plain_number(text: str) -> float | None:
    """The number that a text is; None for anything else, also for "nan" and "1_000"."""
    try:
        number = float(text)
    except ValueError:
        return None
    # Of infinity and nan the difference is nan; quicker than to ask for them by name.
    return number if number - number == 0 and "_" not in text else None


def _read(name: str, text: str, missing: frozenset[Any]) -> float | None:
    number = plain_number(text)
    if number is None and text.strip().lower() not in missing:
        raise PayloadError(f"{name} is the text {text[:50]!a}: want a number", code="bad_type")
    return number
