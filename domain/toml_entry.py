"""A table of a file that people write: every key is asked for, or refused with its place."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar, cast

from domain.errors import InputError
from domain.sentence import Sentence

Value = TypeVar("Value")


class Entry:
    """A table of the file with its place; every key must be asked for, or it is refused."""

    def __init__(self, content: object, place: str) -> None:
        if not isinstance(content, Mapping):
            raise InputError(Sentence("want_table", "want a table"), place=f"{place}: {content!r}")
        self.place = place
        self._left = dict(cast("Mapping[str, object]", content))

    def take(self, key: str, read: Callable[[object], Value]) -> Value:
        """Value that must be there."""
        if key not in self._left:
            raise InputError(Sentence("key_missing", "{key} is missing", key=key), place=self.place)
        raw = self._left.pop(key)
        try:
            return read(raw)
        except (ValueError, TypeError, KeyError, InvalidOperation) as error:
            place = f"{self.place}: {key} = {raw!r}"
            raise InputError(_reason(error), place=place) from error

    def maybe(self, key: str, read: Callable[[object], Value], otherwise: Value) -> Value:
        """Value that may be left out."""
        return self.take(key, read) if key in self._left else otherwise

    def each(self, key: str) -> list["Entry"]:
        """Tables of a list, each with its place."""
        rows: list[object] = self.maybe(key, as_list, [])
        return [Entry(row, f"{self.place}, {key} {n}") for n, row in enumerate(rows, 1)]

    def done(self) -> None:
        """Refuse what nobody asked for."""
        if self._left:
            keys = ", ".join(sorted(self._left))
            raise InputError(
                Sentence("keys_unknown", "nobody knows {keys}", keys=keys), place=self.place
            )


def _reason(error: Exception) -> Sentence:
    """Why a value cannot be read, as far as its reader says it in words of ours."""
    told = error.args[0] if error.args else ""
    if isinstance(told, Sentence):
        return told
    return Sentence("value_unusable", "{error}", error=error)


def as_text(raw: object) -> str:
    """A text with something in it."""
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(Sentence("want_text", "want a text"))
    return raw


def as_flag(raw: object) -> bool:
    """True or false."""
    if not isinstance(raw, bool):
        wanted = Sentence("want_flag", "want true or false")
        raise ValueError(wanted)  # noqa: TRY004 - read as any other wrong value
    return raw


def as_list(raw: object) -> list[object]:
    """A list."""
    if not isinstance(raw, list):
        wanted = Sentence("want_list", "want a list")
        raise ValueError(wanted)  # noqa: TRY004 - read as any other wrong value
    return raw


def as_decimal(raw: object) -> Decimal:
    """A finite number, exactly as it is written."""
    wanted = Sentence("value_no_number", "want a number")
    if isinstance(raw, bool) or not isinstance(raw, Decimal | int | str):
        raise ValueError(wanted)  # noqa: TRY004 - read as any other wrong value
    try:
        number = Decimal(raw)
    except InvalidOperation as error:
        raise ValueError(wanted) from error
    if not number.is_finite():
        raise ValueError(wanted)
    return number


def as_day(raw: object) -> date:
    """A day, as TOML has it or as text."""
    if type(raw) is date:
        return raw
    try:
        return date.fromisoformat(as_text(raw))
    except ValueError as error:
        raise ValueError(Sentence("value_no_day", "want a day, such as 2026-01-31")) from error


def one_of(words: list[str] | tuple[str, ...], raw: object) -> str:
    """One of some words."""
    if raw not in words:
        raise ValueError(Sentence("want_one_of", "want {words}", words=" or ".join(words)))
    return as_text(raw)
