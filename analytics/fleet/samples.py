"""Samples of one vehicle as columns in order of their own time, each instant once. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.readings import Floats, Instants

Codes: TypeAlias = NDArray[np.int8]
"""States by their place in `CODES`; `UNKNOWN` where nothing was said."""
Marks: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int64]
"""Places of samples or of intervals in their column."""

UNKNOWN = -1
PARK, NEUTRAL, REVERSE, FORWARD = 0, 1, 2, 3
OFF, ON = 0, 1
NOT_CHARGING, CHARGING, DRIVING_CHARGING, COMPLETE = 0, 1, 2, 3
ELECTRIC, HYBRID, FUEL = 0, 1, 2

CODES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "gear": {"P": PARK, "N": NEUTRAL, "R": REVERSE, "D": FORWARD}
        | {str(number): FORWARD for number in range(1, 13)},
        "vehicle_state": {"off": OFF, "on": ON},
        "charge_state": {
            "not_charging": NOT_CHARGING,
            "parked_charging": CHARGING,
            "driving_charging": DRIVING_CHARGING,
            "complete": COMPLETE,
        },
        "run_mode": {"electric": ELECTRIC, "hybrid": HYBRID, "fuel": FUEL},
    }
)
"""States that are known; any other, such as ``reserved_0x00``, says nothing."""
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "odometer_km": (0.0, 9_999_999.0),
        "speed_kmh": (0.0, 300.0),
        "soc_pct": (0.0, 100.0),
        "pack_voltage_v": (1.0, 2_000.0),
        "pack_current_a": (-3_000.0, 3_000.0),
        "energy_used_kwh": (0.0, 1e7),
        "energy_recovered_kwh": (0.0, 1e7),
        "energy_charged_kwh": (0.0, 1e7),
        "active_energy_import_kwh": (0.0, 1e9),
        "battery_energy_kwh": (0.0, 2_000.0),
        "battery_capacity_ah": (1.0, 5_000.0),
        "fuel_used_l": (0.0, 1e7),
        "latitude_deg": (-90.0, 90.0),
        "longitude_deg": (-180.0, 180.0),
    }
)
"""Least and most that can be; codes for "invalid" that came through as numbers lie outside."""


@dataclass(frozen=True, slots=True)
class VehicleSamples:
    """What one vehicle said.

    Attributes
    ----------
    ts : ndarray of int, shape (n,)
        Instants by the vehicle's clock, strictly rising. [us]
    value : mapping of str to ndarray of float, shape (n,)
        By name of quantity and in its unit; NaN where not measured.
    code : mapping of str to ndarray of int8, shape (n,)
        By name of state.
    """

    ts: Instants
    value: Mapping[str, Floats]
    code: Mapping[str, Codes]

    def __len__(self) -> int:
        return len(self.ts)

    def number(self, name: str) -> Floats | None:
        """Column of a quantity; None where the vehicle never told it."""
        return self.value.get(name)

    def state(self, name: str) -> Codes | None:
        """Column of a state; None where the vehicle never told it."""
        return self.code.get(name)

    def between(self, start: int, end: int) -> "VehicleSamples":
        """Samples of [start, end] [us], the one at the end as well."""
        first, last = np.searchsorted(self.ts, [start, end + 1])
        part = slice(int(first), int(last))
        return VehicleSamples(
            self.ts[part],
            {name: column[part] for name, column in self.value.items()},
            {name: column[part] for name, column in self.code.items()},
        )


def coded(name: str, texts: Iterable[str | None]) -> Codes:
    """Codes of a state as texts say it."""
    known = CODES[name]
    return np.fromiter((known.get(text or "", UNKNOWN) for text in texts), np.int8)


def in_order(
    ts: Instants, value: Mapping[str, Floats], code: Mapping[str, Codes]
) -> VehicleSamples:
    """Put samples in order, whichever way they came and however often.

    What cannot be is no value. Of several values of an instant the greatest counts, as in the
    store.
    """
    value = {name: _possible(name, column) for name, column in value.items() if name in LIMITS}
    code = {name: column for name, column in code.items() if name in CODES}
    if not np.all(ts[1:] > ts[:-1]):
        order = np.argsort(ts, kind="stable")
        ts = ts[order]
        first = np.flatnonzero(np.append(True, ts[1:] > ts[:-1]))
        ts = ts[first]
        value = {name: np.fmax.reduceat(column[order], first) for name, column in value.items()}
        code = {name: np.maximum.reduceat(column[order], first) for name, column in code.items()}
    _drop_no_fix(value)
    return VehicleSamples(
        ts,
        {name: column for name, column in value.items() if not np.isnan(column).all()},
        {name: column for name, column in code.items() if (column != UNKNOWN).any()},
    )


def _possible(name: str, column: Floats) -> Floats:
    least, most = LIMITS[name]
    inside = (column >= least) & (column <= most)
    return column if inside.all() else np.where(inside, column, np.nan)


def _drop_no_fix(value: dict[str, Floats]) -> None:
    """A position has two coordinates, and none is at 0, 0: receivers say so without a fix."""
    if not {"latitude_deg", "longitude_deg"} <= value.keys():
        value.pop("latitude_deg", None)
        value.pop("longitude_deg", None)
        return
    latitude, longitude = value["latitude_deg"], value["longitude_deg"]
    none = np.isnan(latitude + longitude) | ((latitude == 0) & (longitude == 0))
    if none.any():
        value["latitude_deg"] = np.where(none, np.nan, latitude)
        value["longitude_deg"] = np.where(none, np.nan, longitude)
