"""How much of what vehicles did figures rest on: a month that still runs or is still cut. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce

_DAY = timedelta(days=1)
LEAST_TOLD = Decimal("0.8")
"""Share of the time of which must be told what vehicles did, for a figure per distance. [1]"""
WHOLE_PCT = 99
"""Share of the time below which it is said that it is not the whole. [%]"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of which part of their time it is told what some vehicles did.

    Attributes
    ----------
    held, told : timedelta
        Time of vehicles at a place that is over by now; of it, told by trips, stops and charges.
    waiting : frozenset of int
        Vehicles with samples that are not cut yet, or charges not held against piles: what is told
        of them will change.
    """

    held: timedelta = timedelta(0)
    told: timedelta = timedelta(0)
    waiting: frozenset[int] = frozenset()

    def __add__(self, other: "Coverage") -> "Coverage":
        """Coverage of both together."""
        return Coverage(
            self.held + other.held, self.told + other.told, self.waiting | other.waiting
        )

    @property
    def held_days(self) -> Decimal:
        """Time that is over. [d]."""
        return _days(self.held)

    @property
    def told_days(self) -> Decimal:
        """Of it, told. [d]."""
        return _days(self.told)

    @property
    def told_pct(self) -> Decimal | None:
        """Share of the time that is over of which is told; None where none is. [%]."""
        return 100 * self.told_days / self.held_days if self.held else None

    @property
    def lacking(self) -> tuple[str, ...]:
        """Why no figure per distance is drawn: ``being_cut``, ``coverage``; empty: it may be."""
        return (
            *(("being_cut",) if self.waiting else ()),
            *(("coverage",) if self.told_days < LEAST_TOLD * self.held_days else ()),
        )


NO_TIME = Coverage()
"""Of no time at all."""


def coverage_of(parts: Iterable[Coverage]) -> Coverage:
    """Coverage of all together."""
    return reduce(Coverage.__add__, parts, NO_TIME)


def shared(
    one: Sequence[tuple[datetime, datetime]], other: Sequence[tuple[datetime, datetime]]
) -> timedelta:
    """Time that lies in spans of both; neither's own spans overlap."""
    both = (min(a[1], b[1]) - max(a[0], b[0]) for a in one for b in other)
    return sum((each for each in both if each > timedelta(0)), timedelta(0))


def _days(span: timedelta) -> Decimal:
    return Decimal(int(span.total_seconds())) / int(_DAY.total_seconds())
