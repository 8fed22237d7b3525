"""Amounts of a virtual meter, from those of the meters in its formula. Pure.

Where one of them has no figure there is none: a part is not the whole. Meters of different steps
meet in the hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import fsum
from typing import NamedTuple

from domain.grade import worst

_HOUR = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Leaf(NamedTuple):
    """A meter of the formula, and how often it counts, in [first, end); None stands for always."""

    meter_id: int
    coefficient: float
    first: datetime | None
    end: datetime | None


class Known(NamedTuple):
    """An interval of one of the meters."""

    meter_id: int
    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    flags: int


class Computed(NamedTuple):
    """An interval of the virtual meter, of the worst grades among its parts; derived at best."""

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    flags: int


def computed(leaves: Sequence[Leaf], known: Iterable[Known]) -> Iterator[Computed]:
    """Intervals of the virtual meter, in order of time.

    The quarter hours of an hour stay where all meters have the same ones; else the hour is one
    interval, if all of it is known of every meter.
    """
    hours: dict[datetime, list[Known]] = defaultdict(list)
    for interval in known:
        hours[_EPOCH + (interval.start - _EPOCH) // _HOUR * _HOUR].append(interval)
    for hour in sorted(hours):
        wanted = _in_force(leaves, hour)
        if wanted:
            yield from _of_hour(hour, wanted, hours[hour])


def _in_force(leaves: Iterable[Leaf], at: datetime) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for leaf in leaves:
        begun = leaf.first is None or leaf.first <= at
        if begun and (leaf.end is None or at < leaf.end):
            found[leaf.meter_id] += leaf.coefficient
    return found


def _of_hour(
    hour: datetime, wanted: dict[int, float], known: Iterable[Known]
) -> Iterator[Computed]:
    by_span: dict[tuple[datetime, datetime], list[Known]] = defaultdict(list)
    for interval in known:
        if interval.meter_id in wanted:
            by_span[interval.start, interval.end].append(interval)
    whole = {
        span: intervals for span, intervals in by_span.items() if len(intervals) == len(wanted)
    }
    if len(whole) == len(by_span):
        for start, end in sorted(whole):
            yield _together(start, end, wanted, whole[start, end])
        return
    covered: dict[int, timedelta] = defaultdict(timedelta)
    everything = [interval for intervals in by_span.values() for interval in intervals]
    for interval in everything:
        covered[interval.meter_id] += interval.end - interval.start
    if all(covered[meter] == _HOUR for meter in wanted):
        yield _together(hour, hour + _HOUR, wanted, everything)
        return
    for start, end in sorted(whole):
        yield _together(start, end, wanted, whole[start, end])


def _together(
    start: datetime, end: datetime, wanted: dict[int, float], parts: Sequence[Known]
) -> Computed:
    flags = 0
    for part in parts:
        flags |= part.flags
    value = fsum(wanted[part.meter_id] * part.value for part in parts)
    quantity_grade = worst(["derived", *(part.quantity_grade for part in parts)])
    shape_grade = worst(["derived", *(part.shape_grade for part in parts)])
    return Computed(start, end, value, quantity_grade, shape_grade, flags)
