"""First place at which a document is not what was worked out. Pure."""

from collections.abc import Iterator
from typing import Any


def unlike(seen: Any, wanted: Any, place: str = "") -> str | None:
    """First value of a document that is not what was worked out, with its place; None if none."""
    return next(_unlike(seen, wanted, place), None)


def _unlike(seen: Any, wanted: Any, place: str) -> Iterator[str]:
    if isinstance(seen, dict) and isinstance(wanted, dict):
        for key in (*wanted, *(key for key in seen if key not in wanted)):
            if key not in seen or key not in wanted:
                yield f"{_joined(place, key)} {'is too many' if key in seen else 'is not there'}"
            else:
                yield from _unlike(seen[key], wanted[key], _joined(place, key))
    elif isinstance(seen, list) and isinstance(wanted, list):
        for number, (one, other) in enumerate(zip(seen, wanted, strict=False), 1):
            yield from _unlike(one, other, _joined(place, _name(other, number)))
        if len(seen) != len(wanted):
            yield f"{place}: {len(seen)} rows, worked out {len(wanted)}"
    elif seen != wanted or isinstance(seen, bool) != isinstance(wanted, bool):
        yield f"{place}: says {str(seen)[:200]!r}, worked out {str(wanted)[:200]!r}"


def _joined(place: str, key: str) -> str:
    return f"{place}, {key}" if place else key


def _name(row: Any, number: int) -> str:
    """What a row of a statement is called."""
    if isinstance(row, dict):
        names = (row.get(key) for key in ("code", "symbol", "line"))
        name = next((each for each in names if each), "")
        side = row.get("side", "")
        return f"{name} ({side})" if side else str(name or number)
    return str(number)
