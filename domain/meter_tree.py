"""The tree of meters of a place, as it stood from when to when: what hangs below what.

Check meters count what another meter counts already, and virtual meters are computed from others:
neither is ever part of a sum. Of all other meters each amount is counted once: by the uppermost
gateway or main meters for a total, and by the meters below them for its parts.

A plant behind a meter makes what that meter does not show: what was used behind a meter is what it
counted, plus what PV made anywhere below it, less what was fed in through it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from domain.registry import MeterRole

_UPPER = {MeterRole.GATEWAY, MeterRole.MAIN}
_BESIDE = {MeterRole.CHECK, MeterRole.VIRTUAL}
SOURCES = frozenset({MeterRole.PV, MeterRole.FED_IN})
"""What counts no use: what a plant made, and what was fed in."""
Terms: TypeAlias = Mapping[int, int]
"""Meters of a sum, each with 1, or -1 where what it counted is taken off."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a meter hung in [first, end); None stands for always.

    Attributes
    ----------
    parent_id : int or None
        Meter directly above it, wherever that one stands.
    here : bool
        It stood at the place in question, or below it. The others are there because they hang
        above, and may connect two meters of the place.
    """

    meter_id: int
    parent_id: int | None
    role: MeterRole
    first: datetime | None
    end: datetime | None
    here: bool


@dataclass(frozen=True)
class Forest:
    """The meters of a place and one medium, as they hung in [first, end).

    Attributes
    ----------
    roofs : mapping
        Nearest meter above, of those that stand here, by meter. None for those at the top. Check
        and virtual meters, and sources, are not among them.
    sources : mapping
        The same of the meters of PV and of what was fed in. One whose roof is None lies behind no
        meter of the place, and so is in none of its uses.
    roles : mapping
        Role by meter, of all meters that stood here.
    """

    first: datetime
    end: datetime
    roofs: Mapping[int, int | None]
    sources: Mapping[int, int | None]
    roles: Mapping[int, MeterRole]

    @cached_property
    def uppermost(self) -> tuple[int, ...]:
        """Meters that count what comes into the place; without a plant, that is its use."""
        return tuple(m for m, roof in self.roofs.items() if roof is None and self._is_upper(m))

    @cached_property
    def loose(self) -> tuple[int, ...]:
        """Branches and submeters below no meter: parts of all uppermost ones together."""
        return tuple(m for m, roof in self.roofs.items() if roof is None and not self._is_upper(m))

    @cached_property
    def beside(self) -> tuple[int, ...]:
        """Check and virtual meters, and plants behind no meter: shown, never summed."""
        return tuple(
            m
            for m, role in self.roles.items()
            if role in _BESIDE or (role in SOURCES and self.sources[m] is None)
        )

    @cached_property
    def parts(self) -> Mapping[int, tuple[int, ...]]:
        """Meters directly below, by the meter above them."""
        found: dict[int, list[int]] = defaultdict(list)
        for meter, roof in self.roofs.items():
            if roof is not None:
                found[roof].append(meter)
        return {roof: tuple(meters) for roof, meters in found.items()}

    @cached_property
    def plants(self) -> tuple[int, ...]:
        """Meters of PV behind the uppermost meters."""
        return tuple(m for m in self._terms_of_sources if self.roles[m] is MeterRole.PV)

    @cached_property
    def fed_in(self) -> tuple[int, ...]:
        """Meters of what left the place through its uppermost meters."""
        return tuple(m for m in self._terms_of_sources if self.roles[m] is MeterRole.FED_IN)

    @cached_property
    def unwatched(self) -> tuple[int, ...]:
        """Those of `plants` behind a meter of which no other says what was fed in through it."""
        upper, watched = set(self.uppermost), {self.sources[meter] for meter in self.fed_in}
        behind = {
            plant: upper.intersection(self._above(self.sources[plant])) for plant in self.plants
        }
        # A plant below a loose branch may feed in through any of them.
        return tuple(plant for plant, roofs in behind.items() if not (roofs or upper) <= watched)

    @cached_property
    def terms(self) -> Terms:
        """Meters whose sum is the use of the place; none without an uppermost one."""
        return {**dict.fromkeys(self.uppermost, 1), **self._terms_of_sources}

    def behind(self, meter: int) -> Terms:
        """Meters whose sum is what was used behind a meter: itself, and the plants below it."""
        found = {meter: 1}
        for source, roof in self.sources.items():
            if self.roles[source] is MeterRole.FED_IN:
                found |= {source: -1} if roof == meter else {}
            elif meter in self._above(roof):
                found[source] = 1
        return found

    @cached_property
    def _terms_of_sources(self) -> Terms:
        if not self.uppermost:
            return {}
        found: dict[int, int] = {}
        for source, roof in self.sources.items():
            if self.roles[source] is MeterRole.FED_IN:
                found |= {source: -1} if roof in self.uppermost else {}
            elif roof is not None:
                found[source] = 1
        return found

    def _above(self, meter: int | None) -> Iterator[int]:
        """A meter and all above it."""
        while meter is not None:
            yield meter
            meter = self.roofs[meter]

    def _is_upper(self, meter: int) -> bool:
        return self.roles[meter] in _UPPER


def forests(positions: Sequence[Position], first: datetime, end: datetime) -> list[Forest]:
    """The tree in [first, end), one forest from each change to the next, in order of time.

    Parameters
    ----------
    positions : sequence of Position
        Of the meters that stood at the place within [first, end), and of all above them.
    """
    changes = {
        at
        for position in positions
        for at in (position.first, position.end)
        if at is not None and first < at < end
    }
    cuts = [first, *sorted(changes), end]
    return [_forest(_standing(positions, since), since, until) for since, until in pairwise(cuts)]


def ever_counted(forests: Iterable[Forest]) -> tuple[int, ...]:
    """Meters that were in the sum of the use at some time of these forests, each once."""
    return tuple(dict.fromkeys(meter for forest in forests for meter in forest.terms))


def uppermost_spans(forests: Iterable[Forest]) -> dict[tuple[datetime, datetime], list[int]]:
    """Meters by the whole time [first, end) for which they stayed uppermost.

    What these meters counted in these spans adds up to what came into the place, each amount once.
    """
    return _spans((forest, forest.uppermost) for forest in forests)


def source_spans(forests: Iterable[Forest]) -> dict[tuple[datetime, datetime], list[int]]:
    """The same of the meters of plants behind those, and of what was fed in through them."""
    return _spans((forest, (*forest.plants, *forest.fed_in)) for forest in forests)


def _spans(
    hung: Iterable[tuple[Forest, Sequence[int]]],
) -> dict[tuple[datetime, datetime], list[int]]:
    open_spans: dict[int, tuple[datetime, datetime]] = {}
    found: dict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for forest, meters in hung:
        for meter in [meter for meter in open_spans if meter not in meters]:
            found[open_spans.pop(meter)].append(meter)
        for meter in meters:
            since = open_spans[meter][0] if meter in open_spans else forest.first
            open_spans[meter] = since, forest.end
    for meter, span in open_spans.items():
        found[span].append(meter)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Counted:
    """Meters whose sum is the use of a place in [first, end).

    Attributes
    ----------
    meters : tuple of int
        Those that are added: the uppermost ones, and those of PV.
    less : tuple of int
        Those that are taken off: of what was fed in.
    """

    first: datetime
    end: datetime
    meters: tuple[int, ...]
    less: tuple[int, ...] = ()

    @property
    def terms(self) -> Terms:
        """All of them with their signs."""
        return dict.fromkeys(self.meters, 1) | dict.fromkeys(self.less, -1)


def counted(forests: Iterable[Forest]) -> list[Counted]:
    """What made up the use of the place from when to when, in order of time.

    A move of a meter that counts for nothing here begins no new stretch.
    """
    return _stretches(
        (forest, (*forest.uppermost, *forest.plants), forest.fed_in) for forest in forests
    )


def bought(forests: Iterable[Forest]) -> list[Counted]:
    """The same of what came into the place, which is what is paid for."""
    return _stretches((forest, forest.uppermost, ()) for forest in forests)


def _stretches(
    hung: Iterable[tuple[Forest, Sequence[int], Sequence[int]]],
) -> list[Counted]:
    found: list[Counted] = []
    for forest, plus, minus in hung:
        meters, less = tuple(sorted(plus)), tuple(sorted(minus))
        if found and (found[-1].meters, found[-1].less) == (meters, less):
            found[-1] = Counted(found[-1].first, forest.end, meters, less)
        else:
            found.append(Counted(forest.first, forest.end, meters, less))
    return found


def sign_at(forests: Iterable[Forest], meter: int, at: datetime) -> int:
    """How what a meter counted at an instant is in the use: 1, -1 taken off, 0 not at all."""
    return next(
        (forest.terms.get(meter, 0) for forest in forests if forest.first <= at < forest.end), 0
    )


def _standing(positions: Iterable[Position], at: datetime) -> dict[int, Position]:
    return {
        position.meter_id: position
        for position in positions
        if (position.first is None or position.first <= at)
        and (position.end is None or at < position.end)
    }


def _forest(standing: Mapping[int, Position], first: datetime, end: datetime) -> Forest:
    here = {meter: position.role for meter, position in standing.items() if position.here}
    counting = {m for m, role in here.items() if role not in _BESIDE and role not in SOURCES}
    roofs = {meter: _roof(meter, standing, counting) for meter in here if meter in counting}
    sources = {m: _roof(m, standing, counting) for m, role in here.items() if role in SOURCES}
    return Forest(first, end, roofs, sources, here)


def _roof(meter: int, standing: Mapping[int, Position], counting: set[int]) -> int | None:
    above = standing[meter].parent_id
    # A meter of another place may hang in between.
    while above is not None and above not in counting:
        above = standing[above].parent_id if above in standing else None
    return above
