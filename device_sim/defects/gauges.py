"""What devices say minute by minute of two days, with a fault that begins on the second."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.noise import fraction, key, smooth

MINUTES, BEGINS = 2880, 1620
"""Of a recording, and before a fault begins. [min]"""
CONTRACT_KW = 400.0
"""Demand that an electricity meter's contract declares. [kW]"""
Columns = dict[str, Floats]
_FAR_ODOMETER_KM = 40_000.0
_DAY_MIN, _TURN_MIN, _DRIVE_MIN, _FIRST_MIN, _LAST_MIN = 1440, 240, 45, 420, 1200
"""A vehicle charges at night, and drives for a while every four hours of the day. [min]"""
_TOP_UP_MIN, _TAKEN_OFF_MIN, _TOP_UPS = 90, 4, 0.5
"""When in a turn half of the vehicles begin to charge by day, how long before the next they end."""
_FULL_PCT = 100.0
CHARGE_STATES = ("not_charging", "parked_charging", "complete")
"""What the numbers in the column `charge_state` stand for."""
_NOT_CHARGING, _CHARGING, _FULL = (float(number) for number in range(3))


class GaugeDefect(NamedTuple):
    """A fault that a device tells of itself.

    Attributes
    ----------
    device : str
        Kind of the device.
    rule : str
        Made for it.
    suffer : callable
        Changes the columns from `BEGINS` on, given a number in [0, 1).
    """

    device: str
    rule: str
    suffer: Callable[[Columns, float], None]


def said(device: str, seed: int, at_s: Seconds) -> Columns:
    """What a device in order says at instants a minute apart, by quantity, in its unit."""
    return _CLEAN[device](seed, at_s)


def _electricity(seed: int, at: Seconds) -> Columns:
    hour = (at / 3600 + 8) % 24
    open_now = np.clip((hour - 6.5) / 2, 0, 1) * np.clip((19.5 - hour) / 2, 0, 1)
    power = 40 + 220 * open_now * (1 + 0.1 * smooth(key(seed, "load"), at, 1800))
    found: Columns = {"active_power_kw": power}
    for phase in "abc":
        grid = 3.5 * smooth(key(seed, "grid", phase), at, 1800)
        voltage = 226 + grid - 0.02 * power
        lean = 1 + 0.06 * smooth(key(seed, "lean", phase), at, 7200)
        found |= {
            f"voltage_{phase}_v": voltage,
            f"current_{phase}_a": 1000 * power / 3 * lean / voltage,
        }
    return found


def _heat(seed: int, at: Seconds) -> Columns:
    share = 0.5 + 0.45 * smooth(key(seed, "cold"), at, 6 * 3600)
    spread, supply = 8 + 14 * share, 38 + 24 * share
    return {
        "supply_temperature_c": supply,
        "return_temperature_c": supply - spread,
        "heat_flow_m3h": 300 * share / (1.163 * spread),
    }


def _vehicle(seed: int, at: Seconds) -> Columns:
    minute = np.arange(len(at))
    of_day = minute % _DAY_MIN
    driving = (minute % _TURN_MIN < _DRIVE_MIN) & (of_day > _FIRST_MIN) & (of_day < _LAST_MIN)
    turn = minute % _TURN_MIN
    # At night until it is full; some by day too while they wait, until just before they drive.
    topped_up = (turn >= _TOP_UP_MIN) & (turn < _TURN_MIN - _TAKEN_OFF_MIN) & (of_day > _FIRST_MIN)
    topped_up &= (of_day < _LAST_MIN - _TURN_MIN) & (fraction(seed, "top up") < _TOP_UPS)
    charging = ((of_day < _FIRST_MIN) | topped_up) & ~driving
    km = np.cumsum(np.where(driving, 0.6, 0.0))
    soc = 85 - np.cumsum(np.where(driving, 0.12, 0.0)) + np.cumsum(np.where(charging, 0.11, 0.0))
    soc = np.clip(soc, 35, _FULL_PCT)
    voltage = 340 + 0.5 * soc
    cell = 3.3 + 0.008 * soc
    wobble = smooth(key(seed, "cells"), at, 3600)
    warm = 24 + 4 * smooth(key(seed, "warm"), at, 4 * 3600) + 3 * driving
    return {
        "alarm_level": np.zeros(len(at)),
        "charge_state": np.where(
            ~charging, _NOT_CHARGING, np.where(soc < _FULL_PCT, _CHARGING, _FULL)
        ),
        "speed_kmh": np.where(driving, 36.0, 0.0),
        "soc_pct": np.round(soc),
        "soh_pct": np.full(len(at), round(88 + 10 * fraction(seed, "health"))),
        "odometer_km": np.round(_FAR_ODOMETER_KM + km, 1),
        "aux_battery_v": np.round(12.7 + 1.2 * driving + 0.1 * wobble, 2),
        "insulation_kohm": np.round(3000 + 800 * wobble),
        "pack_voltage_v": np.round(voltage, 1),
        "cell_voltage_max_v": np.round(cell + 0.015 + 0.01 * wobble, 3),
        "cell_voltage_min_v": np.round(cell - 0.01, 3),
        "cell_temperature_max_c": np.round(warm + 2 + wobble),
        "cell_temperature_min_c": np.round(warm),
    }


_CLEAN: Mapping[str, Callable[[int, Seconds], Columns]] = {
    "electricity_meter": _electricity,
    "heat_meter": _heat,
    "vehicle": _vehicle,
}


def _from_then(
    *names: str, by: Callable[[Floats, float], Floats], minutes: int = MINUTES
) -> Callable[[Columns, float], None]:
    def suffer(columns: Columns, chance: float) -> None:
        for name in names:
            part = slice(BEGINS, BEGINS + minutes)
            columns[name][part] = by(columns[name][part], chance)

    return suffer


def _turned(columns: Columns, chance: float) -> None:
    back = columns["supply_temperature_c"][BEGINS:] + 2 + 6 * chance
    columns["return_temperature_c"][BEGINS:] = back


def _in_vain(columns: Columns, chance: float) -> None:
    back = columns["supply_temperature_c"][BEGINS:] - 0.2 - 1.8 * chance
    columns["return_temperature_c"][BEGINS:] = back


def _apart(high: str, low: str, least: float, most: float) -> Callable[[Columns, float], None]:
    def suffer(columns: Columns, chance: float) -> None:
        apart = least + (most - least) * chance
        columns[low][BEGINS:] = columns[high][BEGINS:] - apart

    return suffer


def _set(
    device: str,
    rule: str,
    *names: str,
    by: Callable[[Floats, float], Floats],
    minutes: int = MINUTES,
) -> GaugeDefect:
    return GaugeDefect(device, rule, _from_then(*names, by=by, minutes=minutes))


_METER, _CAR = "electricity_meter", "vehicle"
_VOLTAGES = ("voltage_a_v", "voltage_b_v", "voltage_c_v")
_CELL_V = _apart("cell_voltage_max_v", "cell_voltage_min_v", 0.11, 0.3)
_CELL_C = _apart("cell_temperature_max_c", "cell_temperature_min_c", 9.0, 15.0)


def _broken_off(columns: Columns, chance: float) -> None:
    """After a long last drive it charges in the night, and from the fault on no more."""
    driven = np.clip((np.arange(len(columns["soc_pct"])) - 4 * _TURN_MIN) / _DRIVE_MIN, 0, 1)
    left = np.clip(columns["soc_pct"] - (30 + 15 * chance) * driven, 12, 100)
    soc: Floats = np.round(left).astype(np.float64)
    charges = (columns["charge_state"] != _NOT_CHARGING) & ((soc < _FULL_PCT) | (driven > 0))
    part = slice(BEGINS, BEGINS + _TURN_MIN)
    columns["charge_state"][charges] = _CHARGING
    soc[part] = soc[BEGINS]
    columns["soc_pct"], columns["charge_state"][part] = soc, _NOT_CHARGING


def _peak(power: Floats, chance: float) -> Floats:
    return np.full_like(power, CONTRACT_KW * (0.91 + 0.2 * chance))


def _level(values: Floats, value: float) -> Floats:
    return np.full_like(values, value)


GAUGE_DEFECTS: Mapping[str, GaugeDefect] = {
    "demand near the contract": _set(_METER, "demand", "active_power_kw", by=_peak, minutes=60),
    "voltage low": _set(_METER, "voltage_low", *_VOLTAGES, by=lambda v, x: v - 32 - 15 * x),
    "voltage high": _set(_METER, "voltage_high", *_VOLTAGES, by=lambda v, x: v + 20 + 10 * x),
    "voltages unbalanced": _set(
        _METER, "voltage_unbalance", "voltage_b_v", by=lambda v, x: v * (0.92 - 0.03 * x)
    ),
    "phase lost": _set(_METER, "phase_loss", "current_b_a", by=lambda a, x: a * 0.01 * x),
    "currents unbalanced": _set(
        _METER, "current_unbalance", "current_c_a", by=lambda a, x: a * (0.5 - 0.3 * x)
    ),
    "water pumped in vain": GaugeDefect("heat_meter", "low_difference", _in_vain),
    "circuit reversed": GaugeDefect("heat_meter", "reversed_circuit", _turned),
    "alarm of level 1 to 3": _set(
        _CAR, "vehicle_alarm", "alarm_level", by=lambda level, x: level + 1 + int(3 * x), minutes=5
    ),
    "cell voltages apart": GaugeDefect(_CAR, "cell_voltage_spread", _CELL_V),
    "cell temperatures apart": GaugeDefect(_CAR, "cell_temperature_spread", _CELL_C),
    "insulation low": _set(
        _CAR, "insulation_low", "insulation_kohm", by=lambda k, x: _level(k, 20 + 150 * x)
    ),
    "charge low": _set(
        _CAR, "soc_low", "soc_pct", by=lambda soc, x: _level(soc, round(18 - 15 * x))
    ),
    "charge jumps": _set(
        _CAR, "soc_jump", "soc_pct", by=lambda soc, x: np.clip(soc - 8 - 15 * x, 1, None)
    ),
    "charging breaks off": GaugeDefect(_CAR, "charging_interrupted", _broken_off),
    "battery worn": _set(
        _CAR, "soh_low", "soh_pct", by=lambda soh, x: _level(soh, round(79 - 10 * x))
    ),
    "12 V battery low": _set(
        _CAR, "aux_battery_low", "aux_battery_v", by=lambda v, x: _level(v, 11.7 - 1.2 * x)
    ),
    "odometer set back": _set(
        _CAR, "odometer_fault", "odometer_km", by=lambda km, x: km - 500 - 20_000 * x
    ),
}
"""By name."""
