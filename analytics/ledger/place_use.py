"""Use of a place: the sum of the meters that counted for it, each amount once. Pure.

A part is not the whole: where one of the meters has no figure, the place has none.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import fsum
from zoneinfo import ZoneInfo

from domain.grade import worst
from domain.local_day import day_start, local_day

_MEASURED = frozenset({"measured", "derived"})


@dataclass(frozen=True, slots=True)
class Use:
    """Use in [start, end), of one meter or of a place.

    Attributes
    ----------
    value : float
        In the unit of the register.
    quantity_grade, shape_grade : str
        Worst inside.
    flags : int
        United flags of the intervals inside.
    covered_s : int
        So much of it has a figure. [s]
    """

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    flags: int
    covered_s: int

    @property
    def coverage(self) -> float:
        """Share of the interval that has a figure. [1]."""
        return self.covered_s / (self.end - self.start).total_seconds()

    @property
    def is_measured(self) -> bool:
        """Whether amount and shape are measured, and nothing is missing."""
        grades = {self.quantity_grade, self.shape_grade}
        return grades <= _MEASURED and self.covered_s >= (self.end - self.start).total_seconds()


def together(meters: Mapping[int, Sequence[Use]]) -> list[Use]:
    """Sum of several meters, where each of them has a figure, by time.

    Of an interval that one of them has only in part no more is covered.
    """
    by_start: dict[datetime, list[Use]] = defaultdict(list)
    for uses in meters.values():
        for use in uses:
            by_start[use.start].append(use)
    whole = (by_start[start] for start in sorted(by_start))
    return [
        _sum(parts, min(part.covered_s for part in parts))
        for parts in whole
        if len(parts) == len(meters)
    ]


def joined(parts: Iterable[Use]) -> list[Use]:
    """Parts of one interval, such as before and after a meter's move, as one, by time."""
    by_start: dict[datetime, list[Use]] = defaultdict(list)
    for part in parts:
        by_start[part.start].append(part)
    return [
        _sum(by_start[start], sum(part.covered_s for part in by_start[start]))
        for start in sorted(by_start)
    ]


def by_day(uses: Iterable[Use], zone: ZoneInfo) -> list[Use]:
    """Gather intervals into the local days in which they begin."""
    return _gathered(uses, zone, lambda day: (day, day + timedelta(days=1)))


def by_month(uses: Iterable[Use], zone: ZoneInfo) -> list[Use]:
    """Gather intervals into the local months in which they begin."""
    return _gathered(uses, zone, _month)


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _gathered(
    uses: Iterable[Use], zone: ZoneInfo, bounds: Callable[[date], tuple[date, date]]
) -> list[Use]:
    moved = []
    for use in uses:
        first, end = bounds(local_day(use.start, zone))
        moved.append(replace(use, start=day_start(first, zone), end=day_start(end, zone)))
    return joined(moved)


def _sum(parts: Sequence[Use], covered_s: int) -> Use:
    flags = 0
    for part in parts:
        flags |= part.flags
    return Use(
        parts[0].start,
        max(part.end for part in parts),
        fsum(part.value for part in parts),
        worst(part.quantity_grade for part in parts),
        worst(part.shape_grade for part in parts),
        flags,
        covered_s,
    )
