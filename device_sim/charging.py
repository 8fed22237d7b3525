"""A charge at an AC pile: constant power, then a taper in the last part of the battery."""

from dataclasses import dataclass

import numpy as np

from device_sim.arrays import Floats

PILE_KW = 7.0
"""Power a pile draws before the taper [kW]."""
EFFICIENCY = 0.90
"""Energy into the battery over energy at the pile's meter [1]."""
_TAPER_FROM = 0.92
_END_KW = 0.9


@dataclass(frozen=True)
class Charge:
    """Power into the battery over time, straight between corners; then nothing."""

    after_s: Floats
    power_kw: Floats

    @property
    def duration_s(self) -> int:
        """Whole seconds it takes, the last one maybe in part [s]."""
        return int(np.ceil(self.after_s[-1]))


def charge(stored_kwh: float, battery_kwh: float) -> Charge:
    """Charge a battery from what it stores until it is full [kWh]."""
    full_kw = PILE_KW * EFFICIENCY
    knee_kwh = _TAPER_FROM * battery_kwh
    steady_kwh = max(0.0, knee_kwh - stored_kwh)
    taper_kwh = battery_kwh - max(stored_kwh, knee_kwh)
    # Begun above the knee, the power is already part of the way down.
    taper_kw = _END_KW + (full_kw - _END_KW) * taper_kwh / (battery_kwh - knee_kwh)
    steady_s = 3600.0 * steady_kwh / full_kw
    taper_s = 3600.0 * taper_kwh / (0.5 * (taper_kw + _END_KW))
    return Charge(
        np.array([0.0, steady_s, steady_s, steady_s + taper_s]),
        np.array([full_kw if steady_kwh else taper_kw, full_kw, taper_kw, _END_KW]),
    )
