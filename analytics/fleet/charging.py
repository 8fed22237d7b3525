"""Charges: one plug-in is one session, however often it pauses. Pure."""

from dataclasses import dataclass

import numpy as np

from analytics.fleet.motion import Motion
from analytics.fleet.rising import Rising, rising
from analytics.fleet.samples import CHARGING, UNKNOWN, Marks, Places, VehicleSamples
from analytics.fleet.spans import Placed, Spans
from analytics.ledger.readings import Floats

MOST_KW = 500.0
"""Faster no battery takes energy. [kW]"""
SLACK_KWH = 3.0
"""What a counter may rise by at once, as some are told seldom. [kWh]"""
_CHARGES_A = -1.0
"""A current below it goes into the battery; less may be noise. [A]"""
_RISES_PCT = 3.0
"""A state of charge may settle by less over a night. [%]"""
_RISES_KWH = 0.1
_UNPLUGGED_PCT = 2.0
"""State of charge lost in a pause by which the vehicle was unplugged and used. [%]"""


class Sessions(Placed):
    """Plug-ins; inferred where no sample shows them charging."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Signs:
    """What a vehicle says of charging; `silent` if it tells neither state nor current."""

    charging: Marks
    silent: bool
    soc: Floats
    counted: Rising | None

    def gained(self, first: Places, last: Places) -> Marks:
        """Whether a battery was certainly charged between two samples, by counter or charge."""
        if self.counted is not None:
            rise = self.counted.rise(first, last)
            if np.isfinite(rise).any():
                by_soc = np.isnan(rise) & (self.soc[last] - self.soc[first] >= _RISES_PCT)
                return np.asarray((rise >= _RISES_KWH) | by_soc)
        return np.asarray(self.soc[last] - self.soc[first] >= _RISES_PCT)


def sessions(samples: VehicleSamples, found: Motion, trips: Spans) -> Sessions:
    """Find charges in the stops between trips, and inside silences that trips are inferred from."""
    signs = _signs(samples, found)
    on_trip = _inside(trips, len(samples))
    charged = _charged(signs, found) & ~on_trip
    in_silence = np.flatnonzero(found.silent & ~charged & (~on_trip | _ends(trips, len(samples))))
    gained = in_silence[signs.gained(in_silence, np.minimum(in_silence + 1, len(samples) - 1))]
    apart = gained[on_trip[gained]]
    charged[gained[~on_trip[gained]]] = True
    first, last = _plugged_in(np.flatnonzero(charged), found, trips, signs)
    first, last = np.append(first, apart), np.append(last, apart + 1)
    order = np.lexsort((last, first))
    return _evident(first[order], last[order], signs, found)


def _signs(samples: VehicleSamples, found: Motion) -> _Signs:
    state, amps = samples.state("charge_state"), samples.number("pack_current_a")
    charging = np.zeros(len(samples), np.bool_)
    unsaid = np.ones(len(samples), np.bool_)
    if state is not None:
        charging, unsaid = state == CHARGING, state == UNKNOWN
    if amps is not None:
        charging = charging | (unsaid & (amps < _CHARGES_A) & ~found.driving)
    told = samples.number("energy_charged_kwh")
    counted = rising(samples.ts, told, MOST_KW, SLACK_KWH)
    return _Signs(
        charging,
        state is None and amps is None,
        carried(samples.number("soc_pct"), len(samples)),
        counted,
    )


def carried(told: Floats | None, count: int) -> Floats:
    """Last known value at or before each sample; NaN before the first."""
    if told is None:
        return np.full(count, np.nan)
    known = np.isfinite(told)
    if known.all():
        return told
    at = np.maximum.accumulate(np.where(known, np.arange(count), -1))
    return np.where(at < 0, np.nan, told[np.maximum(at, 0)])


def _charged(signs: _Signs, found: Motion) -> Marks:
    """Intervals with charging at either end; a silence only with charging at both."""
    here = signs.charging
    charged = np.zeros(len(here), np.bool_)
    asleep = found.silent[:-1] & ~(found.step_km[:-1] > 0)
    charged[:-1] = np.where(asleep, here[:-1] & here[1:], here[:-1] | here[1:])
    charged[:-1] &= asleep | ~found.silent[:-1]
    if signs.counted is not None:
        charged |= ~found.silent & (signs.counted.step > 0)
    elif signs.silent:
        charged[:-1] |= ~found.silent[:-1] & ~found.driving[:-1] & (np.diff(signs.soc) > 0)
    return charged


def _inside(trips: Spans, count: int) -> Marks:
    """Intervals that belong to a trip."""
    depth = np.zeros(count, np.int64)
    np.add.at(depth, trips.base, 1)
    np.add.at(depth, trips.close, -1)
    return np.asarray(np.cumsum(depth) > 0)


def _ends(trips: Spans, count: int) -> Marks:
    """Intervals at the ends of stretched and inferred trips, in which it may have charged."""
    ends = np.zeros(count, np.bool_)
    far = trips.stretched | trips.inferred
    ends[trips.base[far]] = True
    ends[trips.close[far] - 1] = True
    return ends


def _plugged_in(
    charged: Places, found: Motion, trips: Spans, signs: _Signs
) -> tuple[Places, Places]:
    """First and last sample of each plug-in: nothing but standing still lies between its parts.

    A trip, a rise of the odometer or a loss of charge in a pause is another plug-in.
    """
    if not len(charged):
        return charged, charged
    before, after = charged[:-1] + 1, charged[1:]
    stop = np.searchsorted(trips.base, charged, "right")
    other = np.diff(stop) > 0
    other |= signs.soc[before] - signs.soc[after] > _UNPLUGGED_PCT
    if found.odometer is not None:
        other |= found.odometer.rise(before, after) > 0
    cut = np.flatnonzero(other)
    return charged[np.append(0, cut + 1)], charged[np.append(cut, len(charged) - 1)] + 1


def _evident(first: Places, last: Places, signs: _Signs, found: Motion) -> Sessions:
    here = signs.charging
    start = first + (~here[first] & here[np.minimum(first + 1, last)])
    before_last = np.maximum(last - 1, start)
    end = last - (~here[last] & here[before_last])
    shown = np.append(0, np.cumsum(here))
    quiet = np.append(0, np.cumsum(found.silent))
    seen = shown[last + 1] > shown[first]
    seen |= quiet[last] == quiet[first]
    begins = found.silent[first] & ~here[first]
    ends = found.silent[last - 1] & ~here[last]
    kept = (shown[last + 1] > shown[first]) | signs.gained(first, last)
    whole = Sessions(first, start, end, last, ~seen, seen & (begins | ends))
    return whole.only(kept)
