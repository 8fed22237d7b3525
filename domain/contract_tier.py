"""Tiers of a contract: from an edge on another share holds."""

from dataclasses import dataclass
from decimal import Decimal

from domain.record import wanted


@dataclass(frozen=True, slots=True)
class Tier:
    """From an edge on another share holds, of a shortfall, a surplus or a day's charge.

    Attributes
    ----------
    above : Decimal
        Edge beyond which it holds; its unit is that of the clause.
    share : Decimal
        [1]; beyond 1 it is a penalty.
    """

    above: Decimal
    share: Decimal

    def __post_init__(self) -> None:
        wanted(min(self.above, self.share) >= 0, "tiers: a number below 0")


def want_rising(tiers: tuple[Tier, ...]) -> None:
    """Refuse tiers that do not begin at 0 and rise.

    Raises
    ------
    ValueError
        With the edges.
    """
    edges = [each.above for each in tiers]
    rising = edges == sorted(set(edges)) and edges[:1] == [0]
    wanted(rising, f"tiers above {', '.join(map(str, edges))}: want them to begin at 0 and rise")
