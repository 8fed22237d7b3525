"""Plug-in hybrids that are driven as petrol cars: found by what they never do. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.fleet.segment import Segment, SegmentKind

LEAST_DAYS = 30
"""Over less time a missing charge says nothing. [d]"""
LEAST_KM = 300.0
"""Over less way a missing charge says nothing. [km]"""
SELDOM_SHARE = 0.1
"""Share of electric kilometres below which its battery is hardly used. [1]"""
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class HybridUse:
    """How a plug-in hybrid was used over a span.

    Attributes
    ----------
    days : float
        From the first segment to the last. [d]
    km, electric_km : float or None
        Driven; in electric mode, None where it does not say. Only `electric_km` displaces fuel.
    charges : int
        Plug-ins, inferred ones as well.
    never_charged : bool or None
        Whether it was never plugged in; None where too little is known to say.
    """

    days: float
    km: float
    electric_km: float | None
    charges: int
    never_charged: bool | None

    @property
    def hardly_electric(self) -> bool | None:
        """Whether it is driven on fuel although it was charged; None where unknown."""
        if self.electric_km is None or self.never_charged is None:
            return None
        return self.electric_km < SELDOM_SHARE * self.km


def hybrid_use(segments: Iterable[Segment]) -> HybridUse:
    """Look at the trips and charges of one plug-in hybrid.

    Distances without a known electric part are not electric, nor are they petrol: then the whole
    is unknown.
    """
    every = list(segments)
    trips = [each for each in every if each.kind is SegmentKind.TRIP and each.counts]
    charges = sum(each.kind is SegmentKind.CHARGE for each in every)
    known = [each.km.amount for each in trips if each.km.amount is not None]
    electric = [each.electric_km for each in trips]
    told = [km for km in electric if km is not None]
    km = sum(known)
    days = 0.0
    if every:
        days = (max(each.end for each in every) - min(each.start for each in every)) / _DAY_US
    enough = days >= LEAST_DAYS and km >= LEAST_KM
    never = charges == 0 if enough or charges else None
    return HybridUse(days, km, sum(told) if len(told) == len(electric) else None, charges, never)
