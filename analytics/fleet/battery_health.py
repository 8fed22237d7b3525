"""Usable capacity of a battery from charges, with bounds, or that not enough is known. Pure.

The energy that a charge put into the battery over the share by which its state of charge rose is
its usable capacity. One charge says little, as a state of charge is told in steps of 1 %; the
middle of several says more, and needs no assumption of how they scatter. What a battery gives back
when it is emptied is some per cent less than what a charge puts in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb
from statistics import median

LEAST_SPAN_PCT = 40.0
"""A charge of less tells its capacity to worse than 2.5 %. [%]"""
LEAST_CHARGES = 6
"""Fewer bound no middle with 95 %: of five all lie on one side of it once in 16 times."""
_WAYS = ("counter", "power")
"""Ways of an energy that do not assume a capacity, or tell what the vehicle itself makes of it."""
_APART = 0.05
"""Share by which the two ways may differ. [1]"""
_OUTSIDE = 0.025
"""Chance that the middle lies beyond one bound. [1]"""


@dataclass(frozen=True, slots=True)
class BatteryHealth:
    """What charges say of a battery.

    Attributes
    ----------
    charges : int
        Wide enough, with an energy that was measured.
    kwh : float or None
        Usable capacity, the median; None: not enough charges. [kWh]
    low_kwh, high_kwh : float or None
        Bounds that hold the true median with 95 %, whichever way charges scatter; steady errors of
        the vehicle's own meters are not in them. [kWh]
    """

    charges: int
    kwh: float | None = None
    low_kwh: float | None = None
    high_kwh: float | None = None


def capacity_by(
    kwh_ways: Mapping[str, float], soc_start: float | None, soc_end: float | None
) -> float | None:
    """Usable capacity by one charge; None where it is not wide enough or says no sound energy.

    Parameters
    ----------
    kwh_ways : mapping of str to float
        Energy into the battery by each way that tells one. [kWh]
    soc_start, soc_end : float or None
        State of charge. [%]

    Returns
    -------
    float or None
        [kWh]
    """
    if soc_start is None or soc_end is None or soc_end - soc_start < LEAST_SPAN_PCT:
        return None
    told = [kwh_ways[way] for way in _WAYS if kwh_ways.get(way, 0.0) > 0]
    # A state of charge times the entered capacity is not asked: it differs where a battery aged.
    if not told or max(told) - min(told) > _APART * max(told):
        return None
    return 100 * told[0] / (soc_end - soc_start)


def battery_health(capacities: Iterable[float]) -> BatteryHealth:
    """The middle of what charges say, and its bounds. Capacities in any order. [kWh]."""
    ordered = sorted(capacities)
    count = len(ordered)
    if count < LEAST_CHARGES:
        return BatteryHealth(count)
    below, beyond = 0, 0.0
    while (beyond := beyond + comb(count, below) / 2**count) <= _OUTSIDE:
        below += 1
    return BatteryHealth(count, median(ordered), ordered[below - 1], ordered[-below])
