"""The one text of a document, so that it has one digest: sorted keys, no idle space, no floats."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def canonical(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """Write a document as its one text.

    Parameters
    ----------
    document : mapping or sequence
        Of text, whole numbers, truth values, None, lists and mappings with text as keys. A number
        with digits behind the point is text: a float has no exact digits.

    Raises
    ------
    TypeError
        For anything else in it, with the place.
    """
    _refuse_strange(document, "document")
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(number: Decimal) -> str:
    """Every digit of a number, without exponent and idle zeros."""
    return f"{number.normalize():f}" if number else "0"


def _refuse_strange(value: object, place: str) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{place}: key {key!r}, want text")
            _refuse_strange(each, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for n, each in enumerate(value):
            _refuse_strange(each, f"{place}[{n}]")
    elif value is not None and not isinstance(value, str | int):
        raise TypeError(f"{place}: {value!r}, want text, a whole number, or nothing")
