"""A register's life as stretches in which it only rose, with what happened between them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

import numpy as np

from analytics.ledger.faults import judge, usual_rate
from analytics.ledger.frozen import Closed, FedIn, frozen_spans, long_enough
from analytics.ledger.readings import Flags, Floats, Instants, Readings
from domain.consumption_flag import ConsumptionFlag
from domain.counting import CountsBy
from domain.register_event import RegisterEvent

BOUNDARY = {"swap": ConsumptionFlag.SWAP, "reset": ConsumptionFlag.RESET}
_Declared: TypeAlias = tuple[int, float, ConsumptionFlag]
"""A reading that somebody wrote down: when [us], the register, and at what."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which one register rose under one multiplier.

    Attributes
    ----------
    ts : ndarray of int, shape (n,)
        Instants, strictly rising, n >= 2. [us]
    register : ndarray of float, shape (n,)
        Not falling; may go beyond the register's size where it passed it.
    flags : ndarray of int, shape (n - 1,)
        Of each step between two readings.
    ratio : float
        What a unit of the register stands for [unit of the quantity].
    counts_by : CountsBy
        What the device told: a register, or what was summed up into one here.
    """

    ts: Instants
    register: Floats
    flags: Flags
    ratio: float = 1.0
    counts_by: CountsBy = CountsBy.REGISTER


@dataclass(frozen=True, slots=True)
class Span:
    """A span [begin, end) [us], and what is to be said of it."""

    begin: int
    end: int
    why: ConsumptionFlag


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was counted, each amount once, and everything that was not.

    Attributes
    ----------
    segments : list of Segment
        Stretches in which a register rose; they do not overlap.
    unknown : list of Span
        Whose use no register tells.
    cadence : float
        Median pause between readings. [us]
    shaped : list of Span
        Gaps into which points of the meter's profile were put.
    errors : list of RegisterEvent
        Declared errors of the meter; `segments` hold what it showed.
    unread : list of Span
        Steps between two readings in which the multiplier changed, and nobody read the register.
    """

    segments: list[Segment]
    unknown: list[Span]
    cadence: float
    shaped: list[Span] = field(default_factory=list)
    errors: list[RegisterEvent] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)

    def longest_pause(self, step: int) -> float:
        """Longest pause that still shows the use at a boundary inside [us]; a longer one is a gap.

        Parameters
        ----------
        step : int
            Length of the intervals wanted. [us]
        """
        return min(1.5 * step, max(1.5 * self.cadence, step / 4))


def history(
    readings: Readings,
    events: Sequence[RegisterEvent] = (),
    *,
    ratio: float = 1.0,
    size: float | None = None,
    closed: Closed | None = None,
    fed_in: FedIn | None = None,
) -> History:
    """Tell a register's history from its readings and what was declared.

    Parameters
    ----------
    readings : Readings
        Of one meter, in the unit of its register.
    events : sequence of RegisterEvent
        In any order.
    ratio : float
        Multiplier before the first declared one [1].
    size : float or None
        Size of the register before the first declared one.
    closed : callable, optional
        Of a register that may stand still and not be frozen, who tells when its place was closed.
    fed_in : callable, optional
        Of the register of a meter behind which a plant stands, who tells when it fed in.
    """
    known = in_sequence(events)
    pauses = np.diff(readings.ts)
    found = History([], [], float(np.median(pauses)) if len(pauses) else 0.0)
    found.errors.extend(errors_of(known))
    for part, size_then in _registers(readings, known, found.unknown, size):
        for segment in rising(part, size_then, found.unknown, closed=closed, fed_in=fed_in):
            found.segments.extend(by_ratio(segment, known, ratio, found.unread))
    return found


def in_sequence(events: Sequence[RegisterEvent]) -> list[RegisterEvent]:
    """Events in order of time, which does not depend on how they came.

    Of two swaps of one instant the one with the higher last reading ended what hung before.
    """
    return sorted(events, key=_place)


def _place(event: RegisterEvent) -> tuple[datetime, str, float, float, str]:
    kind = "swap" if event.kind in BOUNDARY else event.kind
    return event.at, kind, -(event.previous or 0.0), event.value, event.kind


def errors_of(events: Sequence[RegisterEvent]) -> list[RegisterEvent]:
    """Declared errors of a meter, in an order that does not depend on how they came."""
    errors = [event for event in events if event.kind == "error"]
    return sorted(errors, key=lambda event: (event.at, event.until or event.at, event.value))


def us(instant: datetime) -> int:
    """Microseconds since 1970 of an instant, exactly."""
    return round(instant.timestamp() * 1e6)


def _registers(
    readings: Readings, events: list[RegisterEvent], unknown: list[Span], size: float | None
) -> Iterator[tuple[Readings, float | None]]:
    """Readings of each register between declared swaps and resets, and its size."""
    begin = 0
    opening: _Declared | None = None
    for event in events:
        if event.kind not in BOUNDARY:
            continue
        at, why = us(event.at), BOUNDARY[event.kind]
        end = int(np.searchsorted(readings.ts, at))
        if opening is not None and at == opening[0]:  # nothing hung for no time at all
            opening = (at, event.value, why)
            continue
        closing = None if event.previous is None else (at, event.previous, why)
        part = _part(readings, begin, end, opening, closing)
        yield part, _size(events, event.at, size)
        if event.previous is None and len(part.ts):
            unknown.append(Span(int(part.ts[-1]), at, why))
        begin, opening = end, (at, event.value, why)
    yield _part(readings, begin, len(readings.ts), opening, None), _size(events, None, size)


def _size(events: list[RegisterEvent], before: datetime | None, size: float | None) -> float | None:
    """Size of the register that hung until `before`; what is declared late holds from its start."""
    for event in events:
        if event.kind == "register_size" and (before is None or event.at < before):
            size = event.value
    return size


def _part(
    readings: Readings, begin: int, end: int, opening: _Declared | None, closing: _Declared | None
) -> Readings:
    """Readings [begin, end) between a declared first and a declared last one."""
    ts, register = readings.ts[begin:end], readings.register[begin:end]
    flags = readings.flags[begin:end]
    if opening is not None:
        same = int(len(ts) > 0 and ts[0] == opening[0])  # what was declared counts
        ts = np.insert(ts[same:], 0, opening[0])
        register = np.insert(register[same:], 0, opening[1])
        flags = np.insert(flags[same:], 0, int(opening[2]))
    if closing is not None:
        ts, register = np.append(ts, closing[0]), np.append(register, closing[1])
        flags = np.append(flags, np.int32(closing[2]))
    return Readings(ts, register, flags)


def rising(
    part: Readings,
    size: float | None,
    unknown: list[Span],
    *,
    closed: Closed | None = None,
    fed_in: FedIn | None = None,
) -> Iterator[Segment]:
    """Stretches without a break; what happened at a break goes to `unknown`, or round the clock."""
    verdict = judge(part.ts, part.register, size=size)
    kept = verdict.kept
    if len(kept) < 2:  # noqa: PLR2004  # a difference takes two readings
        return
    ts, register = part.ts[kept], part.register[kept]
    flags = _of_steps(part.flags | verdict.flags, kept) | verdict.doubts[kept[1:]]
    rate = usual_rate(ts, register)
    begin = 0
    for index, why in [*sorted(verdict.breaks.items()), (len(kept), None)]:
        if index - begin > 1:
            here = slice(begin, index)
            segment = Segment(ts[here], register[here], flags[begin : index - 1])
            undeclared = begin > 0 or why is not None
            if undeclared and _one_value(segment):
                span = Span(int(ts[begin]), int(ts[index - 1]), ConsumptionFlag.FROZEN)
                unknown.append(span)
            else:
                yield _moving(segment, rate, unknown, closed, fed_in)
        if why is ConsumptionFlag.ROLLOVER and size is not None:
            ends = np.array([register[index - 1], register[index] + size])
            step = flags[index - 1 : index] | np.int32(why)
            yield Segment(ts[index - 1 : index + 1], ends, step)
        elif why is not None:
            unknown.append(Span(int(ts[index - 1]), int(ts[index]), why))
        begin = index


def _one_value(segment: Segment) -> bool:
    """Whether a register told one value over and over between two breaks: it is garbage."""
    return bool(segment.register[0] == segment.register[-1]) and long_enough(segment.ts)


def _moving(
    segment: Segment,
    rate: float | None,
    unknown: list[Span],
    closed: Closed | None,
    fed_in: FedIn | None,
) -> Segment:
    """Take frozen readings out of a segment, or tell that nobody knows what was used."""
    found = frozen_spans(segment.ts, segment.register, rate, closed=closed, fed_in=fed_in)
    if not found:
        return segment
    kept = np.ones(len(segment.ts), dtype=np.bool_)
    flags = segment.flags.copy()
    for first, last, caught_up in found:
        flags[first : last + 1] |= ConsumptionFlag.FROZEN  # and of the step after
        if caught_up:
            kept[first + 1 : last + 1] = False
        else:
            begin, end = int(segment.ts[first]), int(segment.ts[last])
            unknown.append(Span(begin, end, ConsumptionFlag.FROZEN))
    index = np.flatnonzero(kept)
    steps = np.bitwise_or.reduceat(flags[: index[-1]], index[:-1])
    return replace(segment, ts=segment.ts[index], register=segment.register[index], flags=steps)


def _of_steps(flags: Flags, kept: Instants) -> Flags:
    """Flags of the steps between readings that stand: theirs, and of what was left out between."""
    if not flags.any():
        return np.zeros(len(kept) - 1, dtype=np.int32)
    between = np.bitwise_or.reduceat(flags[: kept[-1]], kept[:-1])
    return np.asarray(between | flags[kept[1:]], dtype=np.int32)


def by_ratio(
    segment: Segment, events: Sequence[RegisterEvent], ratio: float, unread: list[Span]
) -> Iterator[Segment]:
    """Cut a segment where its multiplier changes, between readings on the line between them.

    Parameters
    ----------
    events : sequence of RegisterEvent
        In order of time.
    ratio : float
        Multiplier before the first declared one. [1]
    unread : list of Span
        Gets the steps that were cut between readings.
    """
    for event in events:
        if event.kind != "ratio":
            continue
        at = us(event.at)
        if at <= segment.ts[0]:
            ratio = event.value
        elif at < segment.ts[-1]:
            step = int(np.searchsorted(segment.ts, at))
            begin, end = int(segment.ts[step - 1]), int(segment.ts[step])
            rose = segment.register[step] > segment.register[step - 1]
            if at < end and rose and event.value != ratio:
                unread.append(Span(begin, end, ConsumptionFlag.RATIO))
            before, segment = _cut(segment, at)
            yield replace(before, ratio=ratio)
            ratio = event.value
    yield replace(segment, ratio=ratio)


def _cut(segment: Segment, at: int) -> tuple[Segment, Segment]:
    index = int(np.searchsorted(segment.ts, at))
    level = float(np.interp(at, segment.ts, segment.register))
    on_reading = int(segment.ts[index] == at)
    left = segment.flags[:index].copy()
    right = segment.flags[index - 1 + on_reading :].copy()
    left[-1] |= ConsumptionFlag.RATIO
    right[0] |= ConsumptionFlag.RATIO
    return (
        Segment(
            np.append(segment.ts[:index], at), np.append(segment.register[:index], level), left
        ),
        Segment(
            np.concatenate(([at], segment.ts[index + on_reading :])),
            np.concatenate(([level], segment.register[index + on_reading :])),
            right,
        ),
    )
