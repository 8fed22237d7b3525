"""Where a vehicle was at an instant, by the fix nearest before it, and where it stood. Pure."""

from collections.abc import Sequence

import numpy as np

from analytics.fleet.samples import VehicleSamples
from analytics.fleet.segment import Segment, SegmentKind

_AGE_US = 15 * 60 * 1_000_000
"""An older fix says nothing of an instant. [us]"""
_BESIDE_US = 3 * 60 * 1_000_000
"""A sample so near a trip is of where it began or ended; farther off it may have moved. [us]"""

Place = tuple[float, float] | None
"""Latitude and longitude, WGS-84 [deg]; None: nothing told it."""


def whereabouts(samples: VehicleSamples, instants: Sequence[int]) -> list[Place]:
    """Place at each instant: of the last fix at or before it, else of the next one.

    Parameters
    ----------
    instants : sequence of int
        [us since 1970]
    """
    latitude, longitude = samples.number("latitude_deg"), samples.number("longitude_deg")
    if latitude is None or longitude is None:
        return [None] * len(instants)
    fixed = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if not len(fixed):
        return [None] * len(instants)
    at, wanted = samples.ts[fixed], np.asarray(instants, np.int64)
    after = np.searchsorted(at, wanted, side="right")
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(fixed) - 1)
    old = (after > 0) & (wanted - at[before] >= 0) & (wanted - at[before] <= _AGE_US)
    old |= (before == 0) & (at[0] <= wanted) & (wanted - at[0] <= _AGE_US)
    chosen = np.where(old, before, after)
    near = np.abs(at[chosen] - wanted) <= _AGE_US
    rows = fixed[chosen]
    return [
        (north, east) if told else None
        for north, east, told in zip(
            latitude[rows].tolist(), longitude[rows].tolist(), near.tolist(), strict=True
        )
    ]


def edges(samples: VehicleSamples, found: Sequence[Segment]) -> tuple[list[Place], list[Place]]:
    """Places where segments began and ended: where the vehicle stood, not where it was under way.

    A trip begins and ends with samples that show motion, which lie up to one sampling from where
    the vehicle stood: at 120 s that is kilometres. The sample beside them, outside the trip and
    inside the stop, is of where it stood. Without one near it is the edge itself that tells.
    """
    begins, ends = [], []
    ts = samples.ts
    starts = np.searchsorted(ts, [each.start for each in found], side="right")
    nexts = ts[np.minimum(starts, len(ts) - 1)].tolist() if len(ts) else []
    overs = np.searchsorted(ts, [each.end for each in found])
    lasts = ts[np.maximum(overs - 1, 0)].tolist() if len(ts) else []
    for each, after, before in zip(found, nexts, lasts, strict=True):
        begin, end = each.start, each.end
        if each.kind is SegmentKind.STOP:
            if begin < after < end and after - begin <= _BESIDE_US:
                begin = after
            if before > each.start:
                end = before
        elif each.kind is SegmentKind.TRIP:
            if each.start_after is not None and begin - each.start_after <= _BESIDE_US:
                begin = each.start_after
            if each.end_before is not None and each.end_before - end <= _BESIDE_US:
                end = each.end_before
        begins.append(begin)
        ends.append(end)
    return whereabouts(samples, begins), whereabouts(samples, ends)
