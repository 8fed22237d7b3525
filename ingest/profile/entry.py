"""One value of a payload: what it becomes and under which name. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.errors import ConfigurationError, PayloadError
from domain.quantity import quantities
from domain.reading import Value
from ingest.codecs.value import checked
from ingest.profile.document import ValueRule
from ingest.profile.number import number_of
from ingest.profile.unit import Scaling, scaling_of

OTHERS = "*"
"""In `ValueRule.codes`: every word that is not among them."""

Convert = Callable[[Any, str | None], Value | None]
"""From the payload's value, and the unit the payload names, to the stored one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value's name and how it is made.

    Attributes
    ----------
    name : str
        As stored.
    by : int
        A number of the payload divided by this is the stored one; 0 when it is not as simple.
    convert : callable
        Makes the stored value of anything; None when there is none.
    channel : str
        Channel it belongs to; ``<n>`` is still to be filled in.
    """

    name: str
    by: int
    convert: Convert
    channel: str = ""


def entry_of(rule: str | ValueRule, missing: frozenset[Any]) -> Entry:
    """What a checked rule makes of a value."""
    if isinstance(rule, str):
        rule = ValueRule(is_=rule)
    name = rule.name
    quantity = quantities().get(name)
    if rule.codes:
        return Entry(name, 0, _codes(name, rule.codes, missing), rule.channel)
    if rule.text or (quantity and quantity.column_type == "text"):
        return Entry(name, 0, _text(name, missing), rule.channel)
    scaling = scaling_of(rule)
    simple = scaling.times == 1 and scaling.plus == 0 and not any(m for m in missing if _is(m))
    convert = _number(rule, scaling, missing)
    if quantity and quantity.column_type != "double precision":
        return Entry(name, 0, _whole(name, convert), rule.channel)
    return Entry(name, scaling.over if simple else 0, convert, rule.channel)


def _is(missing: object) -> bool:
    return not isinstance(missing, str)


def _number(rule: ValueRule, fixed: Scaling, missing: frozenset[Any]) -> Convert:
    name = rule.name

    @lru_cache(maxsize=64)  # a device names few units, but a hostile one any number
    def said(unit: str) -> Scaling:
        return scaling_of(rule, unit)

    def convert(given: Any, unit: str | None) -> Value | None:
        number = number_of(name, given, missing)
        if number is None:
            return None
        if unit is None or rule.unit:
            return fixed.of(number)
        try:
            return said(unit).of(number)
        except ConfigurationError as error:
            raise PayloadError(f"{name}: {error}", code="bad_unit") from None

    return convert


def _whole(name: str, convert: Convert) -> Convert:
    """For columns of whole numbers of some size."""

    def checked_whole(given: Any, unit: str | None) -> Value | None:
        value = convert(given, unit)
        return None if value is None else checked(name, value)

    return checked_whole


def _codes(name: str, codes: Mapping[str, str | int], missing: frozenset[Any]) -> Convert:
    def convert(given: Any, _unit: str | None) -> Value | None:
        if isinstance(given, bool):
            given = "true" if given else "false"
        word = given if isinstance(given, str) else str(given) if _is_plain(given) else None
        code = None if word is None else codes.get(word, codes.get(OTHERS))
        if code is not None:
            return code
        if word is not None and word.strip().lower() in missing:
            return None
        shown = ascii(word)[:50] if word is not None else type(given).__name__
        reason = f"{name} is {shown}: want one of {', '.join(codes)}"
        raise PayloadError(reason, code="bad_code")

    return convert


def _is_plain(given: Any) -> bool:
    return isinstance(given, float) or (isinstance(given, int) and abs(given) < 2**63)


def _text(name: str, missing: frozenset[Any]) -> Convert:
    def convert(given: Any, _unit: str | None) -> Value | None:
        if not isinstance(given, str):
            raise PayloadError(f"{name} is a {type(given).__name__}: want a text", code="bad_type")
        return None if given.strip().lower() in missing else given

    return convert
