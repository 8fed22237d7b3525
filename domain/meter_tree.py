"""The tree of meters of a place, as it stood from when to when: what hangs below what.

Check meters count what another meter counts already, and virtual meters are computed from others:
neither is ever part of a sum. Of all other meters each amount is counted once: by the uppermost
gateway or main meters for a total, and by the meters below them for its parts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

from domain.registry import MeterRole

_UPPER = {MeterRole.GATEWAY, MeterRole.MAIN}
_BESIDE = {MeterRole.CHECK, MeterRole.VIRTUAL}


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
        and virtual meters are not among them.
    roles : mapping
        Role by meter, of all meters that stood here.
    """

    first: datetime
    end: datetime
    roofs: Mapping[int, int | None]
    roles: Mapping[int, MeterRole]

    @cached_property
    def uppermost(self) -> tuple[int, ...]:
        """Meters whose sum is the use of the place."""
        return tuple(m for m, roof in self.roofs.items() if roof is None and self._is_upper(m))

    @cached_property
    def loose(self) -> tuple[int, ...]:
        """Branches and submeters below no meter: parts of all uppermost ones together."""
        return tuple(m for m, roof in self.roofs.items() if roof is None and not self._is_upper(m))

    @cached_property
    def beside(self) -> tuple[int, ...]:
        """Check and virtual meters: shown, never summed."""
        return tuple(m for m, role in self.roles.items() if role in _BESIDE)

    @cached_property
    def parts(self) -> Mapping[int, tuple[int, ...]]:
        """Meters directly below, by the meter above them."""
        found: dict[int, list[int]] = defaultdict(list)
        for meter, roof in self.roofs.items():
            if roof is not None:
                found[roof].append(meter)
        return {roof: tuple(meters) for roof, meters in found.items()}

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


def ever_uppermost(forests: Iterable[Forest]) -> tuple[int, ...]:
    """Meters that were uppermost at some time of these forests, each once."""
    return tuple(dict.fromkeys(meter for forest in forests for meter in forest.uppermost))


def uppermost_spans(forests: Iterable[Forest]) -> dict[tuple[datetime, datetime], list[int]]:
    """Meters by the whole time [first, end) for which they stayed uppermost.

    What these meters counted in these spans adds up to the use of the place, each amount once.
    """
    open_spans: dict[int, tuple[datetime, datetime]] = {}
    found: dict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for forest in forests:
        upper = set(forest.uppermost)
        for meter in [meter for meter in open_spans if meter not in upper]:
            found[open_spans.pop(meter)].append(meter)
        for meter in forest.uppermost:
            since = open_spans[meter][0] if meter in open_spans else forest.first
            open_spans[meter] = since, forest.end
    for meter, span in open_spans.items():
        found[span].append(meter)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Counted:
    """Meters whose sum is the use of a place in [first, end)."""

    first: datetime
    end: datetime
    meters: tuple[int, ...]


def counted(forests: Iterable[Forest]) -> list[Counted]:
    """What made up the use of the place from when to when, in order of time.

    A move of a meter that counts for nothing here begins no new stretch.
    """
    found: list[Counted] = []
    for forest in forests:
        meters = tuple(sorted(forest.uppermost))
        if found and found[-1].meters == meters:
            found[-1] = Counted(found[-1].first, forest.end, meters)
        else:
            found.append(Counted(forest.first, forest.end, meters))
    return found


def is_uppermost(forests: Iterable[Forest], meter: int, at: datetime) -> bool:
    """Whether a meter was uppermost at an instant, so that what it counted then is in the total."""
    return any(forest.first <= at < forest.end and meter in forest.uppermost for forest in forests)


def _standing(positions: Iterable[Position], at: datetime) -> dict[int, Position]:
    return {
        position.meter_id: position
        for position in positions
        if (position.first is None or position.first <= at)
        and (position.end is None or at < position.end)
    }


def _forest(standing: Mapping[int, Position], first: datetime, end: datetime) -> Forest:
    here = {meter: position.role for meter, position in standing.items() if position.here}
    counting = {meter for meter, role in here.items() if role not in _BESIDE}
    roofs = {meter: _roof(meter, standing, counting) for meter in here if meter in counting}
    return Forest(first, end, roofs, here)


def _roof(meter: int, standing: Mapping[int, Position], counting: set[int]) -> int | None:
    above = standing[meter].parent_id
    # A meter of another place may hang in between.
    while above is not None and above not in counting:
        above = standing[above].parent_id if above in standing else None
    return above
