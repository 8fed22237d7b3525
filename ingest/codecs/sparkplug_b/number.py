"""Metrics that are plain numbers, by the bytes with which they begin in a data message. Pure.

Source: Eclipse Sparkplug specification 3.0.0, section 6.4; Protocol Buffers, "Encoding".
"""

from typing import NamedTuple

from domain.quantity import quantities
from ingest.codecs.sparkplug_b.datatype import NUMBERS
from ingest.codecs.unit import Conversion
from ingest.codecs.value import is_name
from ingest.codecs.wording import Meaning

_NAME, _ALIAS = b"\x0a", b"\x10"
_MORE = 0x80
"""Set in every byte of a number but its last, which have 7 bits each."""


class Number(NamedTuple):
    """What a metric measures that is kept as a plain number.

    Attributes
    ----------
    folder : str
        As of `Point`.
    name : str
        As stored.
    conversion : Conversion or None
        Into the unit stored; None if the number stays as it is.
    """

    folder: str
    name: str
    datatype: int
    conversion: Conversion | None


def number_of(folder: str, datatype: int, meaning: Meaning | None) -> Number | None:
    """The number a metric is; None if it is none, or is not stored as a plain one."""
    if meaning is None or datatype not in NUMBERS or not is_name(meaning.name):
        return None
    quantity = quantities().get(meaning.name)
    if quantity is not None and quantity.column_type != "double precision":
        return None
    return Number(folder, meaning.name, datatype, meaning.conversion)


def begins_with_name(name: str) -> bytes:
    """First bytes of a metric that gives its name and no alias."""
    text = name.encode()
    return _NAME + _whole(len(text)) + text


def begins_with_alias(alias: int) -> bytes:
    """First bytes of a metric that gives its alias alone."""
    return _ALIAS + _whole(alias)


def _whole(number: int) -> bytes:
    encoded = bytearray()
    while number >= _MORE:
        encoded.append(number % _MORE | _MORE)
        number //= _MORE
    encoded.append(number)
    return bytes(encoded)
