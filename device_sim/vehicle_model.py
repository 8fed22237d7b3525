"""Vehicles by model: battery, mass and drag, and what they cost in energy at a given motion."""

import tomllib
from functools import cache
from importlib import resources

import msgspec
import numpy as np

from device_sim.arrays import Flags, Floats

_GRAVITY_MS2 = 9.81
_AIR_KG_M3 = 1.2
_DRIVETRAIN = 0.87
"""Energy at the wheels over energy out of the battery [1]."""
_RECOVERY = 0.60
"""Energy back into the battery over energy taken from the wheels by braking [1]."""
_COMFORT_C = 21.0


class VehicleModel(msgspec.Struct, frozen=True):
    """One model of ``vehicle_models.toml``, where the units of the fields stand."""

    code: str
    name_zh: str
    name_en: str
    battery_kwh: float
    mass_kg: float
    drag_m2: float
    rolling: float
    empty_v: float
    full_v: float
    resistance_ohm: float
    electric_kmh: float | None = None

    def wheel_kw(self, speed_ms: Floats, acceleration_ms2: Floats) -> Floats:
        """Power at the wheels on a level road; negative when braking [kW]."""
        force_n = (
            self.mass_kg * (acceleration_ms2 + self.rolling * _GRAVITY_MS2)
            + 0.5 * _AIR_KG_M3 * self.drag_m2 * speed_ms**2
        )
        power: Floats = speed_ms * force_n / 1000.0
        return power

    def battery_kw(self, wheel_kw: Floats, outdoor_c: float) -> tuple[Floats, Floats]:
        """Power out of the battery, air conditioning included, and power recovered [kW]."""
        used = np.clip(wheel_kw, 0.0, None) / _DRIVETRAIN + auxiliary_kw(outdoor_c)
        return used, np.clip(-wheel_kw, 0.0, None) * _RECOVERY

    def by_engine(self, speed_kmh: Floats) -> Flags:
        """Whether the engine drives at a speed; it never does in an electric car."""
        if self.electric_kmh is None:
            return np.zeros(len(speed_kmh), np.bool_)
        return np.asarray(speed_kmh > self.electric_kmh)

    def pack(self, soc: Floats, discharge_kw: Floats) -> tuple[Floats, Floats]:
        """Pack voltage [V] and current, + = discharge [A], whose product is the power.

        Parameters
        ----------
        soc : Floats
            State of charge. [0..1]
        """
        open_v = self.empty_v + (self.full_v - self.empty_v) * soc
        voltage = open_v - self.resistance_ohm * discharge_kw * 1000.0 / open_v
        return voltage, discharge_kw * 1000.0 / voltage


def vehicle_model(code: str) -> VehicleModel:
    """The model of a code, which is one of the file's."""
    return next(model for model in vehicle_models() if model.code == code)


class _Models(msgspec.Struct, frozen=True):
    model: tuple[VehicleModel, ...]


def auxiliary_kw(outdoor_c: float) -> float:
    """Draw of electronics and air conditioning while switched on [kW]."""
    return min(0.35 + 0.055 * abs(outdoor_c - _COMFORT_C), 2.5)


@cache
def vehicle_models() -> tuple[VehicleModel, ...]:
    """Every model, in order of the file."""
    text = (resources.files("device_sim") / "vehicle_models.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Models).model
