"""By which kinds of days a model's base and slopes are told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.models.day import MODEL_TYPES, DayType, Season
from analytics.models.estimator import Floats

_SEASONS = tuple(Season)
_OFF_DAYS = (DayType.SATURDAY, DayType.OFF)
_WORK_OR_NOT: tuple[Sequence[DayType], ...] = ((DayType.WORKDAY, DayType.BREAK), _OFF_DAYS)
_COLD, _MILD, _WARM = _SEASONS


@dataclass(frozen=True, slots=True)
class Split:
    """One way to tell days apart, as columns over the cells.

    Attributes
    ----------
    base : ndarray of float, shape (n_base, CELLS)
        1 where a column counts. The first counts everywhere, the others add to it, so that one
        without days leaves the rest as it is.
    heating, cooling : ndarray of float, shape (.., CELLS)
        Each cell has one slope.
    terms : bool
        Whether workdays between terms have a base of their own.
    """

    name: str
    base: Floats
    heating: Floats
    cooling: Floats
    terms: bool = False

    @property
    def columns(self) -> Floats:
        """All of them, one below the other."""
        return np.vstack([self.base, self.heating, self.cooling])


def _cells(types: Iterable[DayType], seasons: Iterable[Season]) -> list[float]:
    return [float(t in types and s in seasons) for t in MODEL_TYPES for s in _SEASONS]


def _split(name: str, added: Sequence[Season], parts: Sequence[Sequence[Season]]) -> Split:
    base = [
        _cells(MODEL_TYPES, _SEASONS),
        _cells(_OFF_DAYS, _SEASONS),
        _cells({DayType.OFF}, _SEASONS),
    ]
    base += [_cells(MODEL_TYPES, {season}) for season in added]
    heating = [_cells(types, part) for types in _WORK_OR_NOT for part in parts]
    cooling = [_cells(types, _SEASONS) for types in _WORK_OR_NOT]
    return Split(name, np.array(base), np.array(heating), np.array(cooling))


def _by_term(split: Split) -> Split:
    """With a base of their own for workdays between terms."""
    own = _cells({DayType.BREAK}, _SEASONS)
    return Split(
        f"{split.name}, terms",
        np.vstack([split.base, own]),
        split.heating,
        split.cooling,
        terms=True,
    )


SPLITS = (
    _split("year", (), (_SEASONS,)),
    _split("winter", (_COLD,), ((_COLD,), (_MILD, _WARM))),
    _split("seasons", (_MILD, _WARM), ((_COLD,), (_MILD,), (_WARM,))),
)
"""From the simplest on. Three types of day have a base of their own, workdays and other days a
slope; base and heating slope may differ by season: a boiler has one, cooling has none."""
TERM_SPLITS = tuple(_by_term(each) for each in SPLITS)
"""The same, workdays between terms apart."""
