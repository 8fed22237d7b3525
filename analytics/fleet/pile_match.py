"""Which pile a charge came from, so that no kilowatt-hour is lost or counted twice. Pure.

A pile gives to one vehicle at a time. What its meter counted in an interval goes to the charges
matched to it, by the time each was plugged in during the interval, and never sums to more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.fleet.fence import apart_m

NEAR_M = 300.0
"""A fix in a basement may be off by as much. [m]"""
_LEAST_KWH = 0.2
_LOSS = (-0.05, 0.4)
"""Least and most share that is lost between pile and battery, for an energy to agree. [1]"""
_USUAL_LOSS = 0.1
_TOUCHING_US = 60_000_000
"""Charges of one pile may overlap by so much, as clocks do. [us]"""


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
        In order of time, without overlap.
    """

    id: int
    place: tuple[float, float] | None
    metered: Sequence[Metered]


@dataclass(frozen=True, slots=True)
class Plugged:
    """A charge of a vehicle. [us]; `kwh` into the battery, None where not told."""

    vehicle_id: int
    segment_id: str
    start: int
    end: int
    kwh: float | None
    place: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Match:
    """A charge and the pile that gave it.

    Attributes
    ----------
    grid_kwh : float
        Its part of what the pile's meter counted. [kWh]
    loss : float or None
        1 - into the battery / from the pile. [1]
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

    @property
    def near(self) -> bool | None:
        return None if self.away_m is None else self.away_m <= NEAR_M

    @property
    def loss(self) -> float | None:
        return None if self.charge.kwh is None else 1 - self.charge.kwh / self.kwh

    @property
    def agrees(self) -> bool | None:
        return None if self.loss is None else _LOSS[0] <= self.loss <= _LOSS[1]

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


def matches(charges: Sequence[Plugged], piles: Sequence[Pile]) -> list[Match]:
    """Match charges to piles, the surest first.

    Returns
    -------
    list of Match
        In order of start; a charge at most once, and a pile to one charge at a time.
    """
    found = [each for charge in charges for pile in piles if (each := _candidate(charge, pile))]
    of_charge: dict[tuple[int, str], int] = {}
    for each in found:
        key = each.charge.vehicle_id, each.charge.segment_id
        of_charge[key] = of_charge.get(key, 0) + 1
    taken: dict[tuple[int, str], _Candidate] = {}
    busy: dict[int, list[Plugged]] = {}
    for each in sorted(found, key=lambda candidate: candidate.rank):
        key = each.charge.vehicle_id, each.charge.segment_id
        others = busy.setdefault(each.pile.id, [])
        if key in taken or any(_overlap(each.charge, other) > _TOUCHING_US for other in others):
            continue
        taken[key] = each
        others.append(each.charge)
    parts = {pile.id: _shared(pile, busy.get(pile.id, [])) for pile in piles}
    told = [
        _match(each, parts[each.pile.id][key], of_charge[key] == 1) for key, each in taken.items()
    ]
    return sorted(
        (each for each in told if each.grid_kwh > 0),
        key=lambda match: (match.charge.start, match.charge.vehicle_id),
    )


def _candidate(charge: Plugged, pile: Pile) -> _Candidate | None:
    during = [(each, common) for each in pile.metered if (common := _common(each, charge))]
    most = sum(each.kwh for each, _ in during)
    if most < _LEAST_KWH:
        return None
    # Of the quarter hours at its edges it may have had all, or its part.
    least = sum(each.kwh * common / (each.end - each.start) for each, common in during)
    kwh = least
    if charge.kwh is not None:
        kwh = min(max(charge.kwh / (1 - _USUAL_LOSS), least), most)
    known = charge.place is not None and pile.place is not None
    away = apart_m(charge.place, pile.place) if known and charge.place and pile.place else None
    found = _Candidate(charge, pile, kwh, away)
    return found if found.possible else None


def _match(found: _Candidate, grid_kwh: float, only_one: bool) -> Match:
    how = {"place": found.near, "energy": found.agrees, "only_one": only_one}
    loss = None
    if found.charge.kwh is not None and grid_kwh > 0:
        loss = round(1 - found.charge.kwh / grid_kwh, 6)
    told = tuple(name for name, speaks in how.items() if speaks)
    away = None if found.away_m is None else round(found.away_m, 1)
    return Match(found.charge, found.pile.id, round(grid_kwh, 6), loss, away, told)


def _shared(pile: Pile, charges: Sequence[Plugged]) -> Mapping[tuple[int, str], float]:
    """What each charge of a pile got: of an interval all, by the time each was plugged in."""
    got = {(each.vehicle_id, each.segment_id): 0.0 for each in charges}
    for part in pile.metered:
        plugged = [(each, _common(part, each)) for each in charges]
        whole = sum(common for _, common in plugged)
        for each, common in plugged:
            if common:
                got[each.vehicle_id, each.segment_id] += part.kwh * common / whole
    return got


def _common(part: Metered, charge: Plugged) -> int:
    return max(min(part.end, charge.end) - max(part.start, charge.start), 0)


def _overlap(one: Plugged, other: Plugged) -> int:
    return min(one.end, other.end) - max(one.start, other.start)
