"""Which tables the values of a sample go to, worked out once for each set of names. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

from domain.reading import Value
from store.telemetry.reading_table import OTHER, shapes

Pick: TypeAlias = Callable[[Sequence[Value]], Sequence[Value]]

_TABLE: Final = {n: shape.name for shape in shapes() if shape.name != OTHER for n in shape.values}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where values go.

    Attributes
    ----------
    wide : tuple of (str, tuple of str, callable)
        For each wide table its columns that there are values for, and what picks those out of all
        values of the sample.
    odd : tuple of (int, str)
        Positions and names of values that have no column.
    """

    wide: tuple[tuple[str, tuple[str, ...], Pick], ...]
    odd: tuple[tuple[int, str], ...]


@lru_cache(maxsize=10_000)
def layout(names: tuple[str, ...]) -> Layout:
    """Work out where values with these names, in this order, go."""
    positions: dict[str, list[int]] = {}
    odd = []
    for position, name in enumerate(names):
        table = _TABLE.get(name)
        if table is None:
            odd.append((position, name))
        else:
            positions.setdefault(table, []).append(position)
    wide = [
        (table, tuple(names[at] for at in places), _pick(places, len(names)))
        for table, places in positions.items()
    ]
    return Layout(tuple(wide), tuple(odd))


def _pick(places: list[int], of: int) -> Pick:
    if len(places) == of:
        return tuple  # gives back a tuple as it is
    if len(places) == 1:
        place = places[0]
        return lambda values: (values[place],)
    picked: Callable[[Any], Any] = itemgetter(*places)
    return picked
