"""Versions of interval data: what differs is superseded, not overwritten, and the days follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from json import dumps
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Json

from domain.epoch import from_us, to_us
from domain.grade import GRADES
from domain.interval import Intervals
from domain.local_day import day_start
from store import packed
from store.meters.consumption import RegisterOf
from store.queries import sql

_SECOND = 1_000_000  # us


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Whole local days [first, end) of a zone.

    Attributes
    ----------
    bounds : ndarray of int, shape (days + 1,)
        When each begins, and when the last one ends. [us since 1970]
    """

    first: date
    end: date
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, first: date, end: date, zone: ZoneInfo) -> "LocalDays":
        """Days [first, end) of a zone."""
        count = (end - first).days
        starts = [to_us(day_start(first + timedelta(days=i), zone)) for i in range(count + 1)]
        return cls(first, end, np.array(starts, np.int64))

    @property
    def window(self) -> tuple[datetime, datetime]:
        """When the first begins and the last ends."""
        return from_us(int(self.bounds[0])), from_us(int(self.bounds[-1]))

    def number(self, instants: NDArray[np.int64]) -> NDArray[np.intp]:
        """Number of the day, from 0, in which each instant lies."""
        return np.searchsorted(self.bounds, instants, side="right") - 1

    def day(self, number: int) -> date:
        """Day of a number."""
        return self.first + timedelta(days=number)

    def within(self, intervals: Intervals) -> Intervals:
        """Those that begin on one of these days."""
        edges = np.searchsorted(intervals.start, self.bounds[[0, -1]])
        return intervals.only(np.arange(*edges))


def replace(
    conn: Connection, register: RegisterOf, wanted: Intervals, days: LocalDays, *, now: datetime
) -> set[date]:
    """Make `wanted` the current versions of whole local days, and total the days.

    What is confirmed stays as it is; what differs is superseded, not overwritten.

    Parameters
    ----------
    wanted : Intervals
        Those that begin on these days.
    now : datetime
        Aware; the instant from which the new versions are known.

    Returns
    -------
    set of date
        Local days of which a figure changed.

    Raises
    ------
    OverflowError
        If the use of a day is beyond any number.
    """
    arguments = _arguments(register, days) | {"now": now}
    # Compared here and not by joins: the server has no statistics of what was written a moment
    # ago, and a plan made for an empty table takes minutes over a year.
    known, stands, confirmed = _compared(conn, wanted, arguments)
    new = wanted.only(~confirmed)
    numbers = days.number(np.concatenate((known[~stands], new.start)))
    moved = {days.day(number) for number in np.flatnonzero(np.bincount(numbers)).tolist()}
    with conn.pipeline():  # one way to the server and back for all of it
        if not stands.all():
            stale = arguments | _stale(known, stands)
            for name in ("withdraw", "supersede"):
                conn.execute(sql("consumption", name), stale)
        if len(new):
            _add(conn, new, arguments)
        _total(conn, wanted, days, arguments | {"moved": list(moved)})
    return moved


def toggle_flag(
    conn: Connection, register: RegisterOf, day: LocalDays, flag: int, *, now: datetime
) -> None:
    """Turn a flag of all intervals of one local day; those of earlier transactions get versions."""
    arguments = _arguments(register, day) | {"now": now, "flag": int(flag)}
    for name in ("toggle_written", "toggle", "toggle_day"):
        conn.execute(sql("consumption", name), arguments)


def _arguments(register: RegisterOf, days: LocalDays) -> dict[str, object]:
    first, last = days.window
    return {
        "meter_id": register.meter_id,
        "quantity": register.quantity,
        "first": first,
        "last": last,
        "first_day": days.first,
        "end_day": days.end,
    }


def _compared(
    conn: Connection, wanted: Intervals, arguments: dict[str, object]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Starts of the current versions, which of them stand, and which wanted ones they confirm."""
    gradings = list(dict.fromkeys(wanted.gradings))
    numbered = arguments | {"gradings": ["/".join(each) for each in gradings]}
    start, end, value, flags, grading = packed.columns(
        conn, sql("consumption", "current"), numbered
    )
    confirmed = np.zeros(len(wanted), np.bool_)
    if not len(start) or not len(wanted):
        return start, np.zeros(len(start), np.bool_), confirmed
    place = np.minimum(np.searchsorted(wanted.start, start), len(wanted) - 1)
    number = np.array([gradings.index(each) + 1 for each in wanted.gradings])[wanted.grading]
    stands = (
        (wanted.start[place] == start)
        & (wanted.end[place] == end)
        & (wanted.value[place] == value)
        & (wanted.flags[place] == flags)
        & (number[place] == grading)
    )
    confirmed[place[stands]] = True
    return start, stands, confirmed


def _stale(known: NDArray[np.int64], stands: NDArray[np.bool_]) -> dict[str, object]:
    """Bounds of the starts that do not stand, and which they are, if not all in between."""
    stale = known[~stands]
    between = int(np.searchsorted(known, stale[-1], "right") - np.searchsorted(known, stale[0]))
    starts = None if between == len(stale) else [from_us(start) for start in stale.tolist()]
    return {"first": from_us(int(stale[0])), "last": from_us(int(stale[-1])), "starts": starts}


def _alike(intervals: Intervals) -> Iterator[Intervals]:
    """Parts of one grading, one set of flags and one length: mostly it is one part."""
    kinds = np.stack((intervals.grading, intervals.flags, intervals.end - intervals.start))
    if (kinds == kinds[:, :1]).all():
        yield intervals
        return
    _, flags = np.unique(intervals.flags, return_inverse=True)
    _, length = np.unique(intervals.end - intervals.start, return_inverse=True)
    part = (intervals.grading * (flags.max() + 1) + flags) * (length.max() + 1) + length
    for number in np.unique(part).tolist():
        yield intervals.only(part == number)


def _add(conn: Connection, new: Intervals, arguments: dict[str, object]) -> None:
    """Add versions; what is the same in many rows is sent once."""
    for alike in _alike(new):
        grading = new.gradings[alike.grading[0]]
        same = {
            "length_s": int(alike.end[0] - alike.start[0]) / _SECOND,
            "quantity_grade": grading.quantity,
            "shape_grade": grading.shape,
            "method": grading.method,
            "flags": int(alike.flags[0]),
            "starts": packed.InstantArray(alike.start),
            "values": packed.FloatArray(alike.value),
        }
        packed.execute(conn, sql("consumption", "add_versions"), arguments | same)


def _total(
    conn: Connection, wanted: Intervals, days: LocalDays, arguments: dict[str, object]
) -> None:
    """Write the totals of the days from the intervals that now stand."""
    count = (days.end - days.first).days
    number = days.number(wanted.start)
    quantity = np.array([GRADES.index(grade) for grade in wanted.columns_of("quantity")], np.intp)
    shape = np.array([GRADES.index(grade) for grade in wanted.columns_of("shape")], np.intp)
    worst = np.zeros((2, count), np.intp)
    flags, covered = np.zeros(count, np.int32), np.zeros(count, np.int64)
    doubtful = wanted.value.copy()
    if len(wanted):
        doubtful[quantity[wanted.grading] == 0] = 0.0
        np.maximum.at(worst[0], number, quantity[wanted.grading])
        np.maximum.at(worst[1], number, shape[wanted.grading])
        np.bitwise_or.at(flags, number, wanted.flags)
        np.add.at(covered, number, wanted.end - wanted.start)
    unmeasured = np.bincount(number, doubtful, count)
    value = np.bincount(number, wanted.value, count)
    if not np.isfinite(value).all():
        day = days.day(int(np.argmin(np.isfinite(value))))
        raise OverflowError(f"meter {arguments['meter_id']}: use of {day} is beyond any number")
    seen = np.flatnonzero(np.bincount(number, minlength=count))
    bounds = [from_us(at) for at in days.bounds.tolist()]
    rows = [
        {
            "day": days.day(each),
            "start_at": bounds[each],
            "value": float(value[each]),
            "quantity_grade": GRADES[worst[0, each]],
            "shape_grade": GRADES[worst[1, each]],
            "flags": int(flags[each]),
            "covered_s": (int(covered[each]) + _SECOND // 2) // _SECOND,
            "day_s": int(days.bounds[each + 1] - days.bounds[each]) // _SECOND,
            "unmeasured": float(unmeasured[each]),
        }
        for each in seen.tolist()
    ]
    total = {"days": Json(rows, dumps=partial(dumps, default=str))}
    conn.execute(sql("consumption", "replace_days"), arguments | total)
