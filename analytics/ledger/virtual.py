"""Amounts of a virtual meter, from those of the meters in its formula. Pure.

Where one of them has no figure there is none: a part is not the whole. Meters of different steps
meet in the hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import fsum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.consumption_flag import ConsumptionFlag
from domain.grade import worst

_HOUR = timedelta(hours=1)


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


def computed(leaves: Sequence[Leaf], known: Iterable[Known], zone: ZoneInfo) -> Iterator[Computed]:
    """Intervals of the virtual meter, in order of time.

    The quarter hours of an hour stay where all meters have the same ones; else the hour is one
    interval, if all of it is known of every meter. Of an interval in which the formula changes
    nobody knows what was used before and after: it is split by time, and estimated.

    Parameters
    ----------
    zone : ZoneInfo
        Of the virtual meter: hours are those of its clock, which may be half hours of UTC.
    """
    hours: dict[datetime, list[Known]] = defaultdict(list)
    for interval in known:
        local = interval.start.astimezone(zone)
        within = timedelta(minutes=local.minute, seconds=local.second)
        hours[interval.start - within - timedelta(microseconds=local.microsecond)].append(interval)
    for hour in sorted(hours):
        yield from _of_hour(hour, leaves, hours[hour])


def _weights(leaves: Iterable[Leaf], start: datetime, end: datetime) -> dict[int, float]:
    """How often each meter of the formula counts over a span, in the mean of its time."""
    found: dict[int, float] = defaultdict(float)
    for leaf in leaves:
        first, last = max(leaf.first or start, start), min(leaf.end or end, end)
        if first < last:
            share = 1.0 if (first, last) == (start, end) else (last - first) / (end - start)
            found[leaf.meter_id] += leaf.coefficient * share
    return found


def _changes(leaves: Iterable[Leaf], start: datetime, end: datetime) -> bool:
    """Whether the formula changes within a span."""
    at = {edge for leaf in leaves for edge in (leaf.first, leaf.end) if edge is not None}
    inside = sorted(edge for edge in at if start < edge < end)
    if not inside:
        return False
    parts = [_weights(leaves, *part) for part in pairwise([start, *inside, end])]
    return any(part != parts[0] for part in parts)


def _of_hour(hour: datetime, leaves: Sequence[Leaf], known: Iterable[Known]) -> Iterator[Computed]:
    wanted = _weights(leaves, hour, hour + _HOUR)
    by_span: dict[tuple[datetime, datetime], list[Known]] = defaultdict(list)
    for interval in known:
        if interval.meter_id in wanted:
            by_span[interval.start, interval.end].append(interval)
    whole: dict[tuple[datetime, datetime], list[Known]] = {}
    for span, intervals in by_span.items():
        here = _weights(leaves, *span)
        counting = [interval for interval in intervals if interval.meter_id in here]
        if here and len(counting) == len(here):
            whole[span] = counting
    if len(whole) < len(by_span):
        everything = [interval for intervals in by_span.values() for interval in intervals]
        covered: dict[int, timedelta] = defaultdict(timedelta)
        for interval in everything:
            # What reaches over the hour, as one of another zone, is no part of it.
            if interval.end <= hour + _HOUR:
                covered[interval.meter_id] += interval.end - interval.start
        if all(covered[meter] == _HOUR for meter in wanted):
            yield _together(hour, hour + _HOUR, leaves, everything)
            return
    for start, end in sorted(whole):
        yield _together(start, end, leaves, whole[start, end])


def _together(
    start: datetime, end: datetime, leaves: Sequence[Leaf], parts: Sequence[Known]
) -> Computed:
    wanted = _weights(leaves, start, end)
    split = ["estimated"] if _changes(leaves, start, end) else []
    flags = int(ConsumptionFlag.RATIO) if split else 0
    for part in parts:
        flags |= part.flags
    value = fsum(wanted[part.meter_id] * part.value for part in parts)
    quantity_grade = worst(["derived", *split, *(part.quantity_grade for part in parts)])
    shape_grade = worst(["derived", *split, *(part.shape_grade for part in parts)])
    return Computed(start, end, value, quantity_grade, shape_grade, flags)
