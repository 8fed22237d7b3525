"""Intervals of motion joined to trips. Pure."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from analytics.fleet.motion import Motion
from analytics.fleet.samples import Marks, Places
from analytics.fleet.vehicle_class import VehicleClass
from analytics.ledger.readings import Floats, Instants


@dataclass(frozen=True, slots=True)
class Placed:
    """Stretches of time as places of samples, each array of shape (k,) and in order of time.

    Attributes
    ----------
    base, close : ndarray of int
        Samples between which the registers count it: the last one before, the first after.
    start, end : ndarray of int
        First and last sample with evidence of it.
    inferred : ndarray of bool
        The whole lies in a silence.
    stretched : ndarray of bool
        A part of it lies in a silence.
    """

    base: Places
    start: Places
    end: Places
    close: Places
    inferred: Marks
    stretched: Marks

    def __len__(self) -> int:
        return len(self.base)

    def only(self, chosen: Marks | Places) -> Self:
        """Some of them, or all in another order."""
        return replace(
            self, **{each.name: getattr(self, each.name)[chosen] for each in fields(self)}
        )


@dataclass(frozen=True, slots=True)
class Spans(Placed):
    """Trips.

    Attributes
    ----------
    caught_km : ndarray of float
        What of the odometer's rise was driven before, while it stood. [km]
    """

    caught_km: Floats


def joined(ts: Instants, found: Motion, kind: VehicleClass) -> Spans:
    """Join motion to spans, back-dated to their evidence. Silences are not closed yet."""
    moved = np.flatnonzero(found.moved)
    first, last = _with_idling(ts, *_without_pause(ts, moved, found.held, kind), found.held, kind)
    driving = found.driving
    start = first + (~driving[first] & driving[np.minimum(first + 1, last)])
    end = last - (~driving[last] & driving[np.maximum(last - 1, start)])
    before = np.maximum(start - 1, 0)
    base = np.where((first == start) & driving[start] & ~found.silent[before], before, first)
    after = np.minimum(end + 1, len(ts) - 1)
    close = np.where((last == end) & driving[end] & ~found.silent[end], after, last)
    close = _until_told(ts, base, close, found, kind)
    base[1:] = np.maximum(base[1:], close[:-1])
    none = np.zeros(len(base), np.bool_)
    bridged = _bridging(found, base, close)
    return Spans(base, start, end, close, none, bridged, np.zeros(len(base)))


def _until_told(
    ts: Instants, base: Places, close: Places, found: Motion, kind: VehicleClass
) -> Places:
    """First sample after each trip, and before the next, that tells the odometer."""
    if found.odometer is None or found.odometer.known.all() or not len(close):
        return close
    known = np.flatnonzero(found.odometer.known)
    told = known[np.minimum(np.searchsorted(known, close), len(known) - 1)]
    quiet = np.append(0, np.cumsum(found.silent))
    fits = (told > close) & (told <= np.append(base[1:], len(ts) - 1))
    fits &= (quiet[told] == quiet[close]) & (ts[told] - ts[close] < kind.idle_s * 1e6)
    return np.where(fits, told, close)


def _bridging(found: Motion, base: Places, close: Places) -> Marks:
    """Whether a span holds a silence that was passed under way."""
    before = np.append(0, np.cumsum(found.silent & found.moved))
    return np.asarray(before[close] > before[base])


def _without_pause(
    ts: Instants, moved: Places, held: Marks, kind: VehicleClass
) -> tuple[Places, Places]:
    """First and last sample of motion that no pause interrupts.

    A vehicle that is held ready all through a pause may stand longer.
    """
    if not len(moved):
        return moved, moved
    pause_s = (ts[moved[1:]] - ts[moved[:-1] + 1]) / 1e6
    unheld = np.append(0, np.cumsum(~held))
    throughout = unheld[moved[1:]] == unheld[moved[:-1] + 1]
    linked = (pause_s < kind.parking_s) | (throughout & (pause_s < kind.idle_s))
    cut = np.flatnonzero(~linked)
    return moved[np.append(0, cut + 1)], moved[np.append(cut, len(moved) - 1)] + 1


def _with_idling(
    ts: Instants, first: Places, last: Places, held: Marks, kind: VehicleClass
) -> tuple[Places, Places]:
    """Reach back and on while the vehicle is held ready, unless it idles longer than in a jam."""
    unheld = np.flatnonzero(~held)
    before = np.searchsorted(unheld, first) - 1
    lead = np.where(before < 0, 0, unheld[np.maximum(before, 0)] + 1)
    tail = unheld[np.searchsorted(unheld, last)]
    longest_us = kind.idle_s * 1e6
    return (
        np.where(ts[first] - ts[lead] < longest_us, lead, first),
        np.where(ts[tail] - ts[last] < longest_us, tail, last),
    )
