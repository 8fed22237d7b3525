"""Rows that leave out what was said shortly before, as where each value is told alone. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from analytics.fleet.samples import CODES, UNKNOWN, Codes, Marks, Places, VehicleSamples
from analytics.fleet.vehicle_class import VehicleClass
from analytics.ledger.readings import Floats, Instants

_HOLDS_S: Mapping[str, float] = MappingProxyType(
    {
        "speed_kmh": 60.0,
        "pack_voltage_v": 60.0,
        "pack_current_a": 60.0,
        **dict.fromkeys(CODES, 900.0),
    }
)
"""How long a value holds that is not said again; states are often told when they change. [s]"""


def completed(samples: VehicleSamples, kind: VehicleClass) -> VehicleSamples:
    """Fill gaps in speed, power and states with the last value, never across a silence.

    Registers and the state of charge are carried on where they are read, and a place is where the
    vehicle was when it said so.
    """
    ts = samples.ts
    breaks = np.append(0, np.cumsum(np.diff(ts) >= kind.parking_s * 1e6))
    value: dict[str, Floats] = dict(samples.value)
    for name in _HOLDS_S.keys() & value.keys():
        known = np.isfinite(value[name])
        if not known.all():
            last, holds = _last(ts, breaks, known, _HOLDS_S[name])
            value[name] = np.where(holds, value[name][last], np.nan)
    code: dict[str, Codes] = dict(samples.code)
    for name in _HOLDS_S.keys() & code.keys():
        said = code[name] != UNKNOWN
        if not said.all():
            last, holds = _last(ts, breaks, said, _HOLDS_S[name])
            code[name] = np.where(holds, code[name][last], np.int8(UNKNOWN))
    return VehicleSamples(ts, value, code)


def _last(ts: Instants, breaks: Places, known: Marks, holds_s: float) -> tuple[Places, Marks]:
    """Place of the last known value of each row, and whether it still holds there."""
    last = np.maximum.accumulate(np.where(known, np.arange(len(ts)), -1))
    there = np.maximum(last, 0)
    holds = (last >= 0) & (ts - ts[there] <= holds_s * 1e6) & (breaks[there] == breaks)
    return there, holds
