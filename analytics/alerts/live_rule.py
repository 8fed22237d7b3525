"""Rules that judge what a device says, the moment it is stored.

Each says of its matter whether the values are bad, good, or between the two; when that becomes an
alert is `course.judge`'s to say. A value that is not there says nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.alerts.course import Says
from analytics.alerts.policy import Policy
from analytics.rules.finding import Priority
from analytics.rules.thresholds import Thresholds

Values = Mapping[str, float | int | str | bool]
_MINUTE = timedelta(minutes=1)
_MAINS_BELOW_V = 300.0
"""A phase above it hangs on a transformer of its own, whose ratio nobody told. [V]"""
_SAME_V, _SAME_SHARE = 2.0, 0.05
"""How far back within its band a value must be to speak against an alert. [V], [1]"""


GRAVITY: Mapping[Priority, int] = {Priority.LOW: 0, Priority.HIGH: 1, Priority.URGENT: 2}
"""Priorities in their order."""


class Judged(NamedTuple):
    """What a rule says of what a device said at an instant.

    Attributes
    ----------
    actual, limit : float
        In the unit of the rule.
    at : datetime
        Event time of the values.
    """

    rule: str
    says: Says
    priority: Priority
    actual: float
    limit: float
    at: datetime


@dataclass(frozen=True, slots=True)
class VehicleLimits:
    """Thresholds of vehicles; per model where the maker names others.

    Attributes
    ----------
    soc_low_pct, soc_least_pct : float
        State of charge that is low, and one that is urgent. [%]
    aux_battery_v : float
        Of the 12 V battery. [V]
    insulation_ohm_per_v, insulation_urgent_ohm_per_v : float
        Of the traction circuit, over its voltage. [ohm/V]
    cell_spread_v, cell_spread_urgent_v : float
        Between the strongest and the weakest cell. [V]
    cell_spread_k : float
        Between the warmest and the coldest probe. [K]
    """

    soc_low_pct: float = 20.0
    soc_least_pct: float = 10.0
    aux_battery_v: float = 11.8
    insulation_ohm_per_v: float = 500.0
    insulation_urgent_ohm_per_v: float = 100.0
    cell_spread_v: float = 0.1
    cell_spread_urgent_v: float = 0.2
    cell_spread_k: float = 8.0


@dataclass(frozen=True, slots=True)
class Device:
    """What rules need to know of a device.

    Attributes
    ----------
    limits : Thresholds or None
        Of its meter; None of a device that counts for none.
    contract_kw : float or None
        Declared demand of its meter. [kW]
    """

    kind: str
    limits: Thresholds | None = None
    contract_kw: float | None = None
    vehicle: VehicleLimits = VehicleLimits()


class _Reader:
    """What a device said at an instant, as numbers."""

    def __init__(self, values: Values, at: datetime) -> None:
        self._values = values
        self._at = at

    def take(self, *names: str) -> tuple[list[float], datetime] | None:
        """All of some values and their instant; None where one is missing."""
        found = []
        for name in names:
            value = self._values.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                return None
            found.append(float(value))
        return found, self._at


_Rule = Callable[[_Reader, Device], Iterator[Judged]]


def judge_said(values: Values, at: datetime, device: Device) -> list[Judged]:
    """Judge what a device said at an instant by every rule of its kind.

    Parameters
    ----------
    values : mapping
        By quantity, in its unit.
    """
    reader = _Reader(values, at)
    return [found for rule in _RULES.get(device.kind, ()) for found in rule(reader, device)]


def _above(value: float, fire: float, clear: float) -> Says:
    return Says.BAD if value >= fire else Says.GOOD if value < clear else Says.BETWEEN


def _below(value: float, fire: float, clear: float) -> Says:
    return Says.BAD if value < fire else Says.GOOD if value >= clear else Says.BETWEEN


def _voltage(read: _Reader, device: Device) -> Iterator[Judged]:
    found = read.take("voltage_a_v", "voltage_b_v", "voltage_c_v") or read.take("voltage_a_v")
    if found is None or device.limits is None or max(found[0]) > _MAINS_BELOW_V:
        return
    phases, at = found
    rule = device.limits.phases
    low, high = min(phases), max(phases)
    says = _below(low, rule.low_v, rule.low_v + _SAME_V)
    yield Judged("voltage_low", says, Priority.HIGH, low, rule.low_v, at)
    says = _above(high, rule.high_v, rule.high_v - _SAME_V)
    yield Judged("voltage_high", says, Priority.HIGH, high, rule.high_v, at)


def _demand(read: _Reader, device: Device) -> Iterator[Judged]:
    found = read.take("active_power_kw")
    if found is None or device.limits is None or device.contract_kw is None:
        return
    (power,), at = found
    rule, contract = device.limits.demand, device.contract_kw
    fire = rule.high_share * contract
    says = _above(power, fire, fire - _SAME_SHARE * contract)
    urgent = power >= rule.urgent_share * contract
    yield Judged("demand", says, Priority.URGENT if urgent else Priority.HIGH, power, contract, at)


_LEVELS = {1: Priority.LOW, 2: Priority.HIGH, 3: Priority.URGENT}


def _alarm(read: _Reader, _device: Device) -> Iterator[Judged]:
    """Of GB/T 32960; what is abnormal or invalid (0xFE, 0xFF) is no level and says nothing."""
    found = read.take("alarm_level")
    if found is None or int(found[0][0]) not in (0, *_LEVELS):
        return
    level = int(found[0][0])
    says = Says.BAD if level else Says.GOOD
    yield Judged("vehicle_alarm", says, _LEVELS.get(level, Priority.LOW), level, 1.0, found[1])


def _battery(read: _Reader, device: Device) -> Iterator[Judged]:
    limit = device.vehicle
    if (found := read.take("soc_pct")) is not None:
        soc = found[0][0]
        urgent = Priority.HIGH if soc < limit.soc_least_pct else Priority.LOW
        says = _below(soc, limit.soc_low_pct, limit.soc_low_pct + 5.0)
        yield Judged("soc_low", says, urgent, soc, limit.soc_low_pct, found[1])
    if (found := read.take("aux_battery_v")) is not None:
        volt = found[0][0]
        says = _below(volt, limit.aux_battery_v, limit.aux_battery_v + 0.3)
        yield Judged("aux_battery_low", says, Priority.LOW, volt, limit.aux_battery_v, found[1])


def _insulation(read: _Reader, device: Device) -> Iterator[Judged]:
    found = read.take("insulation_kohm", "pack_voltage_v")
    if found is None or found[0][1] <= 0:
        return
    limit = device.vehicle
    share = found[0][0] * 1000.0 / found[0][1]
    says = _below(share, limit.insulation_ohm_per_v, 1.1 * limit.insulation_ohm_per_v)
    urgent = share < limit.insulation_urgent_ohm_per_v
    priority = Priority.URGENT if urgent else Priority.HIGH
    yield Judged("insulation_low", says, priority, share, limit.insulation_ohm_per_v, found[1])


def _cells(read: _Reader, device: Device) -> Iterator[Judged]:
    limit = device.vehicle
    if (found := read.take("cell_voltage_max_v", "cell_voltage_min_v")) is not None:
        spread = found[0][0] - found[0][1]
        says = _above(spread, limit.cell_spread_v, 0.8 * limit.cell_spread_v)
        priority = Priority.HIGH if spread >= limit.cell_spread_urgent_v else Priority.LOW
        yield Judged("cell_voltage_spread", says, priority, spread, limit.cell_spread_v, found[1])
    if (found := read.take("cell_temperature_max_c", "cell_temperature_min_c")) is not None:
        spread = found[0][0] - found[0][1]
        says = _above(spread, limit.cell_spread_k, 0.8 * limit.cell_spread_k)
        yield Judged(
            "cell_temperature_spread", says, Priority.HIGH, spread, limit.cell_spread_k, found[1]
        )


_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "electricity_meter": (_voltage, _demand),
    "vehicle": (_alarm, _battery, _insulation, _cells),
}
LIVE_POLICIES: Mapping[str, Policy] = {
    "voltage_low": Policy(of=3, within=4, hold=10 * _MINUTE),
    "voltage_high": Policy(of=3, within=4, hold=10 * _MINUTE),
    "demand": Policy(of=2, within=3, least=10 * _MINUTE, hold=30 * _MINUTE),
    "vehicle_alarm": Policy(hold=_MINUTE),
    "soc_low": Policy(of=2, within=3),
    "aux_battery_low": Policy(of=2, within=3, least=10 * _MINUTE, hold=_MINUTE),
    "insulation_low": Policy(of=3, within=4, hold=10 * _MINUTE),
    "cell_voltage_spread": Policy(of=3, within=4, hold=10 * _MINUTE),
    "cell_temperature_spread": Policy(of=3, within=4, hold=10 * _MINUTE),
}
"""When a live rule's alerts open and end; those of safety need no second value."""
UNITS: Mapping[str, str] = {
    "voltage_low": "V",
    "voltage_high": "V",
    "demand": "kW",
    "vehicle_alarm": "1",
    "soc_low": "%",
    "aux_battery_low": "V",
    "insulation_low": "ohm/V",
    "cell_voltage_spread": "V",
    "cell_temperature_spread": "K",
    "silent": "min",
    "gateway_silent": "min",
}
