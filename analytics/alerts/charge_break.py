"""Charging that breaks off (充电中断): a vehicle stands, is not full, and charges no more.

Most vehicles do not tell to which charge they are set, so that one that is taken off the pile below
the usual charge and left standing looks the same.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.alerts.course import Says
from analytics.alerts.live_rule import Device, Judged
from analytics.rules.finding import Priority

CHARGES, IS_FULL = frozenset({"parked_charging", "driving_charging"}), "complete"
_ENDED = "not_charging"
_NEAR_PCT = 2.0
"""So near to the charge it is set to a vehicle may stop. [%]"""
_STANDS_KMH, _STANDS_KM = 1.0, 0.3
"""What moves faster, or has come further since, was taken away. [km/h], [km]"""
LOOKED_FOR = timedelta(hours=1)
"""A charge that ended longer ago is not asked about; an alert of it stands until it goes on."""


class Charging(NamedTuple):
    """What a vehicle said last of charging, or of being full."""

    at: datetime
    state: str
    odometer_km: float | None


class ChargeWatch:
    """Whether a vehicle's charging broke off, reading by reading in the order of their time."""

    def __init__(self, last: Charging | None = None) -> None:
        self._last = last

    def add(
        self, values: Mapping[str, float | int | str | bool], at: datetime, device: Device
    ) -> Judged | None:
        """Judge a reading; None where it says nothing of it."""
        state, soc = values.get("charge_state"), _number(values, "soc_pct")
        odometer = _number(values, "odometer_km")
        if soc is None:
            return None
        if state in CHARGES or state == IS_FULL:
            self._last = Charging(at, str(state), odometer)
            return _judged(Says.GOOD, soc, at, device)
        if self._was_driven(_number(values, "speed_kmh"), odometer):
            self._last = None
            return _judged(Says.GOOD, soc, at, device)
        last = self._last
        if state != _ENDED or last is None or last.state == IS_FULL or at - last.at > LOOKED_FOR:
            return None
        broke = soc < device.vehicle.charge_to_pct - _NEAR_PCT
        return _judged(Says.BAD, soc, at, device) if broke else None

    def _was_driven(self, speed_kmh: float | None, odometer_km: float | None) -> bool:
        if speed_kmh is not None and speed_kmh > _STANDS_KMH:
            return True
        before = None if self._last is None else self._last.odometer_km
        if before is None or odometer_km is None:
            return False
        return odometer_km - before > _STANDS_KM


def _judged(says: Says, soc: float, at: datetime, device: Device) -> Judged:
    limit = device.vehicle
    priority = Priority.HIGH if soc < limit.soc_low_pct else Priority.LOW
    return Judged("charging_interrupted", says, priority, soc, limit.charge_to_pct, at)


def _number(values: Mapping[str, float | int | str | bool], name: str) -> float | None:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
