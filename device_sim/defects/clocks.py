"""Stamps of a device whose clock goes wrong, with the way and the wait of each message."""

import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.defects.gauges import BEGINS
from device_sim.noise import fraction, key, smooth, uniform

CLOCK_WRONG = "clock wrong"
_SWAY_S, _WAY_S, _WAIT_S = 40.0, 2.0, 120.0
_WAITS = 0.1
"""Share of messages that wait for a way. [1]"""
_LEAST_MIN, _MOST_MIN, _ZONE_MIN = 6.0, 60.0, 480.0
"""A clock that is set wrong is off by so much; one in five takes UTC for the time here. [min]"""


def stamps(seed: int, arrives_s: Seconds, *, wrong: bool) -> Floats:
    """When messages say that they were measured. [s since 1970].

    Parameters
    ----------
    arrives_s : Seconds, shape (n,)
        When they arrive, a minute apart; a clock goes wrong at the one numbered `BEGINS`.
    """
    count = np.arange(len(arrives_s), dtype=np.int64)
    way = _WAY_S * uniform(key(seed, "way"), count)
    waits = uniform(key(seed, "waits"), count) < _WAITS
    wait = _WAIT_S * waits * uniform(key(seed, "wait"), count)
    right = arrives_s + _SWAY_S * smooth(key(seed, "clock"), arrives_s, 86_400) - way - wait
    return right + 60 * offset_min(seed) * (count >= BEGINS) if wrong else right


def offset_min(seed: int) -> float:
    """How far a clock that goes wrong is ahead. [min]."""
    sign = 1 if fraction(seed, "ahead") < 1 / 2 else -1
    if fraction(seed, "zone") < 1 / 5:
        return sign * _ZONE_MIN
    return sign * (_LEAST_MIN + (_MOST_MIN - _LEAST_MIN) * fraction(seed, "offset"))
