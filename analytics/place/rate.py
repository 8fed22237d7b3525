"""Mean rate of a place over time: that of the meters that were the sum of its use at the time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from math import fsum
from operator import or_
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.local_day import day_end, local_day
from domain.meter_tree import Counted
from store.institution.figure import Rate, rates

_HOUR = timedelta(hours=1)


def rates_of(
    conn: Connection, stretches: Sequence[Counted], *, bin_: str, zone: ZoneInfo
) -> list[Rate]:
    """Rates per bin (``native``, ``hour`` or ``day``), where all meters of the time have one.

    The extremes of several meters need not fall together: least and greatest of a sum are those
    of its mean. A bin within which the tree changed has the mean of both sides, by their length.

    Returns
    -------
    list of Rate
        By time; `meter_id` is 0.
    """
    parts: dict[datetime, list[tuple[Rate, float]]] = defaultdict(list)
    for stretch in stretches:
        for rate in _together(conn, stretch, bin_, zone):
            begin = max(rate.at, stretch.first)
            end = min(_bin_end(rate.at, bin_, zone, rate.step_s), stretch.end)
            parts[rate.at].append((rate, (end - begin).total_seconds()))
    return [_joined(parts[at]) for at in sorted(parts)]


def steps_of(conn: Connection, stretches: Sequence[Counted], zone: ZoneInfo) -> set[int]:
    """Lengths of the intervals of each meter, as they are kept. [s]."""
    found: dict[int, int] = {}
    for stretch in stretches:
        for rate in _read(conn, stretch, "native", zone):
            found[rate.meter_id] = min(rate.step_s, found.get(rate.meter_id, rate.step_s))
    return set(found.values())


def _read(conn: Connection, stretch: Counted, bin_: str, zone: ZoneInfo) -> list[Rate]:
    return rates(conn, [*stretch.terms], stretch.first, stretch.end, bin_=bin_, zone=zone.key)


def _together(conn: Connection, stretch: Counted, bin_: str, zone: ZoneInfo) -> Iterator[Rate]:
    by_time: dict[datetime, list[Rate]] = defaultdict(list)
    for rate in _read(conn, stretch, bin_, zone):
        by_time[rate.at].append(rate)
    for at in sorted(by_time):
        found = by_time[at]
        if len(found) < len(stretch.terms):
            continue
        if len(found) == 1:
            yield replace(found[0], meter_id=0)
            continue
        mean = fsum(stretch.terms[rate.meter_id] * rate.mean for rate in found)
        yield Rate(0, at, mean, mean, mean, *_doubts(found), min(rate.step_s for rate in found))


def _bin_end(at: datetime, bin_: str, zone: ZoneInfo, step_s: int) -> datetime:
    if bin_ == "day":
        return day_end(local_day(at, zone), zone)
    return at + (_HOUR if bin_ == "hour" else timedelta(seconds=step_s))


def _joined(parts: Sequence[tuple[Rate, float]]) -> Rate:
    [first, *rest] = parts
    if not rest:
        return first[0]
    length = fsum(seconds for _, seconds in parts)
    return Rate(
        0,
        first[0].at,
        fsum(rate.mean * seconds for rate, seconds in parts) / length,
        min(rate.least for rate, _ in parts),
        max(rate.greatest for rate, _ in parts),
        *_doubts([rate for rate, _ in parts]),
        min(rate.step_s for rate, _ in parts),
    )


def _doubts(found: Sequence[Rate]) -> tuple[bool, int]:
    """Whether any is not measured, and the flags of all."""
    return any(rate.flagged for rate in found), reduce(or_, (rate.flags for rate in found))
