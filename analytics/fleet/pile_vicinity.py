"""Charges around news, matched to piles as they would be among all charges. Pure.

Charges bear on each other from one to the next, without a limit: one takes a pile that another
would have had, which takes a third one's. So the charges of a span are matched together while
those at its edges, of which not all neighbours are seen, keep the pile they have. If nothing that
changes comes near an edge, that is what matching all at once gives: each charge has the surest
pile that no surer one holds, and all by which that is decided was seen. Else the span is too short.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from analytics.fleet.pile_match import Key, Match, Pile, Plugged, matches, reach


@dataclass(frozen=True)
class Vicinity:
    """The charges that touch a span, and what piles counted while they lasted.

    Attributes
    ----------
    span : tuple of int
        [us]
    stood : mapping
        Pile by charge, as matched before the news.
    """

    charges: Sequence[Plugged]
    piles: Sequence[Pile]
    span: tuple[int, int]
    stood: Mapping[Key, int]
    _reaches: dict[Key, tuple[int, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.charges:
            self._reaches[each.key] = reach(each.start, each.end, self.piles)

    @property
    def held(self) -> dict[Key, int | None]:
        """Charges at the edges, which keep what they have, with their pile."""
        edges = [key for key, reached in self._reaches.items() if not self._holds(reached)]
        return {key: self.stood.get(key) for key in edges}

    def matches(self) -> list[Match]:
        """Matches of all others, in order of start."""
        held = self.held
        found = matches(self.charges, self.piles, held)
        return [each for each in found if each.charge.key not in held]

    def suffices(self, news: tuple[int, int], changed: Collection[Key]) -> bool:
        """Whether nothing outside can bear on what changed: the news [us], and some matches."""
        moved = [each for each in self.charges if each.key in changed]
        since = min([news[0], *(each.start for each in moved)])
        until = max([news[1], *(each.end for each in moved)])
        edges = (self._reaches[key] for key in self.held)
        return self._holds(reach(*news, self.piles)) and not any(
            first < until and end > since for first, end in edges
        )

    def _holds(self, reached: tuple[int, int]) -> bool:
        return self.span[0] <= reached[0] and reached[1] <= self.span[1]
