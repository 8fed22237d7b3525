"""Demand that comes near the contract (需量越限): means of a quarter hour, as the meter bills them.

The utility bills the greatest mean of fifteen minutes, mostly of a window that slides by the
minute. It is taken from power told at least every 90 s, else from the energy register, else from
power told at least every 5 min. The meter's own register of maximum demand may still stand higher.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

WINDOW_S = 900
_DENSE_S, _SPARSE_S, _REGISTER_S = 90, 300, 3600
"""Pauses between readings over which power is as good as counted, is still a fair sample, and over
which a register tells the mean. [s]"""
_RECENT_S = 180
"""What the last minutes drew the rest of the quarter hour is taken to draw. [s]"""
_COARSE_S = 1200
"""A mean over longer than that lies below the greatest quarter hour in it. [s]"""
REACH_S = WINDOW_S + _REGISTER_S
"""How far back readings may lie that a mean needs. [s]"""


@dataclass(frozen=True, slots=True)
class Demand:
    """Thresholds of the demand of one meter.

    Attributes
    ----------
    high_share, urgent_share : float
        Of the contracted demand. [1]
    most_share : float
        Of the contracted demand: no load is so great, power above it was not measured. [1]
    forecast_minutes : float
        Of a quarter hour that must be over before its end is foreseen. [min]
    """

    high_share: float
    urgent_share: float
    most_share: float
    forecast_minutes: float


class Load(NamedTuple):
    """What a meter draws, at an instant.

    Attributes
    ----------
    mean_kw : float
        Of the fifteen minutes before it. [kW]
    is_least : bool
        The mean is of a longer time: a quarter hour in it drew as much or more.
    foreseen_kw : float or None
        Mean with which the running quarter hour of the clock will end; None: too early to say.
    """

    mean_kw: float
    is_least: bool
    foreseen_kw: float | None


class _Point(NamedTuple):
    """A reading.

    `drawn`, by power, and `register` go on from reading to reading of a stretch [kWh]; `dense`,
    `sparse` and `counted` are where the stretches begin that reach it [s].
    """

    at: float
    power: float | None
    drawn: float
    register: float | None
    dense: float
    sparse: float
    counted: float


class RunningDemand:
    """The demand of one meter, reading by reading in the order of their time.

    Parameters
    ----------
    most_kw : float
        Power above it was not measured. [kW]
    forecast_minutes : float
        As in `Demand`. [min]
    """

    def __init__(self, most_kw: float, forecast_minutes: float) -> None:
        self._most_kw = most_kw
        self._forecast_s = 60 * forecast_minutes
        self._points: list[_Point] = []

    def add(self, at: datetime, power_kw: float | None, register_kwh: float | None) -> Load | None:
        """Take a reading; returns the demand there, None where it is not known.

        Parameters
        ----------
        power_kw, register_kwh : float or None
            At the primary side. What is fed in is no demand. [kW], [kWh]
        """
        now = at.timestamp()
        known = power_kw is not None and power_kw <= self._most_kw
        power = max(power_kw, 0.0) if power_kw is not None and known else None
        self._append(now, power, register_kwh)
        points = self._points
        keep = bisect_right(points, now - REACH_S, key=lambda each: each.at)
        del points[: max(keep - 1, 0)]
        return self._load(now)

    def _append(self, now: float, power: float | None, register: float | None) -> None:
        if not self._points:
            self._points.append(_Point(now, power, 0.0, register, now, now, now))
            return
        last = self._points[-1]
        pause = now - last.at
        if pause <= 0:
            return
        drawn, dense, sparse, counted = last.drawn, now, now, now
        if power is not None and last.power is not None and pause <= _SPARSE_S:
            drawn += (power + last.power) / 2 * pause / 3600
            dense, sparse = (last.dense if pause <= _DENSE_S else now), last.sparse
        if register is not None and last.register is not None and pause <= _REGISTER_S:
            rise = register - last.register
            if 0 <= rise <= self._most_kw * max(pause, WINDOW_S) / 3600:
                counted = last.counted
        self._points.append(_Point(now, power, drawn, register, dense, sparse, counted))

    def _load(self, now: float) -> Load | None:
        last, start = self._points[-1], now - WINDOW_S
        place = bisect_right(self._points, start, key=lambda each: each.at) - 1
        if place < 0:
            return None
        first = self._points[place]
        if last.dense <= first.at:
            return Load(self._mean(start, now), False, self._foreseen(last.dense, now))
        if last.counted <= first.at and len(self._points) > 1:
            pause = max(b.at - a.at for a, b in self._pairs(place))
            mean = self._counted(start, now)
            return Load(mean, pause > _COARSE_S, None)
        if last.sparse <= first.at:
            return Load(self._mean(start, now), False, self._foreseen(last.sparse, now))
        return None

    def _pairs(self, place: int) -> list[tuple[_Point, _Point]]:
        return list(zip(self._points[place:], self._points[place + 1 :], strict=False))

    def _mean(self, start: float, end: float) -> float:
        """Mean power from one instant to another, within a stretch. [kW]."""
        return (self._at(end, "drawn") - self._at(start, "drawn")) * 3600 / (end - start)

    def _counted(self, start: float, end: float) -> float:
        return (self._at(end, "register") - self._at(start, "register")) * 3600 / (end - start)

    def _at(self, instant: float, name: str) -> float:
        """A counter at an instant, on the straight line between the readings around it. [kWh]."""
        place = bisect_right(self._points, instant, key=lambda each: each.at) - 1
        below = self._points[place]
        value = float(getattr(below, name))
        if below.at == instant:
            return value
        above = self._points[place + 1]
        rise = float(getattr(above, name)) - value
        return value + rise * (instant - below.at) / (above.at - below.at)

    def _foreseen(self, since: float, now: float) -> float | None:
        begun = now - now % WINDOW_S
        elapsed = now - begun
        if elapsed < max(self._forecast_s, _RECENT_S) or since > begun:
            return None
        drawn = self._mean(begun, now) * elapsed
        rest = self._mean(now - _RECENT_S, now) * (WINDOW_S - elapsed)
        return (drawn + rest) / WINDOW_S
