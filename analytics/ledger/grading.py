"""How a figure came about, and how sure its quantity and its place in time are. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.attribution import Use
from analytics.ledger.metering_error import SUBSTITUTED
from analytics.ledger.readings import Instants
from analytics.ledger.segments import Segment
from domain.consumption_flag import ConsumptionFlag
from domain.counting import CountsBy
from domain.interval import Grading, Intervals

METHODS = (
    "difference",
    "interpolation",
    "linear_over_gap",
    "profile_over_gap",
    "counted_part",
    "not_counted",
)
"""How a value came about: both ends on readings; an end between two; in a gap that spreads evenly,
or after the meter's profile; what was counted of a use that no register tells whole; nothing was
counted, and nobody knows what was used."""
_OF_AMOUNTS = {"difference": "interval_amount"}
_OF_RATE = dict.fromkeys(METHODS[:4], "power_integral")
NOT_COUNTED = METHODS.index("not_counted")
_GRADES = ("measured", "allocated", SUBSTITUTED, "estimated")
_MEASURED, _ALLOCATED, _SUBSTITUTED, _ESTIMATED = range(len(_GRADES))
_ALL = tuple(
    Grading(quantity, shape, method)
    for quantity in _GRADES
    for shape in _GRADES
    for method in METHODS
)


def methods(use: Use) -> NDArray[np.intp]:
    """Index into `METHODS` of every interval."""
    method = np.where(use.exact, 0, 1)
    method = np.where(use.allocated, np.where(use.shaped, 3, 2), method)
    method = np.where(use.estimated, 4, method)
    stood = (use.value == 0) & ((use.flags & ConsumptionFlag.FROZEN) != 0)
    return np.where(np.isnan(use.value) | (use.estimated & stood), NOT_COUNTED, method)


def intervals_of(use: Use, bounds: Instants, wanted: NDArray[np.bool_] | None = None) -> Intervals:
    """Intervals with their grades; those of which nobody says anything are left out.

    Parameters
    ----------
    bounds : ndarray of int, shape (n + 1,)
        Boundaries of the intervals of `use`. [us]
    wanted : ndarray of bool, shape (n,), optional
        Which of them; all unless given.

    Returns
    -------
    Intervals
        Of method ``not_counted`` where nobody knows what was used, with whatever was counted.
    """
    said = ~np.isnan(use.value) | (use.flags != 0)
    told = np.flatnonzero(said if wanted is None else said & wanted)
    substituted = (use.flags & ConsumptionFlag.ERROR) != 0
    quantity = np.where(use.estimated, _ESTIMATED, np.where(substituted, _SUBSTITUTED, _MEASURED))
    shape = np.where(use.estimated, _ESTIMATED, np.where(use.allocated, _ALLOCATED, _MEASURED))
    number = ((quantity * len(_GRADES) + shape) * len(METHODS) + methods(use))[told]
    occurs = np.bincount(number) > 0
    return Intervals(
        bounds[told],
        bounds[told + 1],
        use.value[told],
        use.flags[told],
        (np.cumsum(occurs) - 1)[number],
        tuple(_ALL[each] for each in np.flatnonzero(occurs)),
    )


def as_told(found: Intervals, segments: Sequence[Segment]) -> Intervals:
    """The same, whose grades say where a device told no register.

    An amount of an interval is measured as a register is; the integral of power or flow is derived.
    """
    for counts_by, methods_of, quantity in (
        (CountsBy.AMOUNT, _OF_AMOUNTS, "measured"),
        (CountsBy.RATE, _OF_RATE, "derived"),
    ):
        here = np.zeros(len(found), np.bool_)
        for segment in segments:
            if segment.counts_by is counts_by:
                here |= (found.start < segment.ts[-1]) & (found.end > segment.ts[0])
        if not here.any():
            continue
        other = tuple(
            Grading(
                quantity if each.quantity == "measured" else each.quantity,
                each.shape,
                methods_of.get(each.method, each.method),
            )
            for each in found.gradings
        )
        found = replace(
            found,
            grading=np.where(here, found.grading + len(found.gradings), found.grading),
            gradings=(*found.gradings, *other),
        )
    return found
