"""Registers that stand still on meters that never do. Pure."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from analytics.ledger.readings import DAY, MINUTE, Floats, Instants

Closed: TypeAlias = Callable[[int, int], bool]
"""Tells whether a place was closed over a span [begin, end) [us]."""
FedIn: TypeAlias = Callable[[int, int], bool]
"""Tells whether a plant fed in through a meter over a span [begin, end) [us]: nothing is bought."""

FED_IN_EDGES = 30 * MINUTE
"""Of a span in which a register stood, what may lie before it is fed in and after. [us]"""
MAY_IDLE = frozenset(
    {"volume_m3", "volume_reverse_m3", "heat_energy_gj", "cold_energy_gj", "heat_volume_m3"}
)
"""Registers of water, gas and heat: a boiler is off out of season, a building closed, and rightly
so. Something in a building always draws electricity."""

_SHORTEST = 60 * MINUTE
"""A register that stands still for less than this says nothing. [us]"""
_SHORTEST_IDLE = 360 * MINUTE
"""The same for what may idle: a boiler has its pauses. [us]"""
_CONTEXT = 8 * DAY
"""How far around to look for other times of standing still: there is a weekend on a side. [us]"""
_ENOUGH = 2 * DAY
"""Less of a moving register does not show that it never stands still. [us]"""
_SELDOM = 0.1
"""A meter that stands still for more than this share of the time around is one that idles. [1]"""
_MANY = 23
"""So many repetitions of one value and more are no chance. [1]"""
_CATCH_UP = 1.5
"""A step of more than this many times the usual rate makes up for a time of standing still. [1]"""
_AS_USUAL = 0.5
"""Who turns a plant off does not run it at more than this share of its use on both sides. [1]"""


def long_enough(ts: Instants) -> bool:
    """Whether a stand at these instants says anything."""
    return bool(ts[-1] - ts[0] >= _SHORTEST)


def stands_still(ts: Instants, register: Floats, *, for_us: int = _SHORTEST) -> bool:
    """Whether a register stood still long enough to ask whether its meter ever does.

    Parameters
    ----------
    for_us : int
        How long that is. [us]
    """
    moved = np.flatnonzero(np.diff(register) != 0)
    first, last = np.concatenate(([0], moved + 1)), np.concatenate((moved, [len(ts) - 1]))
    return bool((ts[last] - ts[first]).max() >= for_us)


def frozen_spans(
    ts: Instants,
    register: Floats,
    rate: float | None,
    *,
    closed: Closed | None = None,
    fed_in: FedIn | None = None,
) -> list[tuple[int, int, bool]]:
    """Find where a register stood still although its meter never does.

    Parameters
    ----------
    ts, register : ndarray, shape (m,)
        A segment: strictly rising instants [us], a register that does not fall.
    rate : float or None
        What the register seldom exceeds. [unit/us]
    closed : callable, optional
        Of a meter that may idle, who tells when its place was closed; None of one that may not.
    fed_in : callable, optional
        Of a meter behind which a plant stands, who tells when it fed in.

    Returns
    -------
    list of (int, int, bool)
        First and last index of each such stand, and whether the next step made up for it.
    """
    moved = np.flatnonzero(np.diff(register) > 0)
    first = np.concatenate(([0], moved + 1))
    last = np.concatenate((moved, [len(ts) - 1]))
    long = ts[last] - ts[first] >= _SHORTEST
    if rate is None or not long.any():
        return []
    first, last = first[long], last[long]
    begin, end = ts[first], ts[last]
    stood = np.concatenate(([0], np.cumsum(end - begin)))
    found = []
    for index, (here, there) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        low, high = begin[index] - _CONTEXT, end[index] + _CONTEXT
        around = slice(int(np.searchsorted(end, low)), int(np.searchsorted(begin, high)))
        length = end[index] - begin[index]
        others = stood[around.stop] - stood[around.start] - length
        seen = min(high, ts[-1]) - max(low, ts[0]) - length
        if seen - others < _ENOUGH or others > _SELDOM * seen:
            continue
        if fed_in is not None and fed_in(int(begin[index]), int(end[index])):
            continue
        caught_up = _caught_up(ts, register, there, float(length), rate)
        if closed is not None and (
            _may_idle(ts, here, there)
            or (
                not caught_up
                and not _stuck(ts, register, here, there, float(seen - others), closed)
            )
        ):
            continue
        found.append((here, there, caught_up))
    return found


def repeated_spans(ts: Instants, told: Floats) -> list[tuple[int, int]]:
    """Find where one and the same amount or rate was told for a day, by a meter that never does so.

    Parameters
    ----------
    ts, told : ndarray, shape (m,)
        Strictly rising instants [us], amounts or rates.

    Returns
    -------
    list of (int, int)
        First and last index of each such run.
    """
    other = np.append(0.0, np.cumsum(np.diff(told) != 0)) if len(ts) else told
    return [
        (first, last)
        for first, last, _ in frozen_spans(ts, other, 1.0)
        if told[first] > 0 and last - first >= _MANY and ts[last] - ts[first] >= DAY
    ]


def _caught_up(ts: Instants, register: Floats, last: int, length: float, rate: float) -> bool:
    if last + 1 == len(ts):
        return False
    rise, took = register[last + 1] - register[last], float(ts[last + 1] - ts[last])
    return bool(rise > _CATCH_UP * rate * took and rise <= 4 * rate * (length + took))


def _may_idle(ts: Instants, first: int, last: int) -> bool:
    """Whether a stand is a pause of a plant, a season, or not over yet."""
    length = ts[last] - ts[first]
    over = first > 0 and last + 1 < len(ts)
    return bool(not over or length < _SHORTEST_IDLE or length > _CONTEXT)


def _stuck(
    ts: Instants, register: Floats, first: int, last: int, moving: float, closed: Closed
) -> bool:
    """Whether a plant ran as usual up to a stand of a day or more, and after it, on days of work.

    Parameters
    ----------
    moving : float
        How long its register moved, of the days around. [us]
    """
    begin, end = int(ts[first]), int(ts[last])
    if end - begin < DAY:
        return False
    edges = [begin - _CONTEXT, begin - DAY, begin, end, end + DAY, end + _CONTEXT]
    inside = np.clip(edges, ts[0], ts[-1])
    told = np.interp(inside, ts, register)
    usual = (told[5] - told[0]) / moving
    before = (told[2] - told[1]) / max(inside[2] - inside[1], 1)
    after = (told[4] - told[3]) / max(inside[4] - inside[3], 1)
    return bool(min(before, after) > _AS_USUAL * usual and not closed(begin, end))
