"""Local days of a metering point, whichever devices counted, at the step that suits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.amounts import of_amounts, of_rate
from analytics.ledger.frozen import Closed, FedIn, stands_still
from analytics.ledger.grading import as_told, intervals_of
from analytics.ledger.local_grid import Surroundings, local_grid
from analytics.ledger.readings import DAY, Floats, Instants, in_order
from analytics.ledger.register import STEPS, native_step, use_of_history
from analytics.ledger.segments import BOUNDARY, History, Span, errors_of, history, us
from domain.consumption_flag import ConsumptionFlag
from domain.counting import CountsBy
from domain.interval import Intervals
from domain.local_day import day_start
from domain.register_event import RegisterEvent

_WAYS = tuple(CountsBy)
_FEWEST = 16
"""Fewer readings do not tell by themselves whether they are sound."""


@dataclass(frozen=True, slots=True)
class MeterReadings:
    """Readings of a meter in a window of time, in order of time.

    Attributes
    ----------
    ts : ndarray of int, shape (m,)
        Instants. [us]
    device : ndarray of int, shape (m,)
        Which device told.
    register : ndarray of float, shape (m,)
        What its register read, or the amount or rate that it told.
    way : ndarray of int, shape (m,)
        What it told: its place in `CountsBy`.
    first, last : bool
        No reading of the meter is earlier, or later, than these.
    """

    ts: Instants
    device: NDArray[np.int64]
    register: Floats
    way: NDArray[np.int32]
    first: bool
    last: bool


def _cadence(ts: Instants) -> float:
    """Median pause between readings of different instants [us]; 0 of fewer than two."""
    pauses = np.diff(ts)
    pauses = pauses[pauses > 0]
    return float(np.median(pauses)) if len(pauses) else 0.0


def history_of_meter(
    readings: MeterReadings,
    events: Sequence[RegisterEvent],
    zone: ZoneInfo,
    *,
    closed: Closed | None = None,
    fed_in: FedIn | None = None,
) -> History:
    """Join what one device after the other counted.

    Two devices have nothing to do with each other: what was used between the last reading of one
    and the first of the next is known only where somebody wrote both registers down.
    """
    ts = readings.ts
    told = History([], [], _cadence(ts))
    told.errors.extend(errors_of(events))
    if not len(ts):
        return told
    other = (np.diff(readings.device) != 0) | (np.diff(readings.way) != 0)
    runs = np.split(np.arange(len(ts)), np.flatnonzero(other) + 1)
    for number, run in enumerate(runs):
        since = int(ts[run[0] - 1]) if number else None
        until = int(ts[run[-1] + 1]) if number + 1 < len(runs) else None
        concerned = [
            event
            for event in events
            if event.kind not in BOUNDARY or _concerns(us(event.at), since, until, readings)
        ]
        here = in_order(ts[run], readings.register[run])
        way = _WAYS[readings.way[run[0]]]
        if way is CountsBy.REGISTER:
            part = history(here, concerned, closed=closed, fed_in=fed_in)
        elif way is CountsBy.AMOUNT:
            part = of_amounts(here, zone, concerned, until=until, closed=closed, fed_in=fed_in)
        else:
            part = of_rate(here, zone, concerned, closed=closed, fed_in=fed_in)
        if since is not None:
            registers = not readings.way[[run[0] - 1, run[0]]].any()
            if not (registers and _written_down(concerned, since, int(ts[run[0]]))):
                begin = max(since, int(told.segments[-1].ts[-1])) if told.segments else since
                told.unknown.append(Span(begin, int(ts[run[0]]), ConsumptionFlag.SWAP))
        told.segments.extend(part.segments)
        told.unknown.extend(part.unknown)
        told.unread.extend(part.unread)
    return told


def _written_down(events: Sequence[RegisterEvent], since: int, first: int) -> bool:
    """Whether somebody declared what two registers read between two instants [us]."""
    return any(event.kind in BOUNDARY and since < us(event.at) <= first for event in events)


def _concerns(at: int, since: int | None, until: int | None, readings: MeterReadings) -> bool:
    """Whether a swap or reset happened while a device's readings came, or next to them."""
    after = at > since if since is not None else readings.first or at > readings.ts[0]
    before = at <= until if until is not None else readings.last or at <= readings.ts[-1]
    return bool(after and before)


def is_plain(told: History, readings: MeterReadings) -> bool:
    """Whether nothing at all is odd, so that no day has to look at the days around it."""
    return (
        len(readings.ts) >= _FEWEST
        and is_sound(told, readings)
        and bool(np.diff(readings.ts).max() <= told.longest_pause(native_step(readings.ts)))
        and not _stands_still(told, readings)
        and not _passes_over(told, readings)
    )


def is_sound(told: History, readings: MeterReadings) -> bool:
    """Whether nothing broke and the readings at either end stand: then a stand is a pause."""
    return (
        bool(told.segments)
        and not told.unknown
        and _in_one_go(told)
        and not any(segment.flags.any() for segment in told.segments)
        and bool(told.segments[0].ts[0] <= readings.ts[0])
        and bool(told.segments[-1].ts[-1] >= readings.ts[-1])
    )


def long_spans(told: History, *, stands: bool) -> list[tuple[int, int]]:
    """Spans of more than a day [us] in which no reading stands, or of which no register tells.

    Parameters
    ----------
    told : History
        Of readings in a window of time, of which those left out do not stand.
    stands : bool
        Also those over which a register does not move.
    """
    spans = [(span.begin, span.end) for span in told.unknown]
    spans += [(int(before.ts[-1]), int(after.ts[0])) for before, after in pairwise(told.segments)]
    for segment in told.segments:
        cut = np.ones(len(segment.ts), np.bool_)
        if stands:
            moved = np.diff(segment.register) > 0
            cut[1:-1] = moved[:-1] | moved[1:]
        spans += pairwise(segment.ts[cut].tolist())
    return [(begin, end) for begin, end in spans if end - begin > DAY]


def _in_one_go(told: History) -> bool:
    """Whether one register counted, or amounts follow each other without a break."""
    if len(told.segments) == 1:
        return True
    ways = {segment.counts_by for segment in told.segments}
    follow = all(before.ts[-1] == after.ts[0] for before, after in pairwise(told.segments))
    return len(ways) == 1 and CountsBy.REGISTER not in ways and follow


def _stands_still(told: History, readings: MeterReadings) -> bool:
    way = told.segments[0].counts_by
    if way is CountsBy.REGISTER:
        return stands_still(readings.ts, readings.register)
    return stands_still(*_counted(told)) or stands_still(readings.ts, readings.register, for_us=DAY)


def _passes_over(told: History, readings: MeterReadings) -> bool:
    """Whether power that nothing can have was left out: the pause there is longer than it looks."""
    way = told.segments[0].counts_by
    return way is CountsBy.RATE and len(_counted(told)[0]) < len(np.unique(readings.ts))


def _counted(told: History) -> tuple[Instants, Floats]:
    """Instants of all segments, which follow each other, and what was counted up to them."""
    ts = np.concatenate([segment.ts[1:] for segment in told.segments])
    steps = np.concatenate([np.diff(segment.register) for segment in told.segments])
    return np.append(told.segments[0].ts[0], ts), np.append(0.0, np.cumsum(steps))


def use_of_days(
    told: History,
    readings: MeterReadings,
    first: date,
    end: date,
    zone: ZoneInfo,
    surroundings: Surroundings | None = None,
) -> Intervals:
    """Intervals of the local days [first, end) that are over, each day at its native step.

    What begins with the meter begins at its first reading. Where nothing was counted, and it is
    known why, the method says so. Gaps follow what `surroundings` tell of calendar and weather.
    """
    if not told.segments:
        return Intervals.of(())
    days = [first + timedelta(days=i) for i in range((end - first).days)]
    bounds = [us(day_start(day, zone)) for day in [*days, end]]
    steps = _steps(readings.ts, bounds)
    begin = min(int(segment.ts[0]) for segment in told.segments)
    finish = max(int(segment.ts[-1]) for segment in told.segments)
    parts = []
    # Of a day in which nothing is over, such as one that has only begun, no grid is needed.
    told_of = (np.array(bounds[1:]) > begin) & (np.array(bounds[:-1]) < finish)
    for step in sorted(set(steps[told_of].tolist())):
        grid = local_grid(first, end, zone, step=step, surroundings=surroundings)
        day = np.searchsorted(bounds, grid.bounds[:-1], side="right") - 1
        over = (grid.bounds[1:] > begin) & (grid.bounds[1:] <= finish)
        use = use_of_history(told, grid)
        parts.append(_since(intervals_of(use, grid.bounds, over & (steps[day] == step)), begin))
    return as_told(Intervals.joined(parts), told.segments)


def _since(intervals: Intervals, begin: int) -> Intervals:
    """The same, of which the first one begins with the meter's first reading [us]."""
    early = intervals.start < begin
    whole = intervals.flags & np.int32(~ConsumptionFlag.PARTIAL)
    return replace(
        intervals,
        start=np.maximum(intervals.start, begin),
        flags=np.where(early, whole, intervals.flags),
    )


def _steps(ts: Instants, bounds: list[int]) -> NDArray[np.int64]:
    """Step of each of the days between some bounds [us], in each of which intervals have one.

    A day's is that of its readings and of the nearest one outside on either side.
    """
    instants = ts[np.append(True, np.diff(ts) > 0)] if len(ts) else ts
    first = np.maximum(np.searchsorted(instants, bounds[:-1], side="right") - 1, 0)
    last = np.minimum(np.searchsorted(instants, bounds[1:], side="left") + 1, len(instants))
    if len(instants) > 1 and np.diff(instants).max() <= STEPS[0]:
        return np.where(last - first > 1, STEPS[0], STEPS[-1])
    days = zip(first.tolist(), last.tolist(), strict=True)
    return np.array([native_step(instants[begin:end]) for begin, end in days])
