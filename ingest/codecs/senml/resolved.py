"""Records with everything applied that earlier records set for later ones. Pure.

Source: RFC 8428, section 4; RFC 9100 for what version numbers mean; RFC 8798 for secondary units.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isfinite
from typing import Any

from domain.errors import PayloadError
from ingest.codecs.senml.pack import Record

_VERSION = 10
_WITH_SECONDARY_UNITS = 26
"""Version 10 and the feature of secondary units, bit 4."""
_VALUES = ("v", "vs", "vb", "vd")
_BASE = "b"
_UNDERSTAND_OR_REFUSE = "_"


@dataclass(frozen=True, slots=True)
class Resolved:
    """One measurement.

    Attributes
    ----------
    name : str
        Of device and quantity together.
    unit : str
        As in the pack; empty for none.
    time_s : float
        Since 1970 from 2**28 on, else since now. [s]
    value : float, int, str or None
        None if there is a sum only, or binary data.
    sum : float or None
        Integral of the value over time. [unit x s]
    """

    name: str
    unit: str
    time_s: float
    value: float | str | None
    sum: float | None


def resolved(records: Iterable[Record]) -> Iterator[Resolved | PayloadError]:
    """Apply base names, times, units, values and sums; in order of the records.

    A record of base fields alone measures nothing. A base sum alone is no sum, and a base value
    alone no value: they are what a sender adds to, not what it measured. A record that cannot be
    read is a `PayloadError` in its place.

    Raises
    ------
    PayloadError
        If a field cannot be read that later records stand on, or one that must be understood.
    """
    base: Record = {}
    for index, record in enumerate(records):
        try:
            _check(record)
            base |= _readable(label for label in record.items() if label[0].startswith(_BASE))
        except PayloadError as error:
            raise PayloadError(f"record {index}: {error}", code=error.code) from None
        try:
            own = _readable(label for label in record.items() if not label[0].startswith(_BASE))
            if own:
                yield _applied(base, own)
        except PayloadError as error:
            yield PayloadError(f"record {index}: {error}", code=error.code)


def _check(record: Record) -> None:
    version = record.get("bver", _VERSION)
    if type(version) is not int or not (
        0 < version <= _VERSION or version == _WITH_SECONDARY_UNITS
    ):
        reason = f"version {str(version)[:50]!a}: want {_VERSION} or {_WITH_SECONDARY_UNITS}"
        raise PayloadError(reason, code="unsupported_version")
    for label in record:
        if label.endswith(_UNDERSTAND_OR_REFUSE):
            reason = f"field {label[:50]!a} must be understood, and is not"
            raise PayloadError(reason, code="must_understand")


def _readable(fields: Iterable[tuple[str, Any]]) -> Record:
    """Fields of the standard that are not null, each of its type."""
    return {
        label: _READERS[label](label, value)
        for label, value in fields
        if label in _READERS and value is not None
    }


def _text(label: str, value: Any) -> str:
    if not isinstance(value, str):
        raise PayloadError(f"{label} is a {type(value).__name__}: want a text", code="bad_type")
    return value


def _number(label: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PayloadError(f"{label} is a {type(value).__name__}: want a number", code="bad_type")
    try:
        number = float(value)
    except OverflowError:
        number = inf
    if not isfinite(number):
        raise PayloadError(f"{label} is not a finite number", code="not_finite")
    return number


def _switch(label: str, value: Any) -> int:
    if not isinstance(value, bool):
        raise PayloadError(f"{label} is a {type(value).__name__}: want a boolean", code="bad_type")
    return int(value)


def _octets(label: str, value: Any) -> bytes | str:
    if not isinstance(value, bytes | str):
        raise PayloadError(f"{label} is a {type(value).__name__}: want octets", code="bad_type")
    return value


_READERS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("bn", "bu", "n", "u", "vs"), _text),
    **dict.fromkeys(("bt", "bv", "bs", "t", "v", "s", "ut"), _number),
    "vb": _switch,
    "vd": _octets,
}


def _applied(base: Record, own: Record) -> Resolved:
    given = [label for label in _VALUES if label in own]
    if len(given) > 1:
        raise PayloadError(f"{' and '.join(given)} in one record: want one", code="bad_shape")
    total = own["s"] + base.get("bs", 0) if "s" in own else None
    if not given and total is None:
        raise PayloadError("neither a value nor a sum", code="no_value")
    value = None if given in ([], ["vd"]) else own[given[0]]
    if given == ["v"]:
        value += base.get("bv", 0)
    return Resolved(
        base.get("bn", "") + own.get("n", ""),
        own.get("u") or base.get("bu") or "",
        base.get("bt", 0) + own.get("t", 0),
        value,
        total,
    )
