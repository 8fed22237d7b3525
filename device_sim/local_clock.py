"""Local days and hours of many instants at once, in any IANA zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from device_sim.arrays import Floats, Seconds

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY_S = 86_400
_QUARTER_S = 900  # offsets change on a quarter hour of UTC in every zone


def offset_s(at_s: int, zone: ZoneInfo) -> int:
    """Local minus UTC at one instant [s]."""
    offset = datetime.fromtimestamp(at_s, UTC).astimezone(zone).utcoffset()
    return int((offset or timedelta()).total_seconds())


def local(at: Seconds, zone: ZoneInfo) -> tuple[Seconds, Floats]:
    """Proleptic ordinals of the local days, and local hours in [0, 24) [d], [h]."""
    quarters, place = np.unique(at // _QUARTER_S, return_inverse=True)
    offsets = np.array([offset_s(int(q) * _QUARTER_S, zone) for q in quarters], np.int64)
    shifted = at + offsets[place]
    day, second = np.divmod(shifted, _DAY_S)
    return day + _EPOCH_ORDINAL, second / 3600.0


def start_of(day: date, zone: ZoneInfo, hour: int = 0) -> int:
    """Instant of the given hour of a local day, in seconds since 1970 [s]."""
    return int(datetime.combine(day, time(hour), zone).timestamp())
