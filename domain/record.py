"""Frozen dataclasses as the schema of a file: read strictly, refused with the place, told back.

A class names every field, its kind and its default; what it does not name is refused, and a class
that is wrong as a whole says so in its ``__post_init__``. What `told` writes, `read` reads.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from domain.canonical import plain
from domain.errors import InputError

Value = TypeVar("Value")


def read(kind: type[Value], raw: object, place: str) -> Value:
    """Read one value of a kind out of a TOML or JSON document.

    Parameters
    ----------
    kind : type
        A dataclass of text, truth values, int, Decimal, date, StrEnum, other dataclasses, tuples
        ``tuple[X, ...]``, mappings ``Mapping[K, X]`` and ``X | None``.
    place : str
        File, or file and table; the error names the table and the field below it.

    Raises
    ------
    InputError
        With the place, what was seen and what was wanted.
    """
    return cast("Value", _read(kind, raw, place))


def told(value: object) -> Any:
    """A value as `read` reads it, of text, whole numbers, truth values, lists and mappings.

    Numbers with digits behind the point are text, and what is None is left out.
    """
    if is_dataclass(value):
        pairs = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: told(each) for name, each in pairs if each is not None}
    if isinstance(value, Mapping):
        return {str(key): told(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [told(each) for each in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def wanted(holds: object, text: str) -> None:
    """Refuse a record in its ``__post_init__``.

    Raises
    ------
    ValueError
        With the text, unless it holds.
    """
    if not holds:
        raise ValueError(text)


def signed_by_two(names: Sequence[str]) -> bool:
    """Whether two different persons stand behind it."""
    return len({name.strip() for name in names if name.strip()}) > 1


def _read(kind: Any, raw: object, place: str) -> object:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        (inner,) = (each for each in get_args(kind) if each is not NoneType)
        return None if raw is None else _read(inner, raw, place)
    if origin is tuple:
        inner = get_args(kind)[0]
        rows = _list(raw, place)
        return tuple(_read(inner, row, _numbered(place, n, row)) for n, row in enumerate(rows, 1))
    if origin is not None:
        key, inner = get_args(kind)
        return _mapping(key, inner, _table(raw, place), place)
    if is_dataclass(kind):
        return _record(kind, _table(raw, place), place)
    try:
        return _atom(kind)(raw)
    except (ValueError, InvalidOperation) as error:
        raise InputError(f"{repr(raw)[:_LONGEST]}: {error}", place=place) from error


def _mapping(key: Any, inner: Any, table: Mapping[str, object], place: str) -> object:
    """A mapping in the one order of its keys, so that the order of a file changes nothing."""
    known: list[object] = []
    if isinstance(key, type) and issubclass(key, StrEnum):
        known += list(key)
    pairs = [(_read(key, name, place), name) for name in table]
    pairs.sort(key=lambda pair: (known.index(pair[0]) if known else 0, pair[1]))
    return {each: _read(inner, table[name], f"{place}.{name}") for each, name in pairs}


def _record(kind: Any, table: Mapping[str, object], place: str) -> object:
    known = _schema(kind)
    strange = sorted(set(table) - set(known))
    if strange:
        raise InputError(f"nobody knows {', '.join(strange)}", place=place)
    absent = {name: kind for name, (kind, needed) in known.items() if needed and name not in table}
    missing = [name for name, kind in absent.items() if NoneType not in get_args(kind)]
    if missing:
        raise InputError(f"{', '.join(missing)} missing", place=place)
    values = {name: _read(known[name][0], raw, f"{place}.{name}") for name, raw in table.items()}
    try:
        return kind(**dict.fromkeys(absent), **values)
    except ValueError as error:
        raise InputError(str(error), place=place) from error


@cache
def _schema(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Kind of every field, and whether it must be there."""
    hints = get_type_hints(kind)
    every: tuple[Field[Any], ...] = fields(kind)
    return {
        each.name: (
            hints[each.name],
            each.default is MISSING and each.default_factory is MISSING,
        )
        for each in every
    }


def _numbered(place: str, number: int, row: object) -> str:
    """Place of a row of a list, with its own name where it has one."""
    names = row if isinstance(row, Mapping) else {}
    name = next((names[key] for key in ("code", "month", "line", "meter") if key in names), "")
    return f"{place}[{number}]" + (f" ({name})" if name else "")


def _table(raw: object, place: str) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise InputError(f"{raw!r}, want a table", place=place)
    return cast("Mapping[str, object]", raw)


def _list(raw: object, place: str) -> Sequence[object]:
    if not isinstance(raw, list | tuple):
        raise InputError(f"{raw!r}, want a list", place=place)
    return raw


def _atom(kind: Any) -> Callable[[object], object]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda raw: _choice(kind, raw)
    return _ATOMS[kind]


def _choice(kind: type[StrEnum], raw: object) -> StrEnum:
    if raw not in list(kind):
        raise ValueError(f"want {' or '.join(kind)}")
    return kind(str(raw))


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError("want a text")  # noqa: TRY004 - read as any other wrong value
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("want true or false")  # noqa: TRY004 - read as any other wrong value
    return raw


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError("want a whole number")  # noqa: TRY004 - read as any other wrong value
    return raw


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, Decimal | int | str):
        raise ValueError("want a number")  # noqa: TRY004 - read as any other wrong value
    try:
        number = Decimal(raw)
    except InvalidOperation:
        raise ValueError("want a number") from None
    _, digits, exponent = number.as_tuple()
    whole = isinstance(exponent, int) and exponent >= -2 * _DIGITS and len(digits) <= _DIGITS
    # Beyond this no meter counts, and arithmetic of 28 digits would not hold it exactly.
    if not whole or abs(number) >= _MOST:
        raise ValueError(f"want a number below {_MOST:f}, of at most {_DIGITS} digits")
    return number


def _day(raw: object) -> date:
    if type(raw) is date:
        return raw
    if not isinstance(raw, str):
        raise ValueError("want a date")  # noqa: TRY004 - read as any other wrong value
    return date.fromisoformat(raw)


_LONGEST = 100
"""So much of a wrong value is shown. [character]"""
_MOST = Decimal(10) ** 12
_DIGITS = 28
_ATOMS: Mapping[Any, Callable[[object], object]] = {
    str: _text,
    bool: _flag,
    int: _whole,
    Decimal: _number,
    date: _day,
}
