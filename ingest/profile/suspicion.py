"""Values that are kept but doubted, by the rules of a profile. Pure."""

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

from domain.reading import Value
from ingest.profile.document import Condition, Doubt
from ingest.profile.number import MISSING
from ingest.profile.path import Look, path_of

Suspect = tuple[tuple[str, str], ...]
"""Names of doubted values, and why."""
_NEVER_WITHIN = (inf, -inf)
"""Limits of a doubt that has none: every number is outside."""
_Holds = Callable[[Mapping[str, Value], Any], bool]


class Suspicion:
    """All doubts of one kind of message.

    Parameters
    ----------
    look : callable
        Finds in samples of the kind it is for.
    """

    def __init__(self, doubts: Iterable[Doubt], look: Look) -> None:
        self._of_all: list[tuple[_Holds, str]] = []
        self._of_some: list[tuple[str, float, float, _Holds, str]] = []
        for doubt in doubts:
            holds = _condition(doubt.when, look)
            low, high = doubt.outside or _NEVER_WITHIN
            if not doubt.values:
                self._of_all.append((holds, doubt.because))
            self._of_some += [(name, low, high, holds, doubt.because) for name in doubt.values]

    def of(self, values: Mapping[str, Value], sample: Any) -> Suspect:
        """Doubted values of a sample, whose node of the payload is `sample`."""
        found: Suspect = ()
        for name, low, high, holds, because in self._of_some:
            value = values.get(name)
            if value.__class__ is not float or low <= value <= high:
                continue
            if holds(values, sample):
                found = (*found, (name, because))
        for holds, because in self._of_all:
            if holds(values, sample):
                found = (*found, *((name, because) for name in values))
        return found


def _condition(when: Condition | None, look: Look) -> _Holds:
    if when is None:
        return lambda _values, _sample: True
    below, above, at = when.below, when.above, look(path_of(when.at)) if when.at else None

    def holds(values: Mapping[str, Value], sample: Any) -> bool:
        given: Any = at(sample) if at else values.get(when.value)
        kind = given.__class__
        if kind is str:
            if given.strip().lower() in MISSING:
                return False
            try:
                given = float(given)
            except ValueError:
                return False
        elif kind is not float and kind is not int:
            return False
        return (below is None or given < below) and (above is None or given > above)

    return holds
