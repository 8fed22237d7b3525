"""Devices that tell amounts of intervals, or only power, as the history of a register. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from analytics.ledger.believed_rate import believed
from analytics.ledger.faults import usual_rate
from analytics.ledger.frozen import Closed, FedIn, frozen_spans, repeated_spans
from analytics.ledger.readings import MINUTE, Flags, Floats, Instants, Readings
from analytics.ledger.segments import (
    History,
    Segment,
    Span,
    by_ratio,
    errors_of,
    in_sequence,
    rising,
    us,
)
from domain.consumption_flag import ConsumptionFlag
from domain.counting import CountsBy
from domain.epoch import from_us
from domain.local_day import day_start, local_day
from domain.register_event import RegisterEvent

HOUR = 60 * MINUTE
"""One hour. [us]"""
_HOLDS = 3.0
"""Between readings of power up to this many usual pauses apart it runs straight. [1]"""
_LASTS = 1.5
"""An amount lasts until the next one, if that comes within this many usual lengths. [1]"""
_MOST = 1e12
"""No meter counts so much in an interval, nor in an hour. [unit of the quantity]"""
_AROUND = 8
"""What is usual at a pause is told by so many pauses on either side: no more, so that it does not
depend on where the readings at hand begin."""


def of_amounts(
    readings: Readings,
    zone: ZoneInfo,
    events: Sequence[RegisterEvent] = (),
    *,
    ratio: float = 1.0,
    until: int | None = None,
    closed: Closed | None = None,
    fed_in: FedIn | None = None,
) -> History:
    """History of amounts that are stamped with the start of their interval.

    Parameters
    ----------
    readings : Readings
        Amounts as `register`. Where one is missing, or is no amount, nobody knows what was used.
    zone : ZoneInfo
        In which days begin: a figure does not depend on where readings of other days begin.
    events : sequence of RegisterEvent
        Ratios and errors count; swaps and sizes are a register's.
    ratio : float
        Multiplier before the first declared one. [1]
    until : int, optional
        When another device began to tell; the last amount does not reach beyond. [us]
    closed, fed_in : callable, optional
        As for `history`.
    """
    ts, amount = readings.ts, readings.register
    if len(ts) < 2:  # noqa: PLR2004  # the length of an interval takes two
        return History([], [], 0.0)
    ends = ts + _lengths(ts)
    ends[-1] = ends[-1] if until is None else min(int(ends[-1]), until)
    good = (amount >= 0) & (amount < _MOST)  # and so no NaN
    told = History([], [], float(np.median(np.diff(ts))))
    told.unknown.extend(
        Span(*span, ConsumptionFlag.OUT_OF_RANGE)
        for span in zip(ts[~good].tolist(), ends[~good].tolist(), strict=True)
    )
    ts, ends, amount, flags = ts[good], ends[good], amount[good], readings.flags[good]
    told.unknown.extend(_repeated(ts, ends, amount, closed))
    segments: list[Segment] = []
    for piece in np.split(np.arange(len(ts)), np.flatnonzero(ts[1:] != ends[:-1]) + 1):
        if not len(piece):
            continue
        instants, used = np.append(ts[piece], ends[piece[-1]]), amount[piece]
        marks = np.append(np.int32(0), flags[piece]).astype(np.int32)
        register = Readings(instants, np.concatenate(([0.0], np.cumsum(used))), marks)
        for segment in rising(register, None, told.unknown, closed=closed, fed_in=fed_in):
            at = np.searchsorted(instants, segment.ts)
            steps = np.add.reduceat(used[: at[-1]], at[:-1])
            segments.extend(_by_day(segment.ts, steps, segment.flags, zone))
    return _tell(told, segments, CountsBy.AMOUNT, events, ratio)


def of_rate(
    readings: Readings,
    zone: ZoneInfo,
    events: Sequence[RegisterEvent] = (),
    *,
    ratio: float = 1.0,
    closed: Closed | None = None,
    fed_in: FedIn | None = None,
) -> History:
    """History of the integral of power or flow over time; feeding in does not count as use.

    Parameters
    ----------
    readings : Readings
        Power or flow as `register` [unit/h]. Over a pause of several readings nothing is known.
    zone, events, ratio
        As for `of_amounts`.
    closed, fed_in : callable, optional
        As for `history`: nothing told for an hour by a meter that always counts is not known.
    """
    possible = np.abs(readings.register) < _MOST  # and so no NaN
    readings = readings.only(possible)
    good, flags = believed(readings, zone)
    ts, rate = readings.ts[good], np.maximum(readings.register[good], 0.0)
    pauses, flags = np.diff(ts), flags[good]
    told = History([], [], float(np.median(pauses)) if len(pauses) else 0.0)
    if len(ts) > 1:
        counted = np.append(0.0, np.cumsum((rate[:-1] + rate[1:]) / 2 * pauses / HOUR))
        stands = frozen_spans(ts, counted, usual_rate(ts, counted), closed=closed, fed_in=fed_in)
        told.unknown.extend(
            Span(int(ts[first]), int(ts[last]), ConsumptionFlag.FROZEN) for first, last, _ in stands
        )
    told.unknown.extend(_repeated(ts, ts, rate, closed))
    segments: list[Segment] = []
    for piece in np.split(np.arange(len(ts)), np.flatnonzero(pauses > _HOLDS * _usual(pauses)) + 1):
        if len(piece) > 1:
            here, marks = rate[piece], flags[piece]
            steps = (here[:-1] + here[1:]) / 2 * np.diff(ts[piece]) / HOUR
            segments.extend(_by_day(ts[piece], steps, marks[:-1] | marks[1:], zone))
    return _tell(told, segments, CountsBy.RATE, events, ratio)


def _repeated(ts: Instants, ends: Instants, told: Floats, closed: Closed | None) -> Iterator[Span]:
    """Spans over which a device told one value over and over; a plant that may idle may do so."""
    if closed is None:
        for first, last in repeated_spans(ts, told):
            yield Span(int(ts[first]), int(ends[last]), ConsumptionFlag.FROZEN)


def _by_day(ts: Instants, steps: Floats, flags: Flags, zone: ZoneInfo) -> Iterator[Segment]:
    """Amounts summed up into registers, of each local day one from its first reading on.

    The step over midnight is one of its own: so not one bit of a figure depends on how many
    readings of other days are at hand, and none changes when the day goes on.
    """
    first, last = (local_day(from_us(int(ts[edge])), zone) for edge in (0, -1))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    begins = np.searchsorted(ts, [us(day_start(day, zone)) for day in days])
    cuts = np.unique(np.concatenate(([0], begins - 1, begins, [len(ts) - 1])))
    for begin, end in pairwise(cuts.tolist()):
        register = np.concatenate(([0.0], np.cumsum(steps[begin:end])))
        yield Segment(ts[begin : end + 1], register, flags[begin:end])


def _tell(
    told: History,
    segments: list[Segment],
    counts_by: CountsBy,
    events: Sequence[RegisterEvent],
    ratio: float,
) -> History:
    """A history of these segments; what lies between two of them, nobody knows."""
    known = in_sequence(events)
    told.errors.extend(errors_of(known))
    for segment in segments:
        parts = by_ratio(segment, known, ratio, told.unread)
        told.segments.extend(replace(part, counts_by=counts_by) for part in parts)
    for before, after in pairwise(told.segments):
        if after.ts[0] > before.ts[-1]:
            span = Span(int(before.ts[-1]), int(after.ts[0]), ConsumptionFlag.GAP)
            told.unknown.append(span)
    return told


def _lengths(ts: Instants) -> Instants:
    """How long each amount lasts: until the next one, or as long as the others around [us]."""
    pauses = np.diff(ts)
    usual = _usual(pauses)
    lasts = np.where(pauses <= _LASTS * usual, pauses, usual)
    return np.append(lasts, usual[-1])


def _usual(pauses: Instants) -> Instants:
    """Median of the pauses around each pause, itself included; of two middle ones the less [us]."""
    if not len(pauses):
        return pauses
    beyond = np.iinfo(np.int64).max
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(pauses, _AROUND, constant_values=beyond), 2 * _AROUND + 1
    )
    known = (windows < beyond).sum(axis=1)
    ordered = np.sort(windows, axis=1)
    return np.asarray(ordered[np.arange(len(pauses)), (known - 1) // 2])
