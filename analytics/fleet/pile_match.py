"""Which pile a charge came from, so that no kilowatt-hour is lost or counted twice. Pure.

A pile gives to one vehicle at a time. What its meter counted in an interval goes to the charges
matched to it, by the time each was plugged in during the interval, and never sums to more.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from analytics.fleet.fence import apart_m

NEAR_M = 300.0
"""A fix in a basement may be off by as much. [m]"""
_LEAST_KWH = 0.2
_LOSS = (-0.05, 0.4)
"""Least and most share that is lost between pile and battery, for an energy to agree. [1]"""
_USUAL_LOSS = 0.1
_TOUCHING_US = 60_000_000
"""Charges of one pile may overlap by so much, as clocks do. [us]"""

Key = tuple[int, str]
"""Vehicle and charge."""
_NONE_HELD: Mapping[Key, int | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Metered:
    """What a pile's meter counted from one instant to another. [us], [kWh]."""

    start: int
    end: int
    kwh: float


@dataclass(frozen=True, slots=True)
class Pile:
    """A pile.

    Attributes
    ----------
    place : tuple of float or None
        Latitude and longitude, WGS-84. [deg]
    metered : sequence of Metered
        In order of time, without overlap; an interval in which it gave nothing is one of them.
    """

    id: int
    place: tuple[float, float] | None
    metered: Sequence[Metered]


class Seen(NamedTuple):
    """What a match says of where a charge was, after its own place was emptied.

    Attributes
    ----------
    pile_id : int
        The pile it was matched to.
    away_m : float or None
        How far it was from it. [m]
    only_one : bool
        No other pile was possible.
    """

    pile_id: int
    away_m: float | None
    only_one: bool


@dataclass(frozen=True, slots=True)
class Plugged:
    """A charge of a vehicle. [us]; `kwh` into the battery, None where not told.

    Attributes
    ----------
    seen : Seen or None
        Of a charge whose place is known no longer, what is left of it.
    """

    vehicle_id: int
    segment_id: str
    start: int
    end: int
    kwh: float | None
    place: tuple[float, float] | None
    seen: Seen | None = None

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.vehicle_id, self.segment_id


@dataclass(frozen=True, slots=True)
class Match:
    """A charge and the pile that gave it.

    Attributes
    ----------
    grid_kwh : float
        Its part of what the pile's meter counted. [kWh]
    loss : float or None
        1 - into the battery / from the pile; None where the battery's part is not told, or the
        pile's meter has no figure for a part of the charge. [1]
    away_m : float or None
        Between the pile and the vehicle's own place; None where either is not known. [m]
    how : tuple of str
        What speaks for it: ``place``, ``energy``, ``only_one``.
    """

    charge: Plugged
    pile_id: int
    grid_kwh: float
    loss: float | None
    away_m: float | None
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    charge: Plugged
    pile: Pile
    kwh: float
    away_m: float | None
    whole: bool
    """The pile's meter tells of all of the charge."""

    @property
    def near(self) -> bool | None:
        return None if self.away_m is None else self.away_m <= NEAR_M

    @property
    def loss(self) -> float | None:
        return None if self.charge.kwh is None else 1 - self.charge.kwh / self.kwh

    @property
    def agrees(self) -> bool | None:
        if self.loss is None:
            return None
        if not self.whole and self.loss < _LOSS[0]:
            return None  # what lacks may be what its meter does not tell
        return _LOSS[0] <= self.loss <= _LOSS[1]

    @property
    def possible(self) -> bool:
        """Nothing speaks against it, and place or energy for it."""
        return bool(self.near or self.agrees) and self.agrees is not False

    @property
    def rank(self) -> tuple[bool, float, float, int, str, int]:
        off = 1.0 if self.loss is None else abs(self.loss - _USUAL_LOSS)
        away = 1e9 if self.away_m is None else self.away_m
        who = self.charge.vehicle_id, self.charge.segment_id, self.pile.id
        return (not self.near, off, away, *who)


def matches(
    charges: Sequence[Plugged],
    piles: Sequence[Pile],
    held: Mapping[Key, int | None] = _NONE_HELD,
) -> list[Match]:
    """Match charges to piles, the surest first.

    A charge whose place was emptied has the pile it had, as that is as sure as it was, unless a
    surer one takes it; any other is less sure than it was.

    Parameters
    ----------
    held : mapping
        Charges of which not all neighbours are among these, with the pile they have; None: none.

    Returns
    -------
    list of Match
        In order of start; a charge at most once, and a pile to one charge at a time.
    """
    found = [
        each
        for charge in charges
        for pile in piles
        if held.get(charge.key, pile.id) == pile.id
        and (each := _candidate(charge, pile))
        and each.possible
    ]
    of_charge: dict[Key, int] = {}
    for each in found:
        of_charge[each.charge.key] = of_charge.get(each.charge.key, 0) + 1
    taken: dict[Key, _Candidate] = {}
    busy: dict[int, list[Plugged]] = {}
    for each in sorted(found, key=lambda one: one.rank):
        key = each.charge.key
        others = busy.setdefault(each.pile.id, [])
        if key in taken or any(_overlap(each.charge, other) > _TOUCHING_US for other in others):
            continue
        taken[key] = each
        others.append(each.charge)
    parts = {pile.id: _shared(pile, busy.get(pile.id, [])) for pile in piles}
    told = [
        _match(each, parts[each.pile.id][key], _only_one(each, of_charge[key]))
        for key, each in taken.items()
    ]
    return sorted(
        (each for each in told if each.grid_kwh > 0),
        key=lambda match: (match.charge.start, match.charge.vehicle_id),
    )


def _only_one(found: _Candidate, candidates: int) -> bool:
    """Whether no other pile was possible, as far as it could ever be told."""
    seen = found.charge.seen
    return seen.only_one if seen and seen.pile_id == found.pile.id else candidates == 1


def _candidate(charge: Plugged, pile: Pile) -> _Candidate | None:
    during = list(_during(pile, charge.start, charge.end))
    most = sum(each.kwh for each, _ in during)
    if most < _LEAST_KWH:
        return None
    # Of the quarter hours at its edges it may have had all, or its part.
    least = sum(each.kwh * common / (each.end - each.start) for each, common in during)
    kwh = least
    if charge.kwh is not None:
        kwh = min(max(charge.kwh / (1 - _USUAL_LOSS), least), most)
    away = apart_m(charge.place, pile.place) if charge.place and pile.place else None
    if charge.seen and charge.seen.pile_id == pile.id:
        away = charge.seen.away_m
    told = sum(common for _, common in during)
    return _Candidate(charge, pile, kwh, away, whole=told >= charge.end - charge.start)


def _match(found: _Candidate, grid_kwh: float, only_one: bool) -> Match:
    how = {"place": found.near, "energy": found.agrees, "only_one": only_one}
    loss = None
    if found.charge.kwh is not None and grid_kwh > 0 and found.whole:
        loss = round(1 - found.charge.kwh / grid_kwh, 6)
    told = tuple(name for name, speaks in how.items() if speaks)
    away = None if found.away_m is None else round(found.away_m, 1)
    return Match(found.charge, found.pile.id, round(grid_kwh, 6), loss, away, told)


def reach(start: int, end: int, piles: Sequence[Pile]) -> tuple[int, int]:
    """From when to when a charge may bear on others: it, and the intervals it has a part in. [us].

    Two charges of which neither meets the other's reach bear on each other in no way.
    """
    parts = [part for pile in piles for part, _ in _during(pile, start, end) if part.kwh > 0]
    return min([start, *(part.start for part in parts)]), max([end, *(part.end for part in parts)])


def _shared(pile: Pile, charges: Sequence[Plugged]) -> Mapping[Key, float]:
    """What each charge of a pile got: of an interval all, by the time each was plugged in."""
    whole: dict[int, int] = {}
    for each in charges:
        for part, common in _during(pile, each.start, each.end):
            whole[part.start] = whole.get(part.start, 0) + common
    return {
        each.key: sum(
            part.kwh * common / whole[part.start]
            for part, common in _during(pile, each.start, each.end)
        )
        for each in charges
    }


def _during(pile: Pile, start: int, end: int) -> Iterator[tuple[Metered, int]]:
    """Intervals of a pile that have a part in [start, end), and how much of it. [us]."""
    first = bisect_right(pile.metered, start, key=lambda part: part.end)
    for part in pile.metered[first:]:
        if part.start >= end:
            return
        yield part, min(part.end, end) - max(part.start, start)


def _overlap(one: Plugged, other: Plugged) -> int:
    return min(one.end, other.end) - max(one.start, other.start)
