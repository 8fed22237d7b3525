"""Values that hold from day to day, and their exact mean over a span of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Spell:
    """A value that holds over the half-open range of local days [first_day, end_day).

    Attributes
    ----------
    value : Decimal
        In the unit of its series.
    first_day, end_day : date or None
        None for no beginning or no end.
    """

    value: Decimal
    first_day: date | None = None
    end_day: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on a day."""
        begun = self.first_day is None or self.first_day <= day
        return begun and (self.end_day is None or day < self.end_day)


@dataclass(frozen=True, slots=True)
class NotedPart:
    """A part of a sum that is noted, and counts, on some of the days on which it stood there.

    Attributes
    ----------
    code : str
        Of the place.
    noted, days : int
        Days on which it is noted, and on which it stood there. [d]
    """

    code: str
    noted: int
    days: int


@dataclass(frozen=True, slots=True)
class Mean:
    """A time-weighted mean.

    Attributes
    ----------
    value : Fraction or None
        Exact; over the days on which something is known. None when nothing is: missing is not
        zero.
    covered_days : int
        Days on which something is known. [d]
    days : int
        Days that were asked about. [d]
    lacking : tuple of str
        Codes of parts of which nothing is known, beside others: the sum is too small.
    in_part : tuple of NotedPart
        Parts that count on some of their days only.
    """

    value: Fraction | None
    covered_days: int
    days: int
    lacking: tuple[str, ...] = ()
    in_part: tuple[NotedPart, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether something is known on every day, and of every part."""
        return self.covered_days == self.days and not self.lacking


Times = Sequence[tuple[date | None, date | None]]
"""Half-open ranges of local days, apart from each other; None for no beginning or no end."""


def while_held(spells: Iterable[Spell], times: Times) -> list[Spell]:
    """What a part gives to a whole that it belongs to at some times only.

    Parameters
    ----------
    spells : iterable of Spell
        Of the part, such as the floor area of a building.
    times : Times
        Days on which it belonged to the whole. On the others it says nothing.
    """
    return [
        Spell(spell.value, *both)
        for spell in spells
        for both in overlaps([(spell.first_day, spell.end_day)], times)
    ]


def overlaps(some: Times, others: Times) -> Times:
    """Days that lie in both."""
    return [
        (_day(max(first, since)), _day(min(end, until)))
        for first, end in _edges(some)
        for since, until in _edges(others)
        if max(first, since) < min(end, until)
    ]


def days_of(times: Times) -> int:
    """How many days some ranges have that have both ends. [d]."""
    return sum((end - first).days for first, end in _edges(times))


def zero_outside(times: Times) -> list[Spell]:
    """A known zero on all days but these, which may overlap.

    It is what a whole has on days on which it has no part: that is known, whereas a part of which
    nothing is known may be anything.
    """
    found, last = [], date.min
    for first, end in [*sorted(_edges(times)), (date.max, date.max)]:
        if last < first:
            found.append(Spell(Decimal(0), _day(last), _day(first)))
        last = max(last, end)
    return found


def _edges(times: Times) -> list[tuple[date, date]]:
    return [(first or date.min, end or date.max) for first, end in times]


def _day(edge: date) -> date | None:
    return None if edge in {date.min, date.max} else edge


def time_weighted_mean(series: Iterable[Sequence[Spell]], first_day: date, end_day: date) -> Mean:
    """Mean over the days of [first_day, end_day) of the sum of several series.

    For one institution's headcount give one series; for the floor area of its buildings one each.
    A building counts from the day on which its series begins.

    Parameters
    ----------
    series : iterable of sequence of Spell
        The spells of one series do not overlap.

    Raises
    ------
    ValueError
        If the span is empty.
    """
    if first_day >= end_day:
        raise ValueError(f"the span {first_day} to {end_day} is empty")
    spells = [spell for each in series for spell in each]
    edges = {first_day, end_day}
    for spell in spells:
        edges |= {
            day
            for day in (spell.first_day, spell.end_day)
            if day is not None and first_day < day < end_day
        }
    total, covered = Fraction(0), 0
    ordered = sorted(edges)
    for begin, end in pairwise(ordered):
        values = [Fraction(spell.value) for spell in spells if spell.covers(begin)]
        if values:
            total += sum(values) * (end - begin).days
            covered += (end - begin).days
    mean = total / covered if covered else None
    return Mean(mean, covered, (end_day - first_day).days)
