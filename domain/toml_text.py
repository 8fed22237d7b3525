"""TOML of people and of strangers, read with its numbers as they are written."""

import tomllib
from decimal import Decimal, DecimalException
from typing import Any

from domain.errors import InputError
from domain.sentence import Sentence


def read_toml(text: str, *, place: str) -> dict[str, Any]:
    """Tables of a document; a number with a point stays what it is: 0.1229, no binary fraction.

    Raises
    ------
    InputError
        With the place. The library raises more than its own error: for thousands of digits, for
        brackets thousands deep, and for exponents beyond any number.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, DecimalException) as error:
        raise InputError(
            Sentence("no_toml", "no TOML: {error}", error=error), place=place
        ) from error
