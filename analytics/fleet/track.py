"""Distances over the ground between fixes. Pure."""

import numpy as np

from analytics.fleet.samples import Places, VehicleSamples
from analytics.ledger.readings import Floats

_KM_PER_RAD = 6371.0088
"""Radius of the mean sphere."""
_WIDTH_US = 30_000_000
"""Creeping is looked at over this time before and after an interval, so that jitter is small."""
_FAR_US = 180_000_000
"""Beyond lies a silence, which says nothing of how fast it was just before or after. [us]"""


def straight_km(samples: VehicleSamples, first: Places, last: Places) -> Floats:
    """Straight distance between pairs of samples; NaN without a fix at both.

    Equirectangular, which over a silence of some hundred kilometres is within 0.1 %. [km]
    """
    latitude, longitude = samples.number("latitude_deg"), samples.number("longitude_deg")
    if latitude is None or longitude is None:
        return np.full(len(first), np.nan)
    here, there = np.radians(latitude[first]), np.radians(latitude[last])
    east = np.radians(longitude[last] - longitude[first]) * np.cos((here + there) / 2)
    return np.asarray(_KM_PER_RAD * np.hypot(there - here, east))


def crept_kmh(samples: VehicleSamples) -> Floats:
    """Displacement around each interval over its time; NaN without fixes. [km/h].

    Parameters
    ----------
    samples : VehicleSamples
        The span runs from 30 s before an interval to 30 s after it, at least over one sample.

    Returns
    -------
    ndarray of float, shape (n,)
        The last one is NaN.
    """
    speed = np.full(len(samples), np.nan)
    latitude = samples.number("latitude_deg")
    if latitude is None:
        return speed
    fixed = np.flatnonzero(np.isfinite(latitude))
    if len(fixed) < 2:  # noqa: PLR2004 - a distance has two ends
        return speed
    ts = samples.ts[fixed]
    middle = samples.ts[:-1] + np.diff(samples.ts) // 2
    first = np.maximum(np.searchsorted(ts, middle - _WIDTH_US, "right") - 1, 0)
    last = np.minimum(np.searchsorted(ts, middle + _WIDTH_US), len(ts) - 1)
    first += middle - ts[first] > _FAR_US
    last = np.maximum(last - (ts[last] - middle > _FAR_US), 0)
    first = np.minimum(first, last)
    hours = (ts[last] - ts[first]) / 3.6e9
    km = straight_km(samples, fixed[first], fixed[last])
    np.divide(km, hours, out=speed[:-1], where=hours > 0)
    return speed


def track_km(samples: VehicleSamples, first: Places, last: Places) -> Floats:
    """Length of the line through the fixes of each span of samples [first, last]. [km]."""
    length = np.full(len(first), np.nan)
    latitude = samples.number("latitude_deg")
    if latitude is None:
        return length
    for number, (begin, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        fixed = begin + np.flatnonzero(np.isfinite(latitude[begin : end + 1]))
        if len(fixed) > 1:
            length[number] = straight_km(samples, fixed[:-1], fixed[1:]).sum()
    return length
