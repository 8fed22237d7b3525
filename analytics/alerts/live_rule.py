"""Rules that judge what a device says, the moment it is stored.

Each says of its matter whether the values are bad, good, or between the two; when that becomes an
alert is `course.judge`'s to say. A value that is not there says nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.alerts.course import Says
from analytics.alerts.policy import Policy
from analytics.fleet import alarms
from analytics.fleet.model_limits import VehicleLimits, vehicle_limits
from analytics.rules.demand import Load
from analytics.rules.finding import Priority
from analytics.rules.phases import unbalance
from analytics.rules.thresholds import Thresholds

Values = Mapping[str, float | int | str | bool]
_MINUTE = timedelta(minutes=1)
_MAINS_BELOW_V = 300.0
"""A phase above it hangs on a transformer of its own, whose ratio nobody told. [V]"""
_SAME_V, _SAME_SHARE = 2.0, 0.05
"""How far back within its band a value must be to speak against an alert. [V], [1]"""


_SOC_DROP_PCT, _SOC_DROP_PCT_H = 5.0, 100.0
"""Charge that may be lost from one reading to the next, and in an hour of full power. [%], [%/h]"""
_SOC_WITHIN = timedelta(minutes=10)
"""Readings further apart say nothing of jumps."""
_FASTEST_KMH, _ODOMETER_STEP_KM = 250.0, 1.0
"""No car is faster; an odometer counts in whole kilometres at the coarsest. [km/h], [km]"""


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
    code : str
        Which of the rule's matters; empty where it has but one, or it is said of all of them.
    """

    rule: str
    says: Says
    priority: Priority
    actual: float
    limit: float
    at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """What rules need to know of a device.

    Attributes
    ----------
    limits : Thresholds or None
        Of its meter; None of a device that counts for none.
    contract_kw : float or None
        Declared demand of its meter. [kW]
    ratio : float
        What a unit that it tells of power and energy stands for. [1]
    """

    kind: str
    limits: Thresholds | None = None
    contract_kw: float | None = None
    ratio: float = 1.0
    vehicle: VehicleLimits = field(default_factory=vehicle_limits)


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

    def text(self, name: str) -> str:
        """A value that is text; empty where it is missing."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""


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


def judge_change(earlier: Values, began: datetime, values: Values, at: datetime) -> list[Judged]:
    """Judge what became of a vehicle's figures from one reading to the next.

    Parameters
    ----------
    earlier, values : mapping
        By quantity, in its unit: of the reading before and of this one.
    """
    hours = (at - began) / timedelta(hours=1)
    if not hours > 0:
        return []
    found = []
    was, now = _Reader(earlier, began), _Reader(values, at)
    charge = was.take("soc_pct"), now.take("soc_pct")
    if charge[0] and charge[1] and at - began <= _SOC_WITHIN:
        drop = charge[0][0][0] - charge[1][0][0]
        most = _SOC_DROP_PCT + _SOC_DROP_PCT_H * hours
        says = Says.BAD if drop > most else Says.GOOD
        found.append(Judged("soc_jump", says, Priority.LOW, drop, most, at))
    odometer = was.take("odometer_km"), now.take("odometer_km")
    if odometer[0] and odometer[1]:
        driven = odometer[1][0][0] - odometer[0][0][0]
        most = _FASTEST_KMH * hours + _ODOMETER_STEP_KM
        says = Says.GOOD if -_ODOMETER_STEP_KM <= driven <= most else Says.BAD
        limit = most if driven > 0 else 0.0
        found.append(Judged("odometer_fault", says, Priority.LOW, driven, limit, at))
    return found


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
    if len(phases) > 1:
        most, uneven = rule.voltage_unbalance, unbalance(phases)
        says = _above(uneven, most, 0.8 * most)
        yield Judged("voltage_unbalance", says, Priority.LOW, uneven, most, at)


def _current(read: _Reader, device: Device) -> Iterator[Judged]:
    """Phases of a load; of one that is next to nothing they say nothing."""
    found = read.take("current_a_a", "current_b_a", "current_c_a")
    if found is None or device.limits is None:
        return
    phases, at = found
    rule = device.limits.phases
    if sum(phases) / len(phases) < rule.least_current_a:
        return
    least = rule.lost_share * max(phases)
    lost = min(phases) <= least
    says = Says.BAD if lost else Says.GOOD
    yield Judged("phase_loss", says, Priority.URGENT, min(phases), least, at)
    if not lost:
        most, uneven = rule.current_unbalance, unbalance(phases)
        says = _above(uneven, most, 0.8 * most)
        yield Judged("current_unbalance", says, Priority.LOW, uneven, most, at)


def _circuit(read: _Reader, device: Device) -> Iterator[Judged]:
    """Water that is pumped through a heating circuit, and what it gives on its way."""
    found = read.take("supply_temperature_c", "return_temperature_c", "heat_flow_m3h")
    if found is None or device.limits is None:
        return
    (supply, back, flow), at = found
    rule = device.limits.heat
    if flow < rule.least_flow_m3h:
        return
    drop = supply - back
    says = _below(drop, -rule.reversed_k, 0.0)
    yield Judged("reversed_circuit", says, Priority.HIGH, drop, -rule.reversed_k, at)
    if says is not Says.BAD:
        says = _below(drop, rule.least_difference_k, 1.2 * rule.least_difference_k)
        yield Judged("low_difference", says, Priority.LOW, drop, rule.least_difference_k, at)


def judge_demand(load: Load, at: datetime, device: Device) -> list[Judged]:
    """Judge what a meter draws by its contract, if it has one: means of a quarter hour.

    That the running quarter hour will end above the contract is told while there is time to shed.
    """
    if device.limits is None or device.contract_kw is None:
        return []
    rule, contract = device.limits.demand, device.contract_kw
    fire = rule.high_share * contract
    says, kilowatts = _above(load.mean_kw, fire, fire - _SAME_SHARE * contract), load.mean_kw
    if load.is_least and says is not Says.BAD:
        says = Says.BETWEEN
    beyond = rule.urgent_share * contract
    if load.foreseen_kw is not None and load.foreseen_kw >= max(beyond, kilowatts):
        says, kilowatts = Says.BAD, load.foreseen_kw
    priority = Priority.URGENT if kilowatts >= beyond else Priority.HIGH
    return [Judged("demand", says, priority, kilowatts, contract, at)]


_LEVELS = {level: Priority(alarms.priority(level)) for level in range(alarms.MOST_LEVEL + 1)}


def _alarm(read: _Reader, _device: Device) -> Iterator[Judged]:
    """Of GB/T 32960, each alarm by itself; what is abnormal or invalid (0xFE, 0xFF) says nothing.

    A flag is an alarm without a level too, as it is on the page of the vehicle.
    """
    told, raised = read.take("alarm_level"), read.take("alarm_flags")
    known = told or raised
    if known is None:
        return
    level = int(told[0][0]) if told else -1
    flags = int(raised[0][0]) if raised else -1
    at, has_level, has_flags = known[1], level in _LEVELS, alarms.is_flags(flags)
    found = alarms.shown(level, flags, read.text("alarm_flag_levels"))
    if not found:
        if has_level or (told is None and has_flags):
            yield Judged("vehicle_alarm", Says.GOOD, Priority.LOW, 0.0, 1.0, at)
        return
    for code in alarms.CODES:
        if code in found:
            own = found[code]
            yield Judged("vehicle_alarm", Says.BAD, _LEVELS[own], own, 1.0, at, code)
        elif has_level if code == alarms.UNNAMED else has_flags:
            yield Judged("vehicle_alarm", Says.GOOD, Priority.LOW, 0.0, 1.0, at, code)


def _battery(read: _Reader, device: Device) -> Iterator[Judged]:
    limit = device.vehicle
    if (found := read.take("soc_pct")) is not None:
        soc = found[0][0]
        urgent = Priority.HIGH if soc < limit.soc_least_pct else Priority.LOW
        says = _below(soc, limit.soc_low_pct, limit.soc_low_pct + 5.0)
        yield Judged("soc_low", says, urgent, soc, limit.soc_low_pct, found[1])
    if (found := read.take("soh_pct")) is not None:
        health = found[0][0]
        says = _below(health, limit.soh_low_pct, limit.soh_low_pct + 1.0)
        yield Judged("soh_low", says, Priority.LOW, health, limit.soh_low_pct, found[1])
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
    "electricity_meter": (_voltage, _current),
    "heat_meter": (_circuit,),
    "vehicle": (_alarm, _battery, _insulation, _cells),
}
LIVE_POLICIES: Mapping[str, Policy] = {
    "voltage_low": Policy(of=3, within=4, hold=10 * _MINUTE),
    "voltage_high": Policy(of=3, within=4, hold=10 * _MINUTE),
    "demand": Policy(hold=30 * _MINUTE),
    "voltage_unbalance": Policy(of=3, within=4, least=15 * _MINUTE, hold=30 * _MINUTE),
    "phase_loss": Policy(of=3, within=4, hold=10 * _MINUTE),
    "current_unbalance": Policy(of=3, within=4, least=60 * _MINUTE, hold=60 * _MINUTE),
    "low_difference": Policy(of=3, within=4, least=120 * _MINUTE, hold=60 * _MINUTE),
    "reversed_circuit": Policy(of=3, within=4, least=15 * _MINUTE, hold=30 * _MINUTE),
    "vehicle_alarm": Policy(hold=_MINUTE),
    "soc_low": Policy(of=2, within=3),
    "soh_low": Policy(of=3, within=4, hold=60 * _MINUTE),
    "soc_jump": Policy(hold=60 * _MINUTE),
    "charging_interrupted": Policy(of=2, within=3, least=10 * _MINUTE, hold=_MINUTE),
    "odometer_fault": Policy(hold=60 * _MINUTE),
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
    "voltage_unbalance": "1",
    "phase_loss": "A",
    "current_unbalance": "1",
    "low_difference": "K",
    "reversed_circuit": "K",
    "vehicle_alarm": "1",
    "soc_low": "%",
    "soh_low": "%",
    "soc_jump": "%",
    "charging_interrupted": "%",
    "odometer_fault": "km",
    "aux_battery_low": "V",
    "insulation_low": "ohm/V",
    "cell_voltage_spread": "V",
    "cell_temperature_spread": "K",
    "silent": "min",
    "gateway_silent": "min",
}
