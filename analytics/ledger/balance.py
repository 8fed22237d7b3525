"""The balance of a place: what its uppermost meters counted, split into those below. Pure.

Time is cut into slots (hours or days), and a meter either has the whole amount of a slot or has
nothing. What no meter below counted is *unmetered* only where all of them have figures; where one
is silent the rest is *undetermined*, for it may be that one's. So, for every meter with parts,
exactly: use = parts + unmetered + undetermined. The use behind a meter with a plant below it is
what it counted, plus what PV made, less what was fed in; where one of them is silent it is unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum
from typing import TypeAlias

from domain.meter_tree import Forest, Terms

Slot: TypeAlias = tuple[datetime, int]
"""Start, and length in seconds."""
Uses: TypeAlias = Mapping[int, Mapping[Slot, float]]
"""Amounts by meter and slot. An absent slot is not measured, never zero."""

_NOISE = 1e-9
"""Share of a use below which a difference is rounding."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was used behind one meter while everything above it has figures.

    Attributes
    ----------
    above : tuple of int
        Meters it is part of: none for an uppermost meter, several where it hangs below all of the
        uppermost together.
    use : float or None
        None where it has no figure. In the register's unit.
    known_s : int
        Time of which that is. [s]
    """

    meter_id: int
    above: tuple[int, ...]
    use: float | None
    known_s: int


@dataclass(frozen=True, slots=True)
class Rest:
    """What the parts of one meter, or of several together, leave over.

    Attributes
    ----------
    of : tuple of int
        The meters.
    unmetered : float or None
        Their use less that of their parts, over the time in which all parts have figures; below
        zero the parts count more than the whole. None when there is no such time.
    compared_use : float
        Their own use in that time.
    compared_s : int
        That time. [s]
    undetermined : float
        Their use less the known parts, over the time in which a part is silent.
    undetermined_s : int
        That time. [s]
    silent : tuple of int
        Parts that were silent then.
    """

    of: tuple[int, ...]
    unmetered: float | None
    compared_use: float
    compared_s: int
    undetermined: float
    undetermined_s: int
    silent: tuple[int, ...]

    @property
    def unmetered_share(self) -> float | None:
        """Unmetered part of the use it was compared with. [1]."""
        known = self.unmetered is not None and self.compared_use > 0
        return (self.unmetered or 0.0) / self.compared_use if known else None

    @property
    def over_counted(self) -> bool:
        """The parts count more than the whole: a meter, a ratio or the tree is wrong."""
        return self.unmetered is not None and self.unmetered < -_NOISE * max(self.compared_use, 1.0)


@dataclass(frozen=True, slots=True)
class Balance:
    """A place's balance.

    Attributes
    ----------
    total : float or None
        Use over the slots in which all meters have figures that it is the sum of: the uppermost
        ones, with plants those of PV and of what was fed in.
    total_s : int
        Length of those slots. [s]
    bought, generated, fed_in : float or None
        What that is made of: bought + generated - fed in. None where no such meter stands.
    strands : tuple of Part
        The parts again, each `above` with all meters over it and not the nearest alone.
    beside : tuple of Part
        Check and virtual meters, which are no parts of anything.
    """

    total: float | None
    total_s: int
    bought: float | None
    generated: float | None
    fed_in: float | None
    parts: tuple[Part, ...]
    strands: tuple[Part, ...]
    rests: tuple[Rest, ...]
    beside: tuple[Part, ...]


def balance(forests: Iterable[Forest], uses: Uses) -> Balance:
    """Balance the uses of a time in which the tree may have changed.

    Parameters
    ----------
    forests : iterable of Forest
        The tree, one after the other in time; a slot belongs to the one in which it starts.
    """
    tally = _Tally(uses)
    for forest in forests:
        tally.add(forest)
    return tally.result()


class _Tally:
    """Sums up forest by forest."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses
        self._total: dict[Slot, float] = {}
        self._made_of: dict[str, dict[Slot, float]] = defaultdict(dict)
        self._parts: dict[tuple[int, tuple[int, ...]], dict[Slot, float]] = defaultdict(dict)
        self._strands: dict[tuple[int, tuple[int, ...]], dict[Slot, float]] = defaultdict(dict)
        self._beside: dict[int, dict[Slot, float]] = defaultdict(dict)
        self._rests: dict[tuple[int, ...], _RestTally] = defaultdict(_RestTally)

    def add(self, forest: Forest) -> None:
        within = {
            meter: {
                slot: value
                for slot, value in self._uses.get(meter, {}).items()
                if forest.first <= slot[0] < forest.end
            }
            for meter in forest.roles
        }
        top = forest.uppermost
        whole = _sum(forest.terms, within)
        self._total.update(whole)
        for name, meters in (
            ("bought", top), ("generated", forest.plants), ("fed_in", forest.fed_in)
        ):  # fmt: skip
            if meters:
                found = _sum(dict.fromkeys(meters, 1), within)
                self._made_of[name].update({slot: found[slot] for slot in whole})
        uses = {meter: _sum(forest.behind(meter), within) for meter in forest.roofs}
        for meter in top or forest.loose:
            self._parts[meter, ()].update(uses[meter])
            self._strands[meter, ()].update(uses[meter])
        for meter in forest.beside:
            self._beside[meter].update(within[meter])
        if top and forest.loose:
            below = [part for meter in top for part in forest.parts.get(meter, ())]
            self._split(forest, uses, top, whole, (*below, *forest.loose))
        else:
            for meter in top or forest.loose:
                self._split(forest, uses, (meter,), uses[meter], forest.parts.get(meter, ()))

    def _split(
        self,
        forest: Forest,
        uses: Mapping[int, Mapping[Slot, float]],
        of: tuple[int, ...],
        whole: Mapping[Slot, float],
        parts: Sequence[int],
        over: tuple[int, ...] = (),
    ) -> None:
        if not parts:
            return
        above = (*of, *over)
        self._rests[of].add(whole, {part: uses[part] for part in parts})
        for part in parts:
            inside = {slot: value for slot, value in uses[part].items() if slot in whole}
            self._parts[part, of].update(inside)
            self._strands[part, above].update(inside)
            self._split(forest, uses, (part,), inside, forest.parts.get(part, ()), above)

    def result(self) -> Balance:
        return Balance(
            fsum(self._total.values()) if self._total else None,
            _seconds(self._total),
            self._made("bought"),
            self._made("generated"),
            self._made("fed_in"),
            tuple(_part(*key, uses) for key, uses in self._parts.items()),
            tuple(_part(*key, uses) for key, uses in self._strands.items()),
            tuple(rest.result(of) for of, rest in self._rests.items()),
            tuple(_part(meter, (), uses) for meter, uses in self._beside.items()),
        )

    def _made(self, name: str) -> float | None:
        known = self._made_of.get(name)
        return fsum(known.values()) if known else None


class _RestTally:
    def __init__(self) -> None:
        self._compared: dict[Slot, float] = {}
        self._unmetered: list[float] = []
        self._undetermined: dict[Slot, float] = {}
        self._silent: set[int] = set()

    def add(self, whole: Mapping[Slot, float], parts: Uses) -> None:
        for slot, value in whole.items():
            silent = [meter for meter, uses in parts.items() if slot not in uses]
            left = fsum((value, *(-uses[slot] for uses in parts.values() if slot in uses)))
            if silent:
                self._undetermined[slot] = left
                self._silent.update(silent)
            else:
                self._compared[slot] = value
                self._unmetered.append(left)

    def result(self, of: tuple[int, ...]) -> Rest:
        return Rest(
            of,
            fsum(self._unmetered) if self._compared else None,
            fsum(self._compared.values()),
            _seconds(self._compared),
            fsum(self._undetermined.values()),
            _seconds(self._undetermined),
            tuple(sorted(self._silent)),
        )


def _sum(terms: Terms, within: Uses) -> dict[Slot, float]:
    """Sum slot by slot, where all have one: a part is not the whole."""
    if not terms:
        return {}
    uses = [(sign, within[meter]) for meter, sign in terms.items()]
    return {
        slot: fsum(sign * each[slot] for sign, each in uses)
        for slot in uses[0][1]
        if all(slot in each for _, each in uses)
    }


def _seconds(slots: Iterable[Slot]) -> int:
    return sum(length for _, length in slots)


def _part(meter: int, above: tuple[int, ...], uses: Mapping[Slot, float]) -> Part:
    return Part(meter, above, fsum(uses.values()) if uses else None, _seconds(uses))
