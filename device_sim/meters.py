"""What each kind of meter reads, and the exact amount behind its register.

Registers begin at some number above zero: the meters were there before the simulation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.building_load import BuildingLoad
from device_sim.charging import EFFICIENCY
from device_sim.noise import fraction, key, smooth
from device_sim.samples import Column, register
from device_sim.vehicle import Vehicle

GJ_PER_KWH = 0.0036
_NOMINAL_V = 231.0


class MeterModel(Protocol):
    """A meter that can be read at ascending instants."""

    def read(self, at: Seconds) -> dict[str, Column]:
        """Readings by name of quantity."""

    def amount(self, at: Seconds) -> Floats:
        """Exact amount since the first instant, in the unit of the register: kWh, m3 or GJ."""


@dataclass(frozen=True)
class ElectricityMeter:
    """Counts parts of a building's load and, below or beside them, charging piles.

    Attributes
    ----------
    load : BuildingLoad or None
        None for a meter that sees piles only.
    part : str
        Which part of the load; of no meaning without one.
    initial_kwh : float
        Register at the first instant. [kWh]
    """

    load: BuildingLoad | None
    part: str
    charging: Sequence[Vehicle]
    initial_kwh: float

    def read(self, at: Seconds) -> dict[str, Column]:
        """Power and energy."""
        return {
            "active_power_kw": np.round(self.power_kw(at), 3),
            "active_energy_import_kwh": register(self.initial_kwh + self.amount(at), 0.01),
        }

    def power_kw(self, at: Seconds) -> Floats:
        """Active power [kW]."""
        power = np.zeros(len(at)) if self.load is None else self.load.rate(self.part, at)
        return power + sum(vehicle.charged(at)[0] for vehicle in self.charging) / EFFICIENCY

    def amount(self, at: Seconds) -> Floats:
        """Energy since the first instant [kWh]."""
        energy = np.zeros(len(at)) if self.load is None else self.load.amount(self.part, at)
        return energy + sum(vehicle.charged(at)[1] for vehicle in self.charging) / EFFICIENCY


@dataclass(frozen=True)
class ExportMeter:
    """Counts what leaves a building with a plant."""

    load: BuildingLoad
    initial_kwh: float

    def read(self, at: Seconds) -> dict[str, Column]:
        """Energy, as the register of export."""
        amount = register(self.initial_kwh + self.amount(at), 0.01)
        return {"active_energy_export_kwh": amount}

    def amount(self, at: Seconds) -> Floats:
        """Energy since the first instant [kWh]."""
        return self.load.amount("fed_in", at)


@dataclass(frozen=True)
class MainMeter:
    """A three-phase main meter: an electricity meter that also sees what the phases do."""

    total: ElectricityMeter
    load: BuildingLoad
    initial_kvarh: float
    seed: int
    code: str

    def amount(self, at: Seconds) -> Floats:
        """Energy since the first instant [kWh]."""
        return self.total.amount(at)

    def read(self, at: Seconds) -> dict[str, Column]:
        """Power, energy, reactive power and energy, and voltage and current of each phase."""
        power = self.total.power_kw(at)
        reactive = self.load.rate("reactive", at)
        apparent = np.hypot(power, reactive)
        columns: dict[str, Column] = self.total.read(at)
        columns["reactive_power_kvar"] = np.round(reactive, 3)
        columns["reactive_energy_import_kvarh"] = register(
            self.initial_kvarh + self.load.amount("reactive", at), 0.01
        )
        columns["power_factor"] = np.round(power / apparent, 3)
        for phase, share in zip("abc", self._shares(at), strict=True):
            grid = smooth(key(self.seed, "grid", phase), at, 1800)
            voltage = _NOMINAL_V + 3.5 * grid - 0.004 * power
            columns[f"voltage_{phase}_v"] = np.round(voltage, 1)
            columns[f"current_{phase}_a"] = np.round(1000.0 * apparent * share / voltage, 2)
        return columns

    def _shares(self, at: Seconds) -> Floats:
        lean = 0.05 * np.stack([smooth(key(self.seed, self.code, p), at, 7200) for p in "ab"])
        first, second = 1 / 3 + lean
        return np.stack([first, second, 1.0 - first - second])


@dataclass(frozen=True)
class FlowMeter:
    """Counts water or gas."""

    load: BuildingLoad
    part: str
    initial_m3: float

    def read(self, at: Seconds) -> dict[str, Column]:
        """Flow and volume."""
        return {
            "flow_m3h": np.round(self.load.rate(self.part, at), 3),
            "volume_m3": register(self.initial_m3 + self.amount(at), 0.001),
        }

    def amount(self, at: Seconds) -> Floats:
        """Volume since the first instant [m3]."""
        return self.load.amount(self.part, at)


@dataclass(frozen=True)
class HeatMeter:
    """Counts district heat."""

    load: BuildingLoad
    full_kw: float
    initial_gj: float

    def read(self, at: Seconds) -> dict[str, Column]:
        """Heat power and energy, and the water's flow and temperatures that carry them."""
        power = self.load.rate("heat", at)
        share = power / self.full_kw
        spread_k = 8.0 + 14.0 * share
        supply_c = 38.0 + 24.0 * share
        return {
            "heat_power_kw": np.round(power, 2),
            "heat_energy_gj": register(self.initial_gj + self.amount(at), 0.001),
            "heat_flow_m3h": np.round(power / (1.163 * spread_k), 3),  # 1.163 kWh/(m3 K): water
            "supply_temperature_c": np.round(supply_c, 1),
            "return_temperature_c": np.round(supply_c - spread_k, 1),
        }

    def amount(self, at: Seconds) -> Floats:
        """Heat since the first instant [GJ]."""
        return GJ_PER_KWH * self.load.amount("heat", at)


def initial_reading(seed: int, meter: str, largest: float) -> float:
    """Where a register stands when the simulation begins, in its unit, to 0.01."""
    return round(largest * (0.1 + 0.9 * fraction(seed, meter, "initial")), 2)
